//! Files that are there whole or not at all: written to a temporary name in the same folder, then renamed.

use std::io::Write;
use std::path::Path;

use crate::failure::Failure;

/// Writes `content` to `path`, replacing what is there. Missing folders are made.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    try_write(path, content, true).map_err(|e| cannot(path, &e))
}

/// Writes `content` to `path`, mode 0600, only if nothing is there.
pub fn create_secret(path: &Path, content: &[u8]) -> Result<(), Failure> {
    try_write(path, content, false).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already; it is not overwritten", path.display()))
            .hint("give another name, or --force if you are sure you do not need that key"),
        _ => cannot(path, &e),
    })
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::abstained(format!("cannot write {}: {error}", path.display())).hint("nothing was left half-written; check the folder, its permissions and free space")
}

fn try_write(path: &Path, content: &[u8], replace: bool) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    // A temporary file has mode 0600; what is not a secret gets what the umask allows.
    let mut builder = tempfile::Builder::new();
    builder.prefix(".assay-");
    if replace {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    if replace { file.persist(path).map_err(|e| e.error)? } else { file.persist_noclobber(path).map_err(|e| e.error)? };
    Ok(())
}
