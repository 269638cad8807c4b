//! # Key files (encoding.md, section 4)
//!
//! `[174,47,…]`: 64 numbers, the seed and then the public key, as `solana-keygen` writes them. The second half
//! can be computed from the first. It is compared all the same: a file whose halves disagree was damaged,
//! and would sign with a key that its owner does not expect.

use crate::signing;
use serde_json::Value;

/// Longest key file, bytes.
pub const LONGEST: usize = 4096;

/// The seed in a key file.
pub fn parse(file: &[u8]) -> Result<[u8; 32], String> {
    if file.len() > LONGEST {
        return Err(format!("{} bytes, where {LONGEST} is the most", file.len()));
    }
    let value: Value = serde_json::from_slice(file).map_err(|error| format!("not JSON: {error}"))?;
    let numbers = value.as_array().ok_or("not an array")?;
    let bytes: [u8; 64] = numbers
        .iter()
        .map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
        .collect::<Option<Vec<u8>>>()
        .ok_or("an element is not an integer from 0 to 255")?
        .try_into()
        .map_err(|bytes: Vec<u8>| format!("{} integers, where 64 are wanted", bytes.len()))?;
    let (seed, public_key) = bytes.split_at(32);
    let seed: [u8; 32] = seed.try_into().expect("half of 64 is 32");
    if signing::public_key(&seed) != public_key {
        return Err("the public key in it is not the seed's".to_string());
    }
    Ok(seed)
}

/// The text of a key file for `seed`, without spaces and without a line end, as Solana's tools write it.
pub fn write(seed: &[u8; 32]) -> String {
    let numbers: Vec<String> = seed.iter().chain(&signing::public_key(seed)).map(u8::to_string).collect();
    format!("[{}]", numbers.join(","))
}
