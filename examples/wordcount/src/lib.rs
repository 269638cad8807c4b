//! Counts the words of a folder of texts.
//!
//! A plain Rust program: `std` and nothing else, no Assay crate. What would make such a program give another result each time (the order of a
//! directory, the seeds of a `HashMap`, the clock) is fixed by the sandbox; natively the counts are the same, because they are sorted.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How often each word occurs, most frequent first, words of equal count in alphabetical order.
pub type Counts = Vec<(String, u64)>;

/// Counts the words of all files in `folder`.
///
/// # Errors
/// A sentence that names the file at fault.
pub fn count_folder(folder: &Path) -> Result<Counts, String> {
    let listing = |error: io::Error| format!("cannot list {}: {error}", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(listing)? {
        files.push(entry.map_err(listing)?.path());
    }
    if files.is_empty() {
        return Err(format!("{} is empty: give the job a text with --input NAME=PATH", folder.display()));
    }
    let mut counts = HashMap::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("cannot read {} as text: {error}", file.display()))?;
        count_text(&text, &mut counts);
    }
    let mut counts: Counts = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.cmp(b)));
    Ok(counts)
}

/// Adds the words of `text`: letters, in lower case, with apostrophes inside (`whale's`).
pub fn count_text(text: &str, counts: &mut HashMap<String, u64>) {
    let is_letter = |c: char| c.is_alphabetic() || c == '\'' || c == '’';
    for word in text.split(|c: char| !is_letter(c)) {
        let word = word.trim_matches(['\'', '’']);
        if word.is_empty() {
            continue;
        }
        *counts.entry(word.to_lowercase().replace('’', "'")).or_insert(0) += 1;
    }
}

/// Writes all counts as `word,count` lines.
///
/// # Errors
/// Those of the file system.
pub fn write_csv(counts: &Counts, path: &Path) -> io::Result<()> {
    let mut csv = BufWriter::new(File::create(path)?);
    writeln!(csv, "word,count")?;
    for (word, count) in counts {
        writeln!(csv, "{word},{count}")?;
    }
    csv.flush()
}

/// The table for people: the `top` most frequent words.
pub fn table(counts: &Counts, top: usize) -> String {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut table = format!("{total} words, {} different\n", counts.len());
    for (word, count) in counts.iter().take(top) {
        table.push_str(&format!("{count:>8} {word}\n"));
    }
    table
}
