//! Files that are there whole or not at all: written to a temporary name in the same folder, then renamed.

use std::io::Write;
use std::path::Path;

use crate::failure::Failure;

/// Writes `content` to `path`, replacing what is there. Missing folders are made.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    // A temporary file has mode 0600; what is not a secret gets what the umask allows.
    try_write(path, content, 0o666, true).map_err(|e| cannot(path, &e))
}

/// Writes a secret to `path`, mode 0600, over what is there only if `replace`; the old one is there until the new one is.
pub fn write_secret(path: &Path, content: &[u8], replace: bool) -> Result<(), Failure> {
    try_write(path, content, 0o600, replace).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already; it is not overwritten", path.display()))
            .hint("give another name, or --force if you are sure you do not need that key"),
        _ => cannot(path, &e),
    })
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::abstained(format!("cannot write {}: {error}", path.display()))
        .hint("nothing was left half-written; check the folder, its permissions and free space")
}

fn try_write(path: &Path, content: &[u8], mode: u32, replace: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".assay-").permissions(std::fs::Permissions::from_mode(mode)).tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    if replace {
        file.persist(path).map_err(|e| e.error)?
    } else {
        file.persist_noclobber(path).map_err(|e| e.error)?
    };
    // Its name lasts as well: what is done next may rely on it.
    std::fs::File::open(folder)?.sync_all()
}
