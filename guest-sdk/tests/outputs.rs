//! Outputs, stdout and the log as a test sees them, and what happens when writing fails.

use std::io::Write;

use assay_guest::testing::Job;
use assay_guest::{Error, Level, Result, output, stdout};

#[test]
fn dropped_and_finished_outputs_are_whole() {
    let ran = Job::new().run(|| -> Result<()> {
        let mut finished = output("finished")?;
        let mut dropped = output("deep/er/dropped")?;
        for _ in 0..100_000 {
            finished.write_all(b"ab")?;
            dropped.write_all(b"c")?;
        }
        finished.finish()
    });
    assert_eq!(ran.exit_code(), 0);
    assert_eq!(ran.output("finished").len(), 200_000);
    assert_eq!(ran.output_text("deep/er/dropped"), "c".repeat(100_000));
}

#[test]
fn creating_again_replaces() {
    let ran = Job::new().run(|| -> Result<()> {
        output("a")?.write_all(b"long text")?;
        output("a")?.write_all(b"short")?;
        Ok(())
    });
    assert_eq!(ran.output_text("a"), "short");
}

#[test]
fn names_and_places_that_cannot_be() {
    let create = |first: &'static str, second: &'static str| {
        Job::new().run(|| output(first).and_then(|_| output(second))).result.expect_err("the second is refused")
    };
    for bad in ["", "/a", "a/", "a//b", "../a", "a/./b", "a\nb"] {
        assert!(matches!(create("x", bad), Error::OutputName { .. }), "{bad:?}");
    }
    assert!(matches!(create("a", "a/b"), Error::Create { name, .. } if name == "a/b"));
    assert!(matches!(create("a/b", "a"), Error::Create { name, .. } if name == "a"));
}

#[test]
fn a_full_disk_is_told_where_the_job_listens() {
    let full = Job::new().output_bytes(10);
    let on_finish = full.run(|| -> Result<()> {
        let mut out = output("big")?;
        out.write_all(&[b'x'; 11])?;
        out.finish()
    });
    let error = on_finish.result.expect_err("it does not fit");
    assert_eq!(error.to_string(), "cannot write output `big` (a limit is reached: raise `output_bytes` in job.toml)");

    let while_writing = full.run(|| -> Result<()> {
        let mut out = output("big")?;
        for _ in 0..100_000 {
            writeln!(out, "a line")?;
        }
        out.finish()
    });
    assert!(matches!(while_writing.result, Err(Error::Write { .. })), "through io::Error and back");
}

#[test]
fn a_full_disk_is_told_even_on_drop() {
    let ran = Job::new().output_bytes(10).run(|| -> Result<()> {
        output("fits")?.write_all(&[b'x'; 10])?;
        output("big")?.write_all(b"x")?;
        Ok(())
    });
    assert!(ran.result.is_ok(), "the job itself noticed nothing");
    assert_eq!(ran.exit_code(), 1);
    assert!(matches!(&ran.lost, Some(Error::Write { target, .. }) if target == "output `big`"), "{:?}", ran.lost);
    assert_eq!(ran.output("fits").len(), 10);
}

#[test]
fn stdout_and_log() {
    let ran = Job::new().run(|| -> Result<()> {
        writeln!(stdout(), "one")?;
        writeln!(stdout(), "two")?;
        assay_guest::log!("plain");
        assay_guest::log!(debug, "{}", 1);
        assay_guest::log!(error, "two\nlines");
        assay_guest::log(Level::Info, "");
        Ok(())
    });
    assert_eq!(ran.stdout_text(), "one\ntwo\n");
    assert_eq!(ran.logs, ["[info] plain", "[debug] 1", "[error] two", "[error] lines", "[info] "]);
}
