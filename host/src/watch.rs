//! What a person sees while a job runs: its stdout and stderr, and a bar for its progress.
//!
//! A stranger's module must not drive the terminal: where stdout or stderr is one, control characters other than line feed, carriage return and tab are shown as
//! `\x1b` and the like. Into a pipe or a file the bytes go as they are.

use std::io::{IsTerminal, Write};

use crate::say;
use assay_sandbox::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Passes a job's streams through.
pub struct Watch {
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    /// With `--json`, stdout carries one JSON object and nothing else.
    stdout_to_stderr: bool,
    bar: ProgressBar,
}

impl Watch {
    /// For a run; with `--json` the job's stdout goes to stderr.
    pub fn new(as_json: bool) -> Self {
        let stderr_is_terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("  job [{bar:32}] {percent:>3}%  {pos}/{len}  {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        if stderr_is_terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        Self { stdout_is_terminal: std::io::stdout().is_terminal(), stderr_is_terminal, stdout_to_stderr: as_json, bar }
    }

    fn pass(&self, to_stdout: bool, bytes: &[u8]) {
        let terminal = if to_stdout { self.stdout_is_terminal } else { self.stderr_is_terminal };
        let shown = if terminal { visible(bytes) } else { bytes.to_vec() };
        self.bar.suspend(|| {
            // Whether anybody reads does not change what the job computes.
            match to_stdout {
                true => say::kept(std::io::stdout().write_all(&shown)),
                false => drop(std::io::stderr().write_all(&shown)),
            }
        });
    }
}

impl Observer for Watch {
    fn stdout(&mut self, bytes: &[u8]) {
        self.pass(!self.stdout_to_stderr, bytes);
    }

    fn stderr(&mut self, bytes: &[u8]) {
        self.pass(false, bytes);
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done.min(total));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        say::kept(std::io::stdout().flush());
        self.bar.finish_and_clear();
    }
}

/// `bytes` with control characters made visible; text that is not UTF-8 keeps its other bytes. C1 controls stand in UTF-8 as C2 80 to C2 9F.
pub fn visible(bytes: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() && !matches!(character, '\n' | '\r' | '\t') {
                shown.extend(character.escape_default().to_string().into_bytes());
            } else {
                shown.extend(character.encode_utf8(&mut [0; 4]).bytes());
            }
        }
        for byte in chunk.invalid() {
            shown.extend(format!("\\x{byte:02x}").into_bytes());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn a_job_cannot_drive_the_terminal() {
        assert_eq!(visible(b"plain\n\ttext\r"), b"plain\n\ttext\r");
        assert_eq!(visible(b"\x1b[2J"), br"\u{1b}[2J");
        assert_eq!(visible("\u{9b}31m é".as_bytes()), r"\u{9b}31m é".as_bytes());
        assert_eq!(visible(b"\xff\x07"), br"\xff\u{7}");
    }
}
