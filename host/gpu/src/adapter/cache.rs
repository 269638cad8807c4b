//! Verdicts on disk, so that a program's start does not cost a self-test.
//!
//! A verdict holds for one adapter with one driver and one build of everything that makes SPIR-V of a kernel. All of that is in the key, and the key is in the file as well as
//! in its name: a file that is damaged, copied or forged by accident does not match and counts as none. Whoever can write the folder on purpose can make this machine trust a
//! broken driver; they could as well replace the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::adapter::admission::Admission;
use crate::adapter::listing::Identity;
use crate::adapter::primitives;
use crate::adapter::tier::Tier;
use crate::kernel::LOWERING_VERSION;
use crate::prelude;

/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

#[derive(serde::Serialize, serde::Deserialize)]
struct Entry {
    key: String,
    /// BLAKE3 of the admission's JSON.
    check: String,
    admission: Admission,
}

/// Everything that decides what an adapter makes of a kernel, hashed.
fn key(identity: &Identity) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("assay 2026 adapter admission");
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(LOWERING_VERSION.as_bytes());
    part(serde_json::to_string(identity).unwrap_or_default().as_bytes());
    for tier in Tier::ALL {
        part(primitives::source(tier).as_bytes());
    }
    for (_, text) in prelude::SOURCES {
        part(text.as_bytes());
    }
    let ours = [
        include_str!("facts.rs"),
        include_str!("hide.rs"),
        include_str!("loops.rs"),
        include_str!("nesting.rs"),
        include_str!("pipeline.rs"),
        include_str!("primitives.rs"),
        include_str!("random.rs"),
        include_str!("size.rs"),
        include_str!("spirv.rs"),
        include_str!("stage.rs"),
        include_str!("tier.rs"),
        include_str!("twin.rs"),
        include_str!("device.rs"),
        include_str!("self_test/mod.rs"),
        include_str!("self_test/functions.rs"),
        include_str!("self_test/integers.rs"),
        include_str!("self_test/loops.rs"),
        include_str!("self_test/memory.rs"),
        include_str!("self_test/operators.rs"),
        include_str!("self_test/patterns.rs"),
        include_str!("self_test/traps.rs"),
    ];
    ours.iter().for_each(|text| part(text.as_bytes()));
    hasher.finalize().to_hex().to_string()
}

fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("adapter-{}.json", key.get(..32).unwrap_or(key)))
}

fn check(admission: &Admission) -> String {
    blake3::hash(serde_json::to_string(admission).unwrap_or_default().as_bytes()).to_hex().to_string()
}

/// The verdict on `identity`, if there is one and it is whole.
pub(crate) fn load(folder: &Path, identity: &Identity) -> Option<Admission> {
    let key = key(identity);
    let path = path(folder, &key);
    if std::fs::metadata(&path).ok()?.len() > FILE_BYTES_MAX {
        return None;
    }
    let entry: Entry = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
    (entry.key == key && entry.admission.identity == *identity && entry.check == check(&entry.admission)).then_some(entry.admission)
}

/// Keeps a verdict: whole or not at all. A folder that cannot be written costs the next start a self-test and is no error.
pub(crate) fn store(folder: &Path, admission: &Admission) {
    let key = key(&admission.identity);
    let path = path(folder, &key);
    let entry = Entry { key, check: check(admission), admission: admission.clone() };
    let written = serde_json::to_vec_pretty(&entry).map_err(std::io::Error::other).and_then(|bytes| {
        std::fs::create_dir_all(folder)?;
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let mut file = std::fs::File::create(&part)?;
        file.write_all(&bytes).and_then(|()| std::fs::rename(&part, &path)).inspect_err(|_| {
            let _ = std::fs::remove_file(&part);
        })
    });
    if let Err(error) = written {
        tracing::debug!(path = %path.display(), %error, "the verdict on an adapter was not kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::listing::DeviceKind;
    use crate::adapter::tier::Plan;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("assay-adapter-cache-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    fn admission() -> Admission {
        let identity = Identity {
            name: "A".to_owned(),
            kind: DeviceKind::Discrete,
            vendor_id: 1,
            device_id: 2,
            driver: "D".to_owned(),
            driver_info: "1".to_owned(),
            driver_version: 3,
            backend: "vulkan".to_owned(),
        };
        Admission { identity, plan: Some(Plan::best(Tier::Native, true)), tiers: Vec::new(), revoked: None, self_test_ms: 5 }
    }

    #[test]
    fn a_verdict_comes_back_for_the_same_adapter_and_driver_only() {
        let (folder, known) = (folder("same"), admission());
        store(&folder, &known);
        assert_eq!(load(&folder, &known.identity), Some(known.clone()));
        assert_eq!(load(&folder, &Identity { driver_version: 4, ..known.identity.clone() }), None);
        assert_eq!(load(&folder, &Identity { driver_info: "2".to_owned(), ..known.identity.clone() }), None);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(load(&folder, &known.identity), None);
    }

    #[test]
    fn a_damaged_entry_counts_as_none() {
        let (folder, known) = (folder("damaged"), admission());
        store(&folder, &known);
        let path = path(&folder, &key(&known.identity));
        let whole = std::fs::read(&path).unwrap();
        let text = String::from_utf8(whole.clone()).unwrap();
        for bad in [
            text.replace("native", "soft"),
            text.replace("\"hardware\"", "\"integer\""),
            "{}".to_owned(),
            String::new(),
            text[..text.len() / 2].to_owned(),
        ] {
            assert_ne!(bad, text);
            std::fs::write(&path, bad).unwrap();
            assert_eq!(load(&folder, &known.identity), None);
        }
        std::fs::write(&path, whole).unwrap();
        assert!(load(&folder, &known.identity).is_some());
        // Another adapter's verdict under this one's name.
        let mut other = known.clone();
        other.identity.name = "B".to_owned();
        store(&folder, &other);
        std::fs::copy(super::path(&folder, &key(&other.identity)), &path).unwrap();
        assert_eq!(load(&folder, &known.identity), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
