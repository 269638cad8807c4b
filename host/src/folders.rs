//! Where this program keeps things: the XDG folders.

use std::path::PathBuf;

use etcetera::BaseStrategy;

/// Compiled modules. `ASSAY_CACHE` overrides; `None` when there is no home folder, and then nothing is cached.
pub fn cache() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("ASSAY_CACHE").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    Some(etcetera::base_strategy::Xdg::new().ok()?.cache_dir().join("assay/modules"))
}

/// Verdicts on adapters, beside the compiled modules; `None` as above, and then each start of a driver tests it anew.
pub fn adapters() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("ASSAY_CACHE").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder).join("adapters"));
    }
    Some(etcetera::base_strategy::Xdg::new().ok()?.cache_dir().join("assay/adapters"))
}

/// The key this program makes when there is no other.
pub fn own_key() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("assay/key.json"))
}

/// What this program keeps and cannot make anew: the embedded ledger, what was begun on a ledger, verdicts that are not revealed.
pub fn data() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.data_dir().join("assay"))
}

/// The embedded ledger, unless another folder is named.
pub fn ledger() -> Option<PathBuf> {
    Some(data()?.join("ledger"))
}

/// The key that Solana's command line tools make first.
pub fn solana_key() -> Option<PathBuf> {
    Some(etcetera::home_dir().ok()?.join(".config/solana/id.json"))
}

/// The configuration file of Solana's command line tools.
pub fn solana_config() -> Option<PathBuf> {
    let explicit = std::env::var_os("SOLANA_CONFIG_FILE").map(PathBuf::from);
    explicit.or_else(|| Some(etcetera::home_dir().ok()?.join(".config/solana/cli/config.yml")))
}
