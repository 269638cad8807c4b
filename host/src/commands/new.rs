//! `assay new`: a job that builds, runs and has a test.

use std::path::{Path, PathBuf};

use assay_protocol::names;
use serde_json::json;

use crate::failure::Failure;
use crate::say::out;
use crate::{cli, report};

const CARGO_TOML: &str = include_str!("../../scaffold/Cargo.toml.in");
const MAIN_RS: &str = include_str!("../../scaffold/main.rs.in");
const JOB_TOML: &str = include_str!("../../scaffold/job.toml.in");
const README: &str = include_str!("../../scaffold/README.md.in");
const INPUT: &str = include_str!("../../scaffold/greeting.txt");

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
    for (path, content) in [
        ("Cargo.toml", fill(CARGO_TOML)),
        ("src/main.rs", fill(MAIN_RS)),
        ("job.toml", fill(JOB_TOML)),
        ("README.md", fill(README)),
        ("data/greeting.txt", INPUT.to_owned()),
        (".gitignore", "/target\n".to_owned()),
    ] {
        let path = making.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(making.path())).and_then(|()| std::fs::write(&path, content)).map_err(cannot)?;
    }
    readable(making.path()).map_err(cannot)?;
    std::fs::rename(making.keep(), &folder).map_err(cannot)?;
    if as_json {
        report::print_json(&json!({ "folder": folder, "name": name, "sdk": sdk }));
    } else {
        out!("made {}; next:", folder.display());
        out!(
            "  cd {name}\n  cargo test                  # the job's code, natively\n  assay build                 # compile, test, pack, sign"
        );
        out!("  assay run target/assay/{name}.assay --input greeting.txt=data/greeting.txt --out out --receipt job.receipt");
        out!("  assay verify job.receipt target/assay/{name}.assay --input greeting.txt=data/greeting.txt");
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
