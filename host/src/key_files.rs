//! Which key signs, and its file.
//!
//! Looked for in this order: `--key`; `$ASSAY_KEY`; this program's own key file; the keypair that Solana's command line tools are configured to use. If there is
//! none, this program's own is made, and that is said.

use std::io::Read;
use std::path::{Path, PathBuf};

use assay_protocol::keypair;
use assay_settlement::rpc::submission::Level;
use ed25519_dalek::SigningKey;

use crate::failure::Failure;
use crate::say::note;
use crate::{atomic_file, folders, job_files};

/// A key, and where it came from.
pub struct Key {
    /// The key.
    pub key: SigningKey,
    /// Its file.
    pub path: PathBuf,
    /// Whether it was made just now.
    pub made: bool,
}

impl Key {
    /// The public half in base58.
    pub fn shown(&self) -> String {
        keypair::show(&self.key.verifying_key().to_bytes())
    }
}

/// The key to sign with.
pub fn signing_key(explicit: Option<&Path>) -> Result<Key, Failure> {
    if let Some(path) = find(explicit)? {
        return Ok(Key { key: read(&path)?, path, made: false });
    }
    let path =
        folders::own_key().ok_or_else(|| Failure::usage("there is no home folder to keep a key in").hint("give one with --key FILE"))?;
    let key = make(&path, false)?;
    note!("assay: made a new key, {} in {}", keypair::show(&key.verifying_key().to_bytes()), path.display());
    Ok(Key { key, path, made: true })
}

/// The key file that would be used, if there is one.
pub fn find(explicit: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    if let Some(path) = explicit {
        return Ok(Some(path.to_owned()));
    }
    if let Some(path) = std::env::var_os("ASSAY_KEY").filter(|path| !path.is_empty()) {
        return Ok(Some(PathBuf::from(path)));
    }
    if let Some(path) = folders::own_key().filter(|path| path.exists()) {
        return Ok(Some(path));
    }
    Ok(solana_keypair()?.filter(|path| path.exists()))
}

/// What Solana's command line tools are configured to use.
#[derive(Debug, Default, serde::Deserialize)]
pub struct SolanaConfig {
    /// The cluster.
    pub json_rpc_url: Option<String>,
    /// The key file.
    pub keypair_path: Option<PathBuf>,
    /// How sure a block must be.
    #[serde(default, deserialize_with = "level")]
    pub commitment: Option<Level>,
}

/// Solana's name of a level; an empty one says nothing.
fn level<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Level>, D::Error> {
    let text = <Option<String> as serde::Deserialize>::deserialize(from)?.filter(|text| !text.trim().is_empty());
    text.map(|text| text.parse().map_err(|why| serde::de::Error::custom(format!("commitment: {why}")))).transpose()
}

/// Solana's configuration, if there is one.
pub fn solana() -> Result<Option<SolanaConfig>, Failure> {
    let Some(config) = folders::solana_config().filter(|path| path.exists()) else { return Ok(None) };
    let text = String::from_utf8_lossy(&job_files::read(&config, "key.file", 65_536)?).into_owned();
    serde_yaml_ng::from_str(&text).map(Some).map_err(|e| {
        Failure::refused("key.file", format!("{}: {e}", config.display()))
            .hint("repair Solana's configuration with `solana config set`, or give --key FILE")
    })
}

fn solana_keypair() -> Result<Option<PathBuf>, Failure> {
    Ok(solana()?.and_then(|config| config.keypair_path))
}

/// The key that pays on a ledger: the named one; the one of Solana's configuration; the one that Solana's tools make; this program's own.
pub fn wallet(explicit: Option<&Path>) -> Result<Key, Failure> {
    if let Some(path) = explicit {
        return Ok(Key { key: read(path)?, path: path.to_owned(), made: false });
    }
    let exists = |path: &PathBuf| path.exists();
    match solana_keypair()?.filter(exists).or_else(|| folders::solana_key().filter(exists)) {
        Some(path) => Ok(Key { key: read(&path)?, path, made: false }),
        None => signing_key(None),
    }
}

/// Whether there is a key that pays, so that none has to be made.
pub fn has_wallet(explicit: Option<&Path>) -> Result<bool, Failure> {
    Ok(explicit.is_some() || folders::solana_key().is_some_and(|path| path.exists()) || find(None)?.is_some())
}

/// Reads a key file.
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    let refuse = |why: String| {
        Failure::refused("key.file", format!("{}: {why}", path.display()))
            .hint("make one with `assay keys new FILE`, or copy it again from where it was whole")
    };
    let file = std::fs::File::open(path).map_err(|e| {
        Failure::usage(format!("cannot open the key file {}: {e}", path.display())).hint("make one with `assay keys new FILE`")
    })?;
    let mut text = String::new();
    file.take(keypair::MAX_FILE_BYTES as u64 + 1).read_to_string(&mut text).map_err(|e| refuse(format!("it is not text: {e}")))?;
    keypair::parse(&text).map_err(refuse)
}

/// Makes a new key and its file, mode 0600.
pub fn make(path: &Path, force: bool) -> Result<SigningKey, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| Failure::abstained(format!("this machine gives no random bytes: {e}")))?;
    let key = SigningKey::from_bytes(&seed);
    atomic_file::write_secret(path, keypair::to_text(&key).as_bytes(), force)?;
    Ok(key)
}
