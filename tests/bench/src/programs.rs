//! Building what is measured: the kernels natively and as modules, the small job, the program `assay`.
//!
//! Each setting has a target folder of its own below `target/bench`, so a second run builds nothing. Settings are given to Cargo by `--config` and the
//! environment, as `assay build` gives them: no profile of this workspace takes part.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Wasm features of `assay build`, SIMD apart. A test holds this against `host/src/guest_build.rs`.
const FEATURES: &str = "+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals";
const SIMD: &str = ",+simd128";
const TARGET: &str = "wasm32-wasip1";

/// How a module is compiled.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in tables.
    pub name: &'static str,
    /// Name of its target folder.
    pub folder: &'static str,
    /// `opt-level`, as TOML.
    pub opt_level: &'static str,
    /// Fat LTO and one codegen unit, or Cargo's defaults for a release (thin LTO within a crate, 16 units).
    pub whole_program: bool,
    /// Whether 128-bit SIMD is on.
    pub simd: bool,
    /// More flags for the compiler.
    pub more: &'static str,
}

/// What `assay build` chooses.
pub const CHOSEN: Setting = Setting {
    name: "3, fat LTO, 1 unit, simd128 (`assay build`)",
    folder: "chosen",
    opt_level: "3",
    whole_program: true,
    simd: true,
    more: "",
};

/// What it could choose instead.
pub const OTHERS: &[Setting] = &[
    Setting { name: "s, release defaults", folder: "s", opt_level: "\"s\"", whole_program: false, simd: false, more: "" },
    Setting { name: "3, release defaults", folder: "3", opt_level: "3", whole_program: false, simd: false, more: "" },
    Setting { name: "3, fat LTO, 1 unit", folder: "3-lto", opt_level: "3", whole_program: true, simd: false, more: "" },
    Setting { name: "2, fat LTO, 1 unit, simd128", folder: "2-lto-simd", opt_level: "2", whole_program: true, simd: true, more: "" },
    Setting { name: "s, fat LTO, 1 unit, simd128", folder: "s-lto-simd", opt_level: "\"s\"", whole_program: true, simd: true, more: "" },
    Setting {
        name: "chosen, vector loops interleaved 4 times",
        folder: "interleave",
        opt_level: "3",
        whole_program: true,
        simd: true,
        more: "-C llvm-args=-force-vector-interleave=4",
    },
];

/// Root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Flags of the outer build would hide those under test.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").current_dir(workspace()).stdout(Stdio::from(std::io::stderr()));
    command
}

fn finish(mut command: Command, what: &str, artifact: PathBuf) -> Result<PathBuf> {
    eprintln!("bench: building {what}");
    let status = command.status().context("cargo does not start")?;
    if !status.success() {
        bail!("{what} does not compile; the compiler's messages stand above");
    }
    if !artifact.is_file() {
        bail!("{what} was built, but {} is not there", artifact.display());
    }
    Ok(artifact)
}

fn profile(command: &mut Command, setting: &Setting) {
    let mut settings =
        vec![format!("opt-level={}", setting.opt_level), "panic=\"abort\"".into(), "debug=false".into(), "incremental=false".into()];
    if setting.whole_program {
        settings.extend(["lto=\"fat\"".into(), "codegen-units=1".into()]);
    }
    for setting in settings {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
}

fn target_folder(name: &str) -> PathBuf {
    workspace().join("target/bench").join(name)
}

/// The kernels as a native program, compiled as [`CHOSEN`] is; for any x86-64 (or whatever this machine is), or for exactly this processor.
pub fn native(for_this_processor: bool) -> Result<PathBuf> {
    let folder = target_folder(if for_this_processor { "native-cpu" } else { "native" });
    let mut command = cargo();
    command.args(["build", "--release", "-p", "assay-bench-kernels", "--bin", "assay-bench-native", "--target-dir"]).arg(&folder);
    profile(&mut command, &CHOSEN);
    if for_this_processor {
        command.env("RUSTFLAGS", "-C target-cpu=native");
    }
    finish(command, "the kernels natively", folder.join("release/assay-bench-native"))
}

/// The kernels as a module.
pub fn module(setting: &Setting) -> Result<PathBuf> {
    let folder = target_folder(setting.folder);
    let mut command = cargo();
    command.args(["rustc", "--release", "-p", "assay-bench-kernels", "--lib", "--crate-type", "cdylib"]);
    wasm(&mut command, setting, &folder);
    finish(command, &format!("the kernels as a module: {}", setting.name), folder.join(TARGET).join("release/assay_bench_kernels.wasm"))
}

/// The small job, as `assay build` would compile it.
pub fn small_job() -> Result<PathBuf> {
    let folder = target_folder(CHOSEN.folder);
    let mut command = cargo();
    command.args(["build", "--release", "-p", "assay-bench-kernels", "--bin", "assay-bench-job"]);
    wasm(&mut command, &CHOSEN, &folder);
    finish(command, "the small job", folder.join(TARGET).join("release/assay-bench-job.wasm"))
}

fn wasm(command: &mut Command, setting: &Setting, folder: &Path) {
    let features = format!("-C target-feature={FEATURES}{} {}", if setting.simd { SIMD } else { "" }, setting.more);
    command.args(["--target", TARGET, "--target-dir"]).arg(folder).env("RUSTFLAGS", features);
    profile(command, setting);
}

/// The program `assay` in release: the one that `ASSAY_BIN` names, or this workspace's.
pub fn assay() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("ASSAY_BIN") {
        return Ok(PathBuf::from(path));
    }
    let mut command = cargo();
    command.args(["build", "--release", "-p", "assay", "--bin", "assay", "--target-dir"]).arg(workspace().join("target"));
    finish(command, "assay", workspace().join("target/release/assay"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The benchmark measures the flags that `assay build` uses, or it says nothing about them.
    #[test]
    fn chosen_flags_are_those_of_assay_build() {
        let source = std::fs::read_to_string(workspace().join("host/src/guest_build.rs")).expect("the workspace is whole");
        for flag in [
            FEATURES,
            SIMD,
            "lto=\\\"fat\\\"",
            "codegen-units=1",
            "panic=\\\"abort\\\"",
            "opt_level.as_deref().unwrap_or(\"3\")",
            "simd.unwrap_or(true)",
        ] {
            assert!(source.contains(flag), "host/src/guest_build.rs does not say {flag}: change CHOSEN with it");
        }
    }
}
