//! Compiling a job with Cargo.
//!
//! The flags are chosen for the sandbox (figures in `specs/PERFORMANCE.md`) and for reproduction: paths of this machine are mapped away, so the same source
//! gives the same module, and with it the same job id, wherever it is built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assay_protocol::package;
use serde::Deserialize;

use crate::failure::Failure;
use crate::job_files;
use crate::job_toml::Build;
use crate::say::note;

/// The compilation target of jobs.
pub const TARGET: &str = "wasm32-wasip1";

/// A compiled job.
pub struct Built {
    /// The module's bytes.
    pub module: Vec<u8>,
    /// Cargo's target folder for this job, where the package goes.
    pub target_folder: PathBuf,
}

/// Compiles the job in `folder`, or reads the module that `build` names.
pub fn build(folder: &Path, build: &Build) -> Result<Built, Failure> {
    if let Some(path) = &build.module {
        let path = folder.join(path);
        let module = job_files::read(&path, "module", package::MAX_BYTES)?;
        return Ok(Built { module, target_folder: folder.join("target") });
    }
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Failure::usage(format!("there is no {}", manifest.display()))
            .hint("a job is a Cargo package, or job.toml names a module that is compiled already: [build] module = \"path.wasm\""));
    }
    ensure_target()?;
    let layout = layout(&manifest)?;
    let bin = binary(&layout, &manifest, build)?;
    compile(&manifest, build, &bin, &layout)
}

#[derive(Deserialize)]
struct Layout {
    packages: Vec<CargoPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct CargoPackage {
    manifest_path: PathBuf,
    targets: Vec<CargoTarget>,
}

#[derive(Deserialize)]
struct CargoTarget {
    name: String,
    kind: Vec<String>,
}

fn cargo() -> Command {
    // Under `cargo run` CARGO is the very cargo that started us.
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn no_rust(e: &std::io::Error) -> Failure {
    Failure::usage(format!("Rust's tools do not start: {e}"))
        .hint("install Rust with rustup; a job of another language can be packed with [build] module in job.toml")
}

/// The folder of the Rust that compiles jobs.
pub fn sysroot() -> Result<PathBuf, Failure> {
    let output = rustc().args(["--print", "sysroot"]).output().map_err(|e| no_rust(&e))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Whether the wasm target is installed.
pub fn has_target() -> Result<bool, Failure> {
    Ok(sysroot()?.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

/// Adds the wasm target to the active toolchain if it is missing.
pub fn ensure_target() -> Result<(), Failure> {
    if has_target()? {
        return Ok(());
    }
    note!("assay: adding Rust's {TARGET} target with rustup (once for a toolchain)");
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]).stdout(Stdio::from(std::io::stderr()));
    // The toolchain by its folder's name: the one that compiles, whatever rustup's default is.
    if let Some(toolchain) = sysroot()?.file_name() {
        command.arg("--toolchain").arg(toolchain);
    }
    let added = command.status().is_ok_and(|status| status.success());
    if added && has_target()? {
        return Ok(());
    }
    Err(Failure::abstained(format!("Rust's {TARGET} target is missing and could not be added"))
        .hint(format!("run `rustup target add {TARGET}` and see what it says; without rustup, install the target as your system does")))
}

fn layout(manifest: &Path) -> Result<Layout, Failure> {
    let output =
        cargo().args(["metadata", "--format-version=1", "--no-deps", "--manifest-path"]).arg(manifest).output().map_err(|e| no_rust(&e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::failed(format!("cargo does not understand {}:\n{said}", manifest.display())));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| Failure::abstained(format!("cargo metadata said something unexpected: {e}")))
}

fn binary(layout: &Layout, manifest: &Path, build: &Build) -> Result<String, Failure> {
    if let Some(bin) = &build.bin {
        return Ok(bin.clone());
    }
    let wanted = manifest.canonicalize().unwrap_or_else(|_| manifest.to_owned());
    let package = layout.packages.iter().find(|package| package.manifest_path.canonicalize().is_ok_and(|path| path == wanted));
    let bins: Vec<&str> = package
        .into_iter()
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
        .map(|target| target.name.as_str())
        .collect();
    match bins.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => {
            Err(Failure::failed(format!("{} has no binary target", manifest.display())).hint("a job is a program: give it a src/main.rs"))
        }
        several => Err(Failure::failed(format!("{} has several binaries: {}", manifest.display(), several.join(", ")))
            .hint("say which one is the job in job.toml: [build] bin = \"NAME\"")),
    }
}

/// The compiler's flags for a job.
fn rustflags(build: &Build, layout: &Layout) -> Result<String, Failure> {
    let mut flags: Vec<String> = Vec::new();
    let mut features = "+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals".to_owned();
    if build.simd.unwrap_or(true) {
        features.push_str(",+simd128");
    }
    flags.extend(["-C".to_owned(), format!("target-feature={features}")]);
    let mut remap = |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    remap(&layout.workspace_root, "/job");
    // The guest SDK of this source tree, when it is not in the job's own workspace.
    remap(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")), "/assay");
    let cargo_home =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| etcetera::home_dir().ok().map(|home| home.join(".cargo")));
    if let Some(home) = cargo_home {
        for kind in ["registry/src", "git/checkouts"] {
            for source in std::fs::read_dir(home.join(kind)).into_iter().flatten().flatten() {
                remap(&source.path(), "/cargo");
            }
        }
    }
    remap(&sysroot()?.join("lib/rustlib/src/rust"), "/rust");
    Ok(flags.join("\x1f"))
}

fn compile(manifest: &Path, build: &Build, bin: &str, layout: &Layout) -> Result<Built, Failure> {
    let level = build.opt_level.as_deref().unwrap_or("3");
    let level = if level.chars().all(|c| c.is_ascii_digit()) { level.to_owned() } else { format!("\"{level}\"") };
    let mut command = cargo();
    command
        .args(["build", "--release", "--target", TARGET, "--bin", bin, "--message-format=json-render-diagnostics", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(build, layout)?)
        .env_remove("RUSTFLAGS")
        .stdout(Stdio::piped());
    for setting in [
        format!("opt-level={level}"),
        "lto=\"fat\"".into(),
        "codegen-units=1".into(),
        "panic=\"abort\"".into(),
        "debug=false".into(),
        "strip=\"debuginfo\"".into(),
        "incremental=false".into(),
    ] {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
    if !build.features.is_empty() {
        command.args(["--features", &build.features.join(",")]);
    }
    let output = command.spawn().and_then(std::process::Child::wait_with_output).map_err(|e| no_rust(&e))?;
    if !output.status.success() {
        return Err(
            Failure::failed(format!("{} does not compile for {TARGET}", manifest.display())).hint("the compiler's messages stand above")
        );
    }
    let path = artifact(&output.stdout, bin).ok_or_else(|| Failure::abstained("cargo did not say where the module is"))?;
    let module = std::fs::read(&path).map_err(|e| Failure::abstained(format!("cannot read {}: {e}", path.display())))?;
    Ok(Built { module, target_folder: layout.target_directory.clone() })
}

/// The path of the module among Cargo's messages.
fn artifact(messages: &[u8], bin: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        target: Option<CargoTarget>,
        executable: Option<PathBuf>,
    }
    String::from_utf8_lossy(messages)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact" && message.target.as_ref().is_some_and(|target| target.name == bin))
        .find_map(|message| message.executable)
}
