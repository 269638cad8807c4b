//! What a job says: results on stdout, remarks on stderr. Both belong to the outcome, so what is said must depend on the job alone.

use std::fmt;
use std::io::Write;

use crate::output::{Output, Sink};
use crate::place::Place;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For whoever looks for a fault in the job.
    Debug,
    /// For whoever wonders what the job did.
    Info,
    /// Something is odd, and the job goes on.
    Warn,
    /// Something failed.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        })
    }
}

/// Writes `[level] message` to stderr, each line of the message as a line of its own. [`crate::log!`] formats as well.
///
/// A log that cannot be written is no reason for a job to fail, so there is no error.
///
/// ```
/// use assay_guest::Level;
///
/// let ran = assay_guest::testing::Job::new().run(|| -> assay_guest::Result<()> {
///     assay_guest::log(Level::Warn, "three rows have no date");
///     Ok(())
/// });
/// assert_eq!(ran.logs, ["[warn] three rows have no date"]);
/// ```
pub fn log(level: Level, message: impl fmt::Display) {
    let message = message.to_string();
    let mut text = String::new();
    for line in message.split('\n') {
        text.push_str(&format!("[{level}] {line}\n"));
    }
    match Place::here() {
        // One call for one message, so that it is one host call.
        Place::Folders { .. } => {
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => memory.borrow_mut().logs.extend(text.lines().map(str::to_owned)),
    }
}

/// Writes a line to the log, formatted as by `format!`: `log!("{n} rows")`, or with a level in front, `log!(warn, "{n} rows")`.
/// Levels are `debug`, `info` (the default), `warn` and `error`.
///
/// ```
/// # let ran = assay_guest::testing::Job::new().run(|| -> assay_guest::Result<()> {
/// let rows = 3;
/// assay_guest::log!("{rows} rows");
/// assay_guest::log!(warn, "{} of them are empty", rows - 1);
/// # Ok(()) });
/// # assert_eq!(ran.logs, ["[info] 3 rows", "[warn] 2 of them are empty"]);
/// ```
#[macro_export]
macro_rules! log {
    (debug, $($message:tt)+) => { $crate::log($crate::Level::Debug, ::std::format_args!($($message)+)) };
    (info, $($message:tt)+) => { $crate::log($crate::Level::Info, ::std::format_args!($($message)+)) };
    (warn, $($message:tt)+) => { $crate::log($crate::Level::Warn, ::std::format_args!($($message)+)) };
    (error, $($message:tt)+) => { $crate::log($crate::Level::Error, ::std::format_args!($($message)+)) };
    ($($message:tt)+) => { $crate::log($crate::Level::Info, ::std::format_args!($($message)+)) };
}

/// Stdout, buffered. `println!` works too, at the price of a host call per line, and a test of the job cannot see it.
///
/// ```
/// use std::io::Write;
///
/// let ran = assay_guest::testing::Job::new().run(|| -> assay_guest::Result<()> {
///     let mut stdout = assay_guest::stdout();
///     writeln!(stdout, "mean 3.5")?;
///     stdout.finish()
/// });
/// assert_eq!(ran.stdout_text(), "mean 3.5\n");
/// ```
pub fn stdout() -> Output {
    let sink = match Place::here() {
        Place::Folders { .. } => Sink::Stdout(std::io::stdout()),
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => Sink::Memory(crate::testing::memory::Writer::stdout(memory)),
    };
    Output::new("stdout", "stdout".to_owned(), sink)
}
