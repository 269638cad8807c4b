//! `assay new`: a job that builds, runs and has a test.

use std::path::{Path, PathBuf};

use assay_protocol::names;
use serde_json::json;

use crate::failure::Failure;
use crate::say::out;
use crate::{cli, report};

/// What a kind of job begins with.
struct Scaffold {
    /// Path in the job's folder, and content. `{{name}}` and `{{sdk}}` are filled in.
    files: &'static [(&'static str, &'static str)],
    /// The input of its test case: name, and path in the job's folder.
    input: &'static str,
    /// A command that shows something of this kind alone, and what it is for.
    first: Option<&'static str>,
}

const PLAIN: Scaffold = Scaffold {
    files: &[
        ("Cargo.toml", include_str!("../../scaffold/Cargo.toml.in")),
        ("src/main.rs", include_str!("../../scaffold/main.rs.in")),
        ("job.toml", include_str!("../../scaffold/job.toml.in")),
        ("README.md", include_str!("../../scaffold/README.md.in")),
        ("data/greeting.txt", include_str!("../../scaffold/greeting.txt")),
        GITIGNORE,
    ],
    input: "greeting.txt",
    first: None,
};

const GPU: Scaffold = Scaffold {
    files: &[
        ("Cargo.toml", include_str!("../../scaffold/gpu/Cargo.toml.in")),
        ("src/main.rs", include_str!("../../scaffold/gpu/main.rs.in")),
        ("src/kernel.wgsl", include_str!("../../scaffold/gpu/kernel.wgsl")),
        ("job.toml", include_str!("../../scaffold/gpu/job.toml.in")),
        ("README.md", include_str!("../../scaffold/gpu/README.md.in")),
        ("data/numbers.txt", include_str!("../../scaffold/gpu/numbers.txt")),
        GITIGNORE,
    ],
    input: "numbers.txt",
    first: Some("assay shader check src/kernel.wgsl   # the same bits on every machine?"),
};

const GITIGNORE: (&str, &str) = (".gitignore", "/target\n");

/// Runs the command.
pub fn run(arguments: &cli::New, as_json: bool) -> Result<(), Failure> {
    let name = &arguments.name;
    names::package_name(name).map_err(|why| Failure::usage(format!("the job {why}")))?;
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Failure::usage(format!("{name:?} begins with a digit; Cargo wants a letter first")));
    }
    let folder = PathBuf::from(name);
    if folder.exists() {
        return Err(Failure::usage(format!("{} is there already", folder.display())).hint("give another name, or remove it first"));
    }
    let sdk = sdk(arguments.sdk.as_deref())?;
    let fill = |template: &str| template.replace("{{name}}", name).replace("{{sdk}}", &toml_escaped(&sdk));
    // Made under another name and renamed: a half-made job is not left behind.
    let cannot = |e: std::io::Error| Failure::abstained(format!("cannot make {}: {e}", folder.display()));
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let making = tempfile::Builder::new().prefix(".assay-new-").tempdir_in(parent).map_err(cannot)?;
    let scaffold = if arguments.gpu { GPU } else { PLAIN };
    for (path, content) in scaffold.files {
        let path = making.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(making.path()))
            .and_then(|()| std::fs::write(&path, fill(content)))
            .map_err(cannot)?;
    }
    readable(making.path()).map_err(cannot)?;
    std::fs::rename(making.keep(), &folder).map_err(cannot)?;
    if as_json {
        report::print_json(&json!({ "folder": folder, "name": name, "sdk": sdk }));
    } else {
        out!("made {}; next:", folder.display());
        out!("  cd {name}\n  cargo test                  # the job's code, natively");
        if let Some(first) = scaffold.first {
            out!("  {first}");
        }
        out!("  assay build                 # compile, test, pack, sign");
        let input = scaffold.input;
        out!("  assay run target/assay/{name}.assay --input {input}=data/{input} --out out --receipt job.receipt");
        out!("  assay verify job.receipt target/assay/{name}.assay --input {input}=data/{input}");
    }
    Ok(())
}

/// A temporary folder has mode 0700; a job's folder is an ordinary one.
fn readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

fn sdk(explicit: Option<&Path>) -> Result<PathBuf, Failure> {
    let built_from = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-sdk"));
    let folder = explicit.map_or(built_from, Path::to_owned);
    let found = folder.join("Cargo.toml").is_file().then(|| folder.canonicalize().ok()).flatten();
    found.ok_or_else(|| {
        Failure::usage(format!("the guest SDK is not at {}", folder.display()))
            .hint("say where it is: --sdk DIR, the folder guest-sdk of a clone of Assay")
    })
}

fn toml_escaped(path: &Path) -> String {
    path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"")
}
