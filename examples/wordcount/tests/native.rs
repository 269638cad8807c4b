//! The same code natively, on real folders.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use wordcount::{count_folder, count_text, table, write_csv};

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("assay-wordcount-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn words_are_letters_with_apostrophes_inside() {
    let mut counts = HashMap::new();
    count_text("'Tis the whale’s, THE whale's—'the' 42 ' Été", &mut counts);
    let mut counts: Vec<(&str, u64)> = counts.iter().map(|(word, count)| (word.as_str(), *count)).collect();
    counts.sort();
    assert_eq!(counts, [("the", 3), ("tis", 1), ("whale's", 2), ("été", 1)]);
}

#[test]
fn moby_dick() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/moby-dick.txt");
    let folder = Folder::new("moby");
    fs::copy(book, folder.0.join("moby-dick.txt")).expect("copied");
    let counts = count_folder(&folder.0).expect("counted");
    // Counted once more by a regular expression in another language.
    assert_eq!(table(&counts, 2), "212053 words, 17079 different\n   14151 the\n    6462 of\n");
    assert!(counts.contains(&("whale".to_owned(), 1030)));
    assert!(counts.contains(&("whale's".to_owned(), 120)));

    let csv = folder.0.join("counts.csv");
    write_csv(&counts, &csv).expect("written");
    let written = fs::read_to_string(csv).expect("read");
    assert_eq!(written.lines().count(), counts.len() + 1);
    assert_eq!(written.lines().nth(1), Some("the,14151"));
}

#[test]
fn several_files_add_up_and_an_empty_folder_is_refused() {
    let folder = Folder::new("several");
    assert!(count_folder(&folder.0).expect_err("nothing to count").contains("--input NAME=PATH"));
    fs::write(folder.0.join("b"), "two one two").expect("written");
    fs::write(folder.0.join("a"), "two").expect("written");
    let counts = count_folder(&folder.0).expect("counted");
    assert_eq!(counts, [("two".to_owned(), 3), ("one".to_owned(), 1)]);

    fs::write(folder.0.join("c"), b"\xff\xfe").expect("written");
    let error = count_folder(&folder.0).expect_err("not text");
    assert!(error.contains("cannot read") && error.contains("as text"), "{error}");
}
