//! `assay_tests::oracles::settlement_instruction`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assay_tests::oracles::settlement_instruction(bytes));
