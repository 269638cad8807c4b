//! # What a host call costs (execution.md, section 5)
//!
//! A fixed price before it is performed, so that a job cannot make a host work for nothing, and a
//! price by bytes after it, when they are known.

/// Fuel that each host call costs before it is performed.
pub const BEFORE: u64 = 500;

/// Fuel that a host call costs after it was performed.
pub fn after(argument_bytes: u64, result_bytes: u64) -> u64 {
    let bytes = u128::from(argument_bytes) + u128::from(result_bytes);
    u64::try_from(bytes / 4).expect("the sum of two u64 is below 2⁶⁵, a quarter of it below 2⁶⁴")
}
