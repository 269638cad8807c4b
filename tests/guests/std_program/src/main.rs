//! A plain Rust program, without the guest SDK, that reports everything std lets it see of its surroundings: what would differ from machine to machine, from
//! user to user or from run to run if it were not for the sandbox.
//!
//! The report goes to stdout and, with what only files can show, to `/out/report.txt`. Two runs of one job must give the same report to the byte.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut report = String::new();
    surroundings(&mut report)?;
    clocks(&mut report)?;
    randomness(&mut report)?;
    arithmetic(&mut report)?;
    print!("{report}");
    files(&mut report)?;
    fs::write("/out/report.txt", report)?;
    Ok(())
}

/// Arguments, environment, standard input, and what std knows of the machine.
fn surroundings(report: &mut String) -> Result<()> {
    writeln!(report, "args {:?}", std::env::args().collect::<Vec<_>>())?;
    writeln!(report, "env {:?}", std::env::vars().collect::<Vec<_>>())?;
    writeln!(report, "current folder {:?}", std::env::current_dir().map_err(|e| e.kind()))?;
    let mut stdin = String::new();
    io::stdin().read_to_string(&mut stdin)?;
    writeln!(report, "stdin {stdin:?}")?;
    writeln!(report, "cores {:?}", std::thread::available_parallelism().map_err(|e| e.kind()))?;
    writeln!(report, "threads {:?}", std::thread::Builder::new().spawn(|| ()).map(drop).map_err(|e| e.kind()))?;
    writeln!(report, "network {:?}", std::net::TcpStream::connect("127.0.0.1:80").map(drop).map_err(|e| e.kind()))?;
    // Where things lie: an address is an input like any other.
    let (heap, stack) = (Box::new(0_u64), 0_u64);
    writeln!(report, "addresses {:p} {:p} {:p}", heap, &stack, main as fn() -> Result<()>)?;
    Ok(())
}

/// Time passes by what the program does, and never by itself.
fn clocks(report: &mut String) -> Result<()> {
    let (wall, start) = (SystemTime::now(), Instant::now());
    writeln!(report, "wall clock {:?}", wall.duration_since(UNIX_EPOCH)?)?;
    std::thread::sleep(Duration::from_millis(1500));
    writeln!(report, "a sleep of 1.5 s took {:?}", start.elapsed())?;
    for _ in 0..3 {
        writeln!(report, "and now {:?} {:?}", start.elapsed(), SystemTime::now().duration_since(wall)?)?;
    }
    Ok(())
}

/// The seeds of hash maps are random, and with them the order of iteration.
fn randomness(report: &mut String) -> Result<()> {
    let words = fs::read_to_string("/in/words.txt")?;
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in words.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    writeln!(report, "map {counts:?}")?;
    writeln!(report, "set {:?}", (0..50).collect::<HashSet<u32>>())?;
    for _ in 0..3 {
        writeln!(report, "seed {:016x}", RandomState::new().hash_one("seed"))?;
    }
    Ok(())
}

/// Floating point: what libm computes, how errors add up, and the bits of NaN.
fn arithmetic(report: &mut String) -> Result<()> {
    let mut sum = 0.0_f64;
    for step in 1..=20_000_u32 {
        let x = f64::from(step) * 0.37;
        sum += x.sin() * (-x / 1000.0).exp() + x.ln().tanh() / x.powf(1.1) + x.sqrt().mul_add(0.1, x.cbrt()).atan2(x);
    }
    writeln!(report, "sum {sum:?} {:016x}", sum.to_bits())?;
    let (zero, infinity) = (std::hint::black_box(0.0_f64), std::hint::black_box(f64::INFINITY));
    for nan in [zero / zero, infinity - infinity, -(zero / zero), (-1.0 - zero).sqrt(), zero * infinity, f64::from((zero / zero) as f32)] {
        writeln!(report, "nan {:016x}", nan.to_bits())?;
    }
    writeln!(report, "subnormal {:?} {:?}", f64::MIN_POSITIVE * std::hint::black_box(0.5), f32::MIN_POSITIVE * std::hint::black_box(0.25))?;
    Ok(())
}

/// Folders, times, sizes, order of listing, errors.
fn files(report: &mut String) -> Result<()> {
    for name in ["zebra", "apple", "Mango", "ärger"] {
        fs::create_dir_all(format!("/tmp/{name}/inner"))?;
        fs::write(format!("/tmp/{name}/file"), name.repeat(3))?;
    }
    fs::rename("/tmp/zebra", "/tmp/yak")?;
    fs::remove_dir_all("/tmp/apple")?;
    let mut file = fs::File::options().read(true).write(true).create(true).truncate(true).open("/out/sparse")?;
    file.seek(SeekFrom::Start(1000))?;
    file.write_all(b"end")?;
    drop(file);
    for folder in ["/", "/in", "/out", "/tmp", "/tmp/yak"] {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let since = |time: io::Result<SystemTime>| time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let times = (since(metadata.modified()), since(metadata.accessed()), since(metadata.created()));
            writeln!(report, "{:?} {:?} {} {times:?}", entry.path(), metadata.file_type(), metadata.len())?;
        }
    }
    for path in ["/etc/passwd", "/proc/self/exe", "/dev/urandom", "../..", "/in/words.txt"] {
        writeln!(report, "{path}: {:?} {:?}", fs::metadata(path).map(|m| m.len()).map_err(|e| e.kind()), fs::write(path, "x").map_err(|e| e.kind()))?;
    }
    Ok(())
}
