//! Writing to stdout and stderr without panicking.
//!
//! `println!` panics when the disk is full or the reader has gone away. A reader that went away has seen enough, and that is no error; a result that could not be
//! written is lost, so the program says so by its exit code (4: this machine could not).

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static LOST: AtomicBool = AtomicBool::new(false);

/// A line on stdout.
macro_rules! out {
    ($($format:tt)*) => { $crate::say::to_stdout(format_args!($($format)*)) };
}

/// A line on stderr.
macro_rules! note {
    ($($format:tt)*) => { $crate::say::to_stderr(format_args!($($format)*)) };
}

pub(crate) use {note, out};

/// Writes a line to stdout.
pub fn to_stdout(line: Arguments<'_>) {
    // Written as one piece: several commands may share a terminal.
    kept(std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()));
}

/// Writes a line to stderr. What is said there is about the run, not its result: nothing is lost with it.
pub fn to_stderr(line: Arguments<'_>) {
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

/// Notes whether something meant for stdout could not be written.
pub fn kept(written: std::io::Result<()>) {
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether anything meant for stdout was lost.
pub fn lost() -> bool {
    kept(std::io::stdout().flush());
    LOST.load(Ordering::Relaxed)
}
