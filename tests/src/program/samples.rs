//! Keys and modules the tests of the program run on: the same each time.

use ed25519_dalek::SigningKey;

/// The text of a key file, one for each number.
pub fn key_file(number: u8) -> String {
    assay_protocol::keypair::to_text(&key(number))
}

/// A key, one for each number. Its secret is known to everybody.
pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// The public half, as the program shows it.
pub fn public_key(number: u8) -> String {
    assay_protocol::keypair::show(&key(number).verifying_key().to_bytes())
}

/// The module of `tests/cli/guests/NAME.wat`.
///
/// # Panics
/// When there is none.
pub fn guest(name: &str) -> Vec<u8> {
    let path = super::root().join("tests/cli/guests").join(name).with_extension("wat");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    wat::parse_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A `job.toml` that packs `module.wasm`, with one test case that runs it without anything.
pub fn job_toml(name: &str) -> String {
    format!("name = \"{name}\"\nversion = \"0.1.0\"\n[build]\nmodule = \"module.wasm\"\n[[test]]\nname = \"plain\"\n")
}
