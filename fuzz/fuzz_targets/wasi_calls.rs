//! `assay_tests::oracles::wasi_calls`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assay_tests::oracles::wasi_calls(bytes));
