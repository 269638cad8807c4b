//! The program's command line, held against golden cases in `tests/cli`: dropping a file in adds a case (`assay_tests::program::golden`).
//!
//! What is promised whatever the case stands here: every command has cases with and without `--json`, every exit code is seen, help and JSON have the fields
//! that others rely on.

use std::collections::BTreeSet;

use assay_tests::program::{Place, every, golden, samples};
use serde_json::Value;

#[test]
fn golden_cases() {
    every(&golden::cases(), golden::Case::check);
}
