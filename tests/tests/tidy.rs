//! The rules of the architecture, as tests (`ARCHITECTURE.md` says why each is there).
//!
//! Forbidden words are put together at run time, so that this file does not break the rules it keeps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Longest source file, in lines.
const LINES_MAX: usize = 800;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the workspace").to_owned()
}

/// Every file of the project, by its path from the root: what git tracks or would, without what is built.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if ["target", ".git", "artifacts", "coverage", "node_modules"].contains(&name.as_str()) || path.ends_with("fuzz/corpus") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                files.push((name, text));
            }
        }
    }
    assert!(files.len() > 100, "only {} files: is this the workspace?", files.len());
    files.sort();
    files
}

fn sources() -> Vec<(String, String)> {
    files().into_iter().filter(|(name, _)| name.ends_with(".rs")).collect()
}

/// Fails with all that was found, not with the first of it.
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The packages of the workspace, as cargo sees them.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    list(&metadata["packages"]).to_vec()
}

/// Name of each package of the workspace, and the packages of ours that it is built from.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let ours = |package: &Value| {
        let all = list(&package["dependencies"]).iter();
        all.filter(|dependency| !dependency["path"].is_null()).map(|dependency| text(&dependency["name"])).collect()
    };
    packages().iter().map(|package| (text(&package["name"]), ours(package))).collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        // for native tests only: `the_guest_sdk_uses_the_executor_natively_only`
        ("assay-guest", ["assay-gpu"].as_slice()),
        ("assay-protocol", &[]),
        ("assay-gpu", &[]),
        ("assay-sandbox", &["assay-gpu", "assay-protocol"]),
        ("assay-reference", &[]),
        ("assay-settlement-interface", &[]),
        ("assay-settlement", &["assay-protocol", "assay-settlement-interface"]),
        ("assay", &["assay-gpu", "assay-protocol", "assay-sandbox", "assay-settlement", "assay-settlement-interface"]),
    ]);
    let found = dependencies();
    for (package, allowed) in &allowed {
        let direct = found.get(*package).unwrap_or_else(|| panic!("no package {package}"));
        assert!(direct.iter().all(|one| allowed.contains(&one.as_str())), "{package} may use {allowed:?}, and uses {direct:?}");
    }
    for (package, direct) in &found {
        let tests = package.starts_with("assay-tests") || package.starts_with("assay-bench");
        let tested = direct.iter().any(|one| one.starts_with("assay-tests") || one.starts_with("assay-bench"));
        assert!(tests || !tested, "{package} uses the tests: {direct:?}");
        if !package.starts_with("assay") {
            assert!(direct.iter().all(|one| one == "assay-guest"), "the example {package} uses more than the guest SDK: {direct:?}");
        }
    }
}

/// A job's module holds nothing of ours but the SDK: natively the SDK takes the CPU executor, when asked for, so that tests compute what a host would.
#[test]
fn the_guest_sdk_uses_the_executor_natively_only() {
    let packages = packages();
    let sdk = packages.iter().find(|package| package["name"] == "assay-guest").expect("the guest SDK is a package");
    for dependency in list(&sdk["dependencies"]).iter().filter(|dependency| !dependency["path"].is_null()) {
        assert_eq!(dependency["name"], "assay-gpu");
        assert_eq!(dependency["optional"], true, "only with the feature `gpu`");
        assert_eq!(dependency["target"], "cfg(not(target_family = \"wasm\"))", "never in a job's module");
        assert_eq!(dependency["uses_default_features"], false, "without adapters");
        assert!(list(&dependency["features"]).is_empty(), "without adapters");
    }
    assert!(sdk["features"]["default"].is_null(), "the SDK has no default features");
}

#[test]
fn the_reference_shares_no_code_with_the_host() {
    let ours = ["assay_protocol", "assay_sandbox", "assay_gpu", "assay_settlement"];
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|(name, text)| name.starts_with("specs/reference/") && ours.iter().any(|ours| text.contains(ours)))
        .map(|(name, _)| name)
        .collect();
    none("these use the host's code", &found);
    let manifest = std::fs::read_to_string(root().join("specs/reference/Cargo.toml")).expect("the reference has a manifest");
    assert!(!manifest.contains("borsh"), "the reference encodes by hand, so that two readings of the text are compared");
}

