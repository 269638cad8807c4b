//! `assay_tests::oracles::ledger_files`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assay_tests::oracles::ledger_files(bytes));
