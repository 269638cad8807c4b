//! Which cluster and which key the Solana CLI uses: its configuration file, its names for clusters, its key files.
//!
//! `~/.config/solana/cli/config.yml`, wherever `XDG_CONFIG_HOME` points: so Solana does it. What the file does not say, and what it says if there is none, is Solana's default. Fields that are not ours to know are
//! passed over: the file is not ours.

use std::io::Read;
use std::path::{Path, PathBuf};

use assay_protocol::keypair;
use serde::Deserialize;
use solana_sdk::signature::Keypair;
use thiserror::Error;

use crate::rpc::submission::Level;

/// Longest configuration file that is read.
const LENGTH_MAX: u64 = 65_536;

/// What Solana's CLI is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolanaConfig {
    /// The node's URL.
    pub url: String,
    /// The key file.
    pub keypair: PathBuf,
    /// How sure a block must be.
    pub level: Level,
}

/// Why it cannot be known.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// A file says something that is none of what it may say. Of a key file, its content is not repeated.
    #[error("{}: {why}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// A key, and what is wrong with how it is kept.
pub struct KeyFile {
    /// The key.
    pub key: Keypair,
    /// Who else may read it, if anybody: worth a warning.
    pub warning: Option<String>,
}

#[derive(Deserialize)]
struct File {
    json_rpc_url: Option<String>,
    keypair_path: Option<String>,
    commitment: Option<String>,
}

/// Where Solana keeps its configuration below a home folder.
pub fn path(home: &Path) -> PathBuf {
    home.join(".config/solana/cli/config.yml")
}

/// The URL of a cluster, by Solana's name for it or the first letter of that, or as it is.
pub fn cluster_url(name: &str) -> String {
    let url = match name {
        "m" | "mainnet-beta" | "mainnet" => "https://api.mainnet-beta.solana.com",
        "t" | "testnet" => "https://api.testnet.solana.com",
        "d" | "devnet" => "https://api.devnet.solana.com",
        "l" | "localhost" | "localnet" => "http://localhost:8899",
        url => url,
    };
    url.to_owned()
}

impl SolanaConfig {
    /// What it is without a file.
    pub fn default_for(home: &Path) -> Self {
        Self { url: cluster_url("mainnet-beta"), keypair: home.join(".config/solana/id.json"), level: Level::Confirmed }
    }

    /// What is configured below a home folder.
    pub fn load(home: &Path) -> Result<Self, ConfigError> {
        Self::load_file(&path(home), home)
    }

    /// What a file says. One that does not exist says nothing.
    pub fn load_file(path: &Path, home: &Path) -> Result<Self, ConfigError> {
        match std::fs::File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default_for(home)),
            Err(error) => Err(ConfigError::Read { path: path.to_owned(), error }),
            Ok(file) => {
                let text = read(path, file, LENGTH_MAX)?;
                Self::parse(&text, home).map_err(|why| ConfigError::Content { path: path.to_owned(), why })
            }
        }
    }

    fn parse(text: &str, home: &Path) -> Result<Self, String> {
        let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
        let default = Self::default_for(home);
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let level = match said(file.commitment) {
            None => default.level,
            Some(text) => text.parse().map_err(|why| format!("commitment: {why}"))?,
        };
        let keypair = match said(file.keypair_path) {
            None => default.keypair,
            Some(text) => key_path(&text, home)?,
        };
        Ok(Self { url: said(file.json_rpc_url).map_or(default.url, |text| cluster_url(&text)), keypair, level })
    }
}

/// The file that a keypair path names.
fn key_path(text: &str, home: &Path) -> Result<PathBuf, String> {
    let text = text.strip_prefix("file:").unwrap_or(text);
    if let Some((scheme @ ("usb" | "stdin" | "prompt" | "pubkey"), _)) = text.split_once(':') {
        return Err(format!("keypair_path: a key by `{scheme}:` cannot be used here; name a key file"));
    }
    if text == "-" || text == "ASK" {
        return Err("keypair_path: a key that is asked for cannot be used here; name a key file".into());
    }
    Ok(text.strip_prefix("~/").map_or_else(|| PathBuf::from(text), |rest| home.join(rest)))
}

