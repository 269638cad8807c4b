//! What the host offers beyond WASI: the import module `assay_v1` (`specs/execution.md`, section 6).
//!
//! Everything else a job does goes through `wasi_snapshot_preview1`, which the standard library speaks already. Programs in other languages
//! can declare the same imports; jobs in Rust want [`crate::progress`], which calls them sparingly.

/// The name of the import module.
pub const MODULE: &str = "assay_v1";

/// `assay_v1.progress(done: i64, total: i64)`, both read as unsigned. Tells whoever watches; has no effect on the outcome but for the fuel
/// every host call costs.
#[cfg(target_family = "wasm")]
pub(crate) fn progress(done: u64, total: u64) {
    #[link(wasm_import_module = "assay_v1")]
    // SAFETY: the declaration is the type that specs/execution.md gives the import; it passes two integers and touches no memory.
    unsafe extern "C" {
        #[link_name = "progress"]
        safe fn host_progress(done: i64, total: i64);
    }
    host_progress(done.cast_signed(), total.cast_signed());
}

/// Outside the sandbox nobody watches: a bar drawn by the job would only mix with its output.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn progress(_done: u64, _total: u64) {}
