//! The edge of a job: its arguments, its environment, and how its result becomes an exit code.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::io::Write;
use std::process::ExitCode;

use crate::error::Error;
use crate::place::Place;

thread_local! {
    /// The first error of an output that was dropped without `finish`.
    static LOST: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Runs a job and gives what `main` returns: exit code 0, or 1 with the error and its causes on stderr.
///
/// Takes any error type that `?` takes: [`crate::Error`], `Box<dyn Error>`, `anyhow::Error`, a `String`. An [`crate::Output`] that could not
/// write its last bytes on drop fails the job as well.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn job() -> assay_guest::Result<()> {
///     let rows = assay_guest::input("rows.csv")?.text()?.lines().count();
///     println!("{rows} rows");
///     Ok(())
/// }
///
/// fn main() -> ExitCode {
///     assay_guest::run(job)
/// }
/// ```
pub fn run<E: Into<Box<dyn StdError>>>(job: impl FnOnce() -> Result<(), E>) -> ExitCode {
    let result = job().map_err(Into::into);
    let lost = LOST.with_borrow_mut(Option::take);
    let failure = match (result, lost) {
        (Ok(()), None) => return ExitCode::SUCCESS,
        (Err(error), _) => error,
        (Ok(()), Some(error)) => error.into(),
    };
    let _ = std::io::stderr().write_all(format!("error: {}\n", with_causes(failure.as_ref())).as_bytes());
    ExitCode::FAILURE
}

/// The error and what caused it, joined by colons. A cause that the error already ends with is not said twice: many crates print it themselves.
fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// Keeps the error of an output that was dropped, for [`run`] or for the test that runs on this thread. The first one counts.
pub(crate) fn keep_lost(error: Error) {
    match Place::here() {
        Place::Folders { .. } => LOST.with_borrow_mut(|lost| _ = lost.get_or_insert(error)),
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => _ = memory.borrow_mut().lost.get_or_insert(error),
    }
}

/// The job's arguments, without the program's name.
///
/// ```
/// let job = assay_guest::testing::Job::new().arg("--width").arg("64");
/// let ran = job.run(|| Ok::<_, assay_guest::Error>(assay_guest::args()));
/// assert_eq!(ran.result.unwrap(), ["--width", "64"]);
/// ```
pub fn args() -> Vec<String> {
    match Place::here() {
        // Arguments of a job are UTF-8. Natively another may come; it is kept as well as it can be, for the job to refuse.
        Place::Folders { .. } => std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect(),
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => memory.borrow().args.clone(),
    }
}

/// The value of an environment variable of the job, if it is set. In the sandbox, and in a test, only the job's own are.
///
/// ```
/// let job = assay_guest::testing::Job::new().env("LANG", "C");
/// let ran = job.run(|| Ok::<_, assay_guest::Error>((assay_guest::env("LANG"), assay_guest::env("HOME"))));
/// assert_eq!(ran.result.unwrap(), (Some("C".to_owned()), None));
/// ```
pub fn env(name: &str) -> Option<String> {
    match Place::here() {
        Place::Folders { .. } => std::env::var(name).ok(),
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => memory.borrow().env.get(name).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn causes_follow_the_error_once() {
        let error = Error::Read { name: "a".to_owned(), source: io::Error::other("the disk is gone") };
        assert_eq!(with_causes(&error), "cannot read input `a`: the disk is gone");
        // io::Error prints the error in it, and gives that error's causes as its own.
        assert_eq!(with_causes(&io::Error::from(error)), "cannot read input `a`: the disk is gone");
    }

    #[test]
    fn the_result_decides_the_exit_code() {
        assert_eq!(run(|| Ok::<(), String>(())), ExitCode::SUCCESS);
        assert_eq!(run(|| Err::<(), _>("no".to_owned())), ExitCode::FAILURE);
    }

    #[test]
    fn a_lost_output_fails_the_job_once() {
        let lose = || {
            keep_lost(Error::Write { target: "output `a`".to_owned(), source: io::ErrorKind::StorageFull.into() });
            Ok::<(), String>(())
        };
        assert_eq!(run(lose), ExitCode::FAILURE);
        assert_eq!(run(|| Ok::<(), String>(())), ExitCode::SUCCESS);
    }
}
