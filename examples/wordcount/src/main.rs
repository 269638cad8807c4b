//! The job: `/in/*` to `/out/counts.csv`, and the most frequent words on stdout.

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wordcount::{count_folder, table, write_csv};

fn main() -> ExitCode {
    match job() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wordcount: {message}");
            ExitCode::FAILURE
        }
    }
}

fn job() -> Result<(), String> {
    let top = match env::args().nth(1) {
        None => 10,
        Some(arg) => arg.parse().map_err(|_| format!("`{arg}` is no number: the argument is how many words to print"))?,
    };
    let start = Instant::now();
    let counts = count_folder(Path::new("/in"))?;
    write_csv(&counts, Path::new("/out/counts.csv")).map_err(|error| format!("cannot write /out/counts.csv: {error}"))?;
    // Both clocks are virtual in the sandbox: the same on every machine, and unrelated to how long the job takes.
    let elapsed = start.elapsed();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| "the clock is before 1970".to_owned())?;
    print!("{}", table(&counts, top));
    println!("counted in {} µs of virtual time, {} s after 1970", elapsed.as_micros(), now.as_secs());
    Ok(())
}
