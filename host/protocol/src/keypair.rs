//! Key files as `solana-keygen` writes them: a JSON array of 64 numbers, seed then public key.

use ed25519_dalek::SigningKey;

/// Longest key file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4096;

/// Reads the text of a key file. Messages never repeat the file's content: it may be a secret.
pub fn parse(text: &str) -> Result<SigningKey, String> {
    if text.len() > MAX_FILE_BYTES {
        return Err(format!("the file is {} bytes long; a key file has at most {MAX_FILE_BYTES}", text.len()));
    }
    let numbers: Vec<u8> = serde_json::from_str(text).map_err(|e| {
        format!(
            "line {}, column {}: a key file is a JSON array of 64 whole numbers from 0 to 255, as solana-keygen writes it",
            e.line(),
            e.column()
        )
    })?;
    let count = numbers.len();
    let bytes: [u8; 64] = numbers.try_into().map_err(|_| format!("the array has {count} numbers; a key file has 64"))?;
    SigningKey::from_keypair_bytes(&bytes).map_err(|_| {
        "the last 32 numbers are not the public key of the first 32: the file is damaged or not an Ed25519 key file".to_owned()
    })
}

/// The text of a key file for `key`.
pub fn to_text(key: &SigningKey) -> String {
    serde_json::to_string(key.to_keypair_bytes().as_slice()).expect("an array of numbers has a JSON form")
}

/// A public key as Solana shows it: base58.
pub fn show(public: &[u8; 32]) -> String {
    bs58::encode(public).into_string()
}