#[test]
fn no_source_file_is_too_long() {
    let long =
        |(name, text): (String, String)| (text.lines().count() > LINES_MAX).then(|| format!("{name}: {} lines", text.lines().count()));
    none(&format!("longer than {LINES_MAX} lines"), &sources().into_iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn no_module_is_named_for_nothing() {
    let vague = ["util", "utils", "common", "helper", "helpers", "types", "misc"];
    let named = |name: &str| Path::new(name).with_extension("").iter().any(|part| vague.iter().any(|vague| part == *vague));
    none("names that say nothing", &sources().into_iter().map(|(name, _)| name).filter(|name| named(name)).collect::<Vec<_>>());
}

#[test]
fn every_unsafe_block_says_why_it_is_safe() {
    let word = ["un", "safe"].concat();
    let mut found = Vec::new();
    for (name, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let used = [" {", " fn ", " impl ", " extern "].iter().any(|after| code.contains(&format!("{word}{after}")));
            let explained = lines[index.saturating_sub(8)..=index].iter().any(|line| line.contains("SAFETY:"));
            if used && !code.contains('"') && !explained {
                found.push(format!("{name}:{}", index + 1));
            }
        }
    }
    none("no SAFETY comment", &found);
}

#[test]
fn nothing_is_left_undone() {
    let words = [["to", "do!("], ["unimple", "mented!("], ["#[ig", "nore"], ["FIX", "ME"], ["XX", "X:"]].map(|halves| halves.concat());
    let mut found = Vec::new();
    for (name, text) in sources() {
        for (index, line) in text.lines().enumerate() {
            found.extend(words.iter().filter(|word| line.contains(*word)).map(|word| format!("{name}:{}: {word}", index + 1)));
        }
    }
    none("left undone", &found);
}

#[test]
fn no_package_registry_is_named() {
    let hosts =
        [["crates", "io"], ["npmjs", "org"], ["npmjs", "com"], ["pypi", "org"], ["pythonhosted", "org"]].map(|parts| parts.join("."));
    let mut found = Vec::new();
    for (name, text) in files() {
        for (index, line) in text.lines().enumerate() {
            // Where cargo wrote down what it resolved, the source of each package is cargo's to say.
            let cargo = name.ends_with("Cargo.lock") && line.starts_with("source = \"registry+");
            if !cargo && hosts.iter().any(|host| line.contains(host.as_str())) {
                found.push(format!("{name}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    none("registries are named", &found);
}

#[test]
fn specifications_have_their_vectors() {
    let folder = root().join("specs");
    let index = std::fs::read_to_string(folder.join("README.md")).expect("specs/README.md");
    let pages: Vec<&str> =
        index.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|page| page.ends_with(".md")).collect();
    assert!(pages.len() >= 4, "the index names only {pages:?}");
    let mut found = Vec::new();
    for page in pages {
        let Ok(text) = std::fs::read_to_string(folder.join(page)) else {
            found.push(format!("specs/{page} is not there"));
            continue;
        };
        let named = text.split('`').filter(|part| part.starts_with("vectors/") && part.ends_with(".json"));
        found
            .extend(named.filter(|path| !folder.join(path).is_file()).map(|path| format!("specs/{page} names {path}, which is not there")));
    }
    for entry in std::fs::read_dir(&folder).expect("specs/ is readable") {
        let name = entry.expect("specs/ is readable").file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && name != "README.md" && !index.contains(&format!("]({name})")) {
            found.push(format!("specs/README.md does not list {name}"));
        }
    }
    none("specifications and vectors", &found);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let manifests = packages().iter().map(|package| text(&package["manifest_path"])).collect::<Vec<_>>();
    let lints = |path: &str| std::fs::read_to_string(path).is_ok_and(|manifest| manifest.contains("[lints]\nworkspace = true"));
    none("no `[lints] workspace = true`", &manifests.into_iter().filter(|path| !lints(path)).collect::<Vec<_>>());
}