fn read(path: &Path, file: std::fs::File, most: u64) -> Result<String, ConfigError> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
    let content = |why: &str| ConfigError::Content { path: path.to_owned(), why: why.into() };
    if bytes.len() as u64 > most {
        return Err(content("it is too long to be one"));
    }
    String::from_utf8(bytes).map_err(|_| content("it is no text"))
}

/// Reads a key file as `solana-keygen` writes it: 64 numbers, of which the last 32 must be the public key of the first.
pub fn read_key(path: &Path) -> Result<KeyFile, ConfigError> {
    let file = std::fs::File::open(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
    let warning = warning(path, &file)?;
    let text = read(path, file, keypair::MAX_FILE_BYTES as u64)?;
    let key = keypair::parse(&text).map_err(|why| ConfigError::Content { path: path.to_owned(), why })?;
    Ok(KeyFile { key: Keypair::new_from_array(key.to_bytes()), warning })
}

#[cfg(unix)]
fn warning(path: &Path, file: &std::fs::File) -> Result<Option<String>, ConfigError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|error| ConfigError::Read { path: path.to_owned(), error })?.permissions().mode() & 0o777;
    let text = || format!("{} can be used by others than its owner (mode {mode:o}): chmod 600 {}", path.display(), path.display());
    Ok((mode & 0o077 != 0).then(text))
}

#[cfg(not(unix))]
fn warning(_: &Path, _: &std::fs::File) -> Result<Option<String>, ConfigError> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use solana_sdk::signer::Signer;

    use super::*;

    fn home() -> &'static Path {
        Path::new("/home/somebody")
    }

    #[test]
    fn what_solana_writes_is_read() {
        let text = "---\njson_rpc_url: https://api.devnet.solana.com\nwebsocket_url: ''\nkeypair_path: /home/somebody/key.json\naddress_labels:\n  '11111111111111111111111111111111': System Program\ncommitment: finalized\n";
        let expected = SolanaConfig {
            url: "https://api.devnet.solana.com".into(),
            keypair: "/home/somebody/key.json".into(),
            level: Level::Finalized,
        };
        assert_eq!(SolanaConfig::parse(text, home()), Ok(expected));
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!(SolanaConfig::parse("", home()), Ok(SolanaConfig::default_for(home())));
        assert_eq!(SolanaConfig::parse("{}", home()), Ok(SolanaConfig::default_for(home())));
        assert_eq!(SolanaConfig::parse("json_rpc_url: ''\nkeypair_path:\n", home()), Ok(SolanaConfig::default_for(home())));
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(SolanaConfig::load(folder.path()).unwrap(), SolanaConfig::default_for(folder.path()));
        let short = SolanaConfig::parse("json_rpc_url: localhost\nkeypair_path: ~/a.json", home()).unwrap();
        assert_eq!((short.url.as_str(), short.keypair.as_path()), ("http://localhost:8899", Path::new("/home/somebody/a.json")));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in ["- 1", "commitment: sure", "keypair_path: usb://ledger", "keypair_path: ASK", "keypair_path: [1]", "json_rpc_url: {}"]
        {
            assert!(SolanaConfig::parse(text, home()).is_err(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.yml");
        std::fs::write(&file, vec![b'#'; 70_000]).unwrap();
        assert!(matches!(SolanaConfig::load_file(&file, home()), Err(ConfigError::Content { .. })));
    }

    #[test]
    fn a_key_file_is_read_strictly() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id.json");
        let key = Keypair::new();
        let numbers = serde_json::to_string(&key.to_bytes().to_vec()).unwrap();
        std::fs::write(&file, &numbers).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(read_key(&file).unwrap().warning.is_some_and(|text| text.contains("chmod 600")));
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let read = read_key(&file).unwrap();
        assert_eq!((read.key.pubkey(), read.warning), (key.pubkey(), None));
        let mut other = key.to_bytes().to_vec();
        other[40] ^= 1;
        for text in [String::new(), "[]".into(), "[1,2,3]".into(), numbers.replace('[', "[256,"), serde_json::to_string(&other).unwrap()] {
            std::fs::write(&file, text).unwrap();
            assert!(matches!(read_key(&file), Err(ConfigError::Content { .. })));
        }
        assert!(matches!(read_key(&folder.path().join("none")), Err(ConfigError::Read { .. })));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = SolanaConfig::parse(&text, home());
        }
    }
}
