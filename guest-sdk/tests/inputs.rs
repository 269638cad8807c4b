//! Inputs as a job sees them, in memory.

use std::io::{BufRead, Read, Seek, SeekFrom};

use assay_guest::testing::Job;
use assay_guest::{Error, InputEntry, Result, input, inputs};

#[test]
fn reads_in_any_order_and_any_number_of_times() {
    let ran = Job::new().input("a", "0123456789").run(|| -> Result<()> {
        let mut a = input("a")?;
        assert_eq!((a.name(), a.len(), a.is_empty()), ("a", 10, false));
        let mut three = [0; 3];
        a.read_exact(&mut three)?;
        assert_eq!(&three, b"012");
        a.seek(SeekFrom::End(-4))?;
        a.read_exact(&mut three)?;
        assert_eq!(&three, b"678");
        a.seek_relative(-2)?;
        assert_eq!(a.stream_position()?, 7);
        assert_eq!(a.len(), 10, "the length does not depend on the position");
        assert_eq!(a.bytes()?, b"789", "bytes() gives the rest");
        assert_eq!(input("a")?.text()?, "0123456789");
        Ok(())
    });
    ran.result.expect("the job succeeds");
}

#[test]
fn larger_than_the_buffer() {
    let lines: String = (0..50_000).map(|n| format!("{n}\n")).collect();
    let ran = Job::new().input("lines", &lines).run(|| -> Result<u64> {
        let mut sum = 0;
        for line in input("lines")?.lines() {
            sum += line?.parse::<u64>().expect("a number");
        }
        assert_eq!(input("lines")?.bytes()?, lines.as_bytes());
        Ok(sum)
    });
    assert_eq!(ran.result.expect("the job succeeds"), 49_999 * 25_000);
}

#[test]
fn lists_names_and_sizes_sorted() {
    let job = Job::new().input("b", "bb").input("a.b", "").input("Z", "z");
    let entry = |name: &str, bytes| InputEntry { name: name.to_owned(), bytes };
    assert_eq!(job.run(inputs).result.expect("listed"), [entry("Z", 1), entry("a.b", 0), entry("b", 2)]);
    assert_eq!(Job::new().run(inputs).result.expect("listed"), []);
}

#[test]
fn refusals_name_the_input_and_what_to_do() {
    let job = Job::new().input("latin1.txt", b"caf\xe9").input("empty", "");
    let refused = |name: &'static str| job.run(|| input(name)?.text()).result.expect_err("it is refused");

    let missing = refused("photo.png");
    assert!(matches!(&missing, Error::NoInput { name, given } if name == "photo.png" && given == &["empty", "latin1.txt"]), "{missing:?}");
    assert!(missing.to_string().contains("--input photo.png=PATH"), "{missing}");

    let not_text = refused("latin1.txt");
    assert!(matches!(&not_text, Error::NotText { offset: 3, .. }), "{not_text:?}");

    for bad in ["../etc/passwd", "/in/empty", "", "."] {
        assert!(matches!(refused(bad), Error::InputName { .. }), "{bad:?}");
    }
    assert_eq!(job.run(|| input("empty")?.text()).result.expect("an empty input is fine"), "");
}
