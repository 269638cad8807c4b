//! `assay keys`: key files as Solana's tools write them.

use serde_json::json;

use crate::failure::Failure;
use crate::say::{note, out};
use crate::{cli, folders, key_files, report};

/// Runs the command.
pub fn run(arguments: &cli::Keys, as_json: bool) -> Result<(), Failure> {
    let (key, path, made) = match arguments {
        cli::Keys::New { file, force } => {
            let path = file
                .clone()
                .or_else(folders::own_key)
                .ok_or_else(|| Failure::usage("there is no home folder to keep a key in").hint("name a file"))?;
            (key_files::make(&path, *force)?, path, true)
        }
        cli::Keys::Show { file } => {
            let path = key_files::find(file.as_deref())?
                .ok_or_else(|| Failure::usage("there is no key yet").hint("make one with `assay keys new`, or name a file"))?;
            (key_files::read(&path)?, path, false)
        }
    };
    let key = key_files::Key { key, path, made };
    if as_json {
        report::print_json(&json!({ "public_key": key.shown(), "file": key.path, "made": key.made }));
    } else {
        out!("{}", key.shown());
        note!("assay: {} {}", if key.made { "made" } else { "from" }, key.path.display());
    }
    Ok(())
}
