//! The native side of the comparison: a process that runs one kernel.
//!
//! **Why a process and not a call?** Native code has to be compiled as the module is (opt-level 3, fat LTO, one codegen unit), which Cargo can say only for a
//! whole program, and the benchmark's own program contains a compiler that would then take an hour to link. A new process for each run also starts with fresh
//! memory, as a new instance does.
//!
//! ```text
//! arguments   INDEX N
//! stdout      RESULT NANOSECONDS       thread CPU time of the kernel alone
//! ```

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    use assay_bench_kernels::KERNELS;
    use rustix::time::{ClockId, clock_gettime};

    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let malformed = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "the arguments are INDEX N");
    let mut arguments = std::env::args().skip(1);
    let index: usize = arguments.next().and_then(|index| index.parse().ok()).ok_or_else(malformed)?;
    let n: u32 = arguments.next().and_then(|n| n.parse().ok()).ok_or_else(malformed)?;
    let kernel = KERNELS.get(index).ok_or_else(malformed)?;
    let started = now();
    let result = std::hint::black_box((std::hint::black_box(kernel.run))(std::hint::black_box(n)));
    let nanoseconds = now() - started;
    println!("{result} {nanoseconds}");
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    // On wasm the library is what is measured; this program exists for the native side only.
}
