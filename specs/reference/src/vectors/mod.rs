//! # The writer of `specs/vectors/*.json`
//!
//! One file of vectors for each page that fixes bytes. A vector gives inputs and what an
//! implementation has to answer: values, or `refused` with the name of the check. Each says what it
//! guards against, because a vector that nobody understands is deleted when it fails.
//!
//! Every answer is computed by the reference, and every refusal is also *stated* where the vector is
//! written: if the two differ, the writer panics instead of writing down a mistake.
//!
//! How values are written: bytes in hexadecimal, long repetitions as
//! `[ "00ff…", { "repeat": "61", "times": 1000 }, … ]`; u64 as decimal strings, since readers in
//! JavaScript lose digits above 2⁵³.

mod edge_signatures;
mod encoding;
mod execution;
mod guest_interface;
mod json;
mod keys;
mod ledger_files;
mod metering;
mod names;
mod objects;
mod package;
mod receipt;
mod samples;
mod settlement;
mod strict;
mod transcript;

use json::{Json, Vector};

/// The vector files: name and content, in the order of the pages.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("encoding.json", encoding::file()),
        ("package.json", package::file()),
        ("receipt.json", receipt::file()),
        ("transcript.json", transcript::file()),
        ("execution.json", execution::file()),
        ("metering.json", metering::file()),
        ("guest-interface.json", guest_interface::file()),
        ("strict.json", strict::file()),
        ("settlement.json", settlement::file()),
        ("ledger-files.json", ledger_files::file()),
    ]
}

/// The text of one vector file.
fn render(page: &str, groups: Vec<(&'static str, Vec<Vector>)>) -> String {
    let groups = groups.into_iter().map(|(name, vectors)| {
        let vectors = vectors.into_iter().map(Vector::into_json).collect();
        (name, Json::List(vectors))
    });
    let mut text = Json::Object(vec![
        ("page", Json::Text(page.to_string())),
        ("version", Json::Number(1)),
        ("profile", Json::Text(crate::PROFILE.to_string())),
        ("groups", Json::Object(groups.collect())),
    ])
    .to_text();
    text.push('\n');
    text
}
