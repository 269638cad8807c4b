//! The corpus: kernels as real compute code is written, with data, passes, and the hashes that come of them.
//!
//! ```text
//! tests/corpus/NAME.wgsl    the shader
//!              NAME.toml    what is bound, what is dispatched, the BLAKE3 of each buffer that was written
//! ```
//!
//! | in the `.toml` | |
//! |---|---|
//! | `about`, `tags` | for people; tags are among [`TAGS`] |
//! | `constants` | values of overrides |
//! | `buffers` | each with its default place `at = "group:binding"` and one filling ([`data`]) |
//! | `passes` | entry point and workgroups; `bind` puts other buffers at places, `set` writes a buffer before (`"round"`: the number of the round) |
//! | `rounds` | how often the list of passes is run; 1 if not given |
//! | `expected` | written by `BLESS=1 cargo test -p assay-tests --test corpus` from the CPU executor |
//!
//! Dropping a pair of files in adds a test and a line of the benchmark. Hashes show that results stay the same; what they should be is said by [`check`], by plain
//! code that shares nothing with the executor, where that is cheap.
//!
//! Every kernel is free of races and takes milliseconds, so that the benchmark can use the same files.

pub mod check;
pub mod data;
pub mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assay_gpu::{Access, Kernel, Shader};
use serde::Deserialize;

/// What a tag may be: what dominates the kernel's time, or makes it special.
pub const TAGS: [&str; 7] = ["transcendental", "fma", "memory-bound", "barrier", "atomics", "integer", "vector"];

/// Loop budget of the corpus: the default of a job.
pub const LOOP_ITERATIONS: u32 = 1 << 20;

/// One kernel with its data and passes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Name of its files.
    #[serde(skip)]
    pub name: String,
    /// The WGSL.
    #[serde(skip)]
    pub source: String,
    /// What it computes.
    pub about: String,
    /// See [`TAGS`].
    pub tags: Vec<String>,
    /// Values of overrides.
    #[serde(default)]
    pub constants: BTreeMap<String, f64>,
    /// How often the passes are run.
    #[serde(default = "one")]
    pub rounds: u32,
    /// Buffers by name.
    pub buffers: BTreeMap<String, Buffer>,
    /// Dispatches, in order.
    pub passes: Vec<Pass>,
    /// BLAKE3 of each buffer that a pass writes, by its name.
    #[serde(default)]
    pub expected: BTreeMap<String, String>,
}

/// One buffer.
#[derive(Debug, Clone, Deserialize)]
pub struct Buffer {
    /// Where it is bound unless a pass says otherwise, as `group:binding`.
    #[serde(default)]
    pub at: Option<String>,
    /// What is in it at the start.
    #[serde(flatten)]
    pub filling: data::Filling,
}

/// One dispatch.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// Entry point.
    pub entry: String,
    /// Workgroups.
    pub groups: [u32; 3],
    /// Buffers by place, over their default places.
    #[serde(default)]
    pub bind: BTreeMap<String, String>,
    /// Words written at the start of buffers before the dispatch.
    #[serde(default)]
    pub set: BTreeMap<String, Vec<data::Word>>,
}

fn one() -> u32 {
    1
}

/// Where the corpus lies.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Every case, by name; those that `CASE` asks for.
///
/// # Panics
/// When a file is not a case.
pub fn cases() -> Vec<Case> {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let entries = std::fs::read_dir(folder()).expect("tests/corpus is there").map(|entry| entry.expect("a readable folder").path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "wgsl")).collect();
    paths.retain(|path| path.to_string_lossy().contains(&wanted));
    paths.sort();
    paths.iter().map(|path| Case::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))).collect()
}

/// The case of that name.
///
/// # Panics
/// When there is none.
pub fn case(name: &str) -> Case {
    let path = folder().join(name).with_extension("wgsl");
    Case::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

impl Case {
    fn read(wgsl: &Path) -> Result<Self, String> {
        let source = std::fs::read_to_string(wgsl).map_err(|e| e.to_string())?;
        let text = std::fs::read_to_string(wgsl.with_extension("toml")).map_err(|e| format!("its .toml: {e}"))?;
        let case: Self = toml::from_str(&text).map_err(|e| e.to_string())?;
        let name = wgsl.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(tag) = case.tags.iter().find(|tag| !TAGS.contains(&tag.as_str())) {
            return Err(format!("{tag:?} is no tag; there are {TAGS:?}"));
        }
        Ok(Self { name, source, ..case })
    }

    /// Whether it has this tag.
    pub fn is(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Its entry points, each once, in the order of the passes.
    pub fn entries(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.passes.iter().map(|pass| pass.entry.as_str()).filter(|entry| seen.insert(*entry)).collect()
    }

    /// Its overrides, as [`Shader::kernel`] takes them.
    pub fn constants(&self) -> Vec<(String, f64)> {
        self.constants.iter().map(|(name, value)| (name.clone(), *value)).collect()
    }

    /// Its entry points, lowered.
    pub fn kernels(&self) -> Result<BTreeMap<String, Kernel>, String> {
        let shader = Shader::new(&self.source).map_err(|e| e.to_string())?;
        let kernel = |entry: &str| {
            // An entry point need not use every override of the module.
            let kernel = shader.kernel(entry, &self.constants(), LOOP_ITERATIONS).map_err(|e| format!("{entry}: {e}"))?;
            Ok((entry.to_owned(), kernel))
        };
        self.entries().into_iter().map(kernel).collect()
    }

    /// The bytes of every buffer at the start.
    pub fn data(&self) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let fill = |(name, buffer): (&String, &Buffer)| {
            let bytes = buffer.filling.bytes(&self.name, name).map_err(|e| format!("buffer {name}: {e}"))?;
            Ok((name.clone(), bytes))
        };
        self.buffers.iter().map(fill).collect()
    }

    /// The buffer at a place in a pass.
    pub fn bound<'a>(&'a self, pass: &'a Pass, group: u32, binding: u32) -> Result<&'a str, String> {
        let place = format!("{group}:{binding}");
        let by_default = || self.buffers.iter().find(|(_, buffer)| buffer.at.as_ref() == Some(&place)).map(|(name, _)| name);
        let name = pass.bind.get(&place).or_else(by_default);
        name.map(String::as_str).ok_or_else(|| format!("{}: no buffer at {place}", pass.entry))
    }

    /// Names of the buffers that a pass may write.
    pub fn written(&self, kernels: &BTreeMap<String, Kernel>) -> Result<BTreeSet<String>, String> {
        let mut written = BTreeSet::new();
        for pass in &self.passes {
            let kernel = kernels.get(&pass.entry).ok_or_else(|| format!("no kernel {}", pass.entry))?;
            for binding in kernel.bindings.iter().filter(|binding| binding.access == Access::ReadWrite) {
                written.insert(self.bound(pass, binding.group, binding.binding)?.to_owned());
            }
        }
        Ok(written)
    }

    /// Writes the hashes of `buffers` into the `.toml`, after everything else in it.
    pub fn bless(&self, hashes: &BTreeMap<String, String>) -> Result<(), String> {
        let path = folder().join(&self.name).with_extension("toml");
        let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
        let kept = text.split("\n[expected]").next().unwrap_or_default().trim_end();
        let lines: String = hashes.iter().map(|(name, hash)| format!("{name} = \"{hash}\"\n")).collect();
        std::fs::write(&path, format!("{kept}\n\n[expected]\n{lines}")).map_err(|e| e.to_string())
    }
}
