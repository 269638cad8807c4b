//! Files that people name on the command line: packages, modules, receipts, inputs.

use std::io::Read;
use std::path::{Path, PathBuf};

use assay_protocol::hash::NamedBlob;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::EnvVar;
use assay_protocol::names;
use assay_sandbox::Input;

use crate::failure::Failure;

/// Reads a whole file of at most `max` bytes.
pub fn read(path: &Path, what: &str, max: u64) -> Result<Vec<u8>, Failure> {
    let cannot = |e: std::io::Error| {
        Failure::usage(format!("cannot read the {what} {}: {e}", path.display())).hint("check the path and its permissions")
    };
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > max {
        return Err(Failure::refused(
            &format!("{what}.length"),
            format!("{} is longer than a {what} may be ({max} bytes)", path.display()),
        ));
    }
    Ok(bytes)
}

/// Whether a file is a WebAssembly module rather than one of ours.
pub fn is_module(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm")
}

/// One `--input NAME=PATH`.
#[derive(Debug, Clone)]
pub struct InputArgument {
    name: String,
    path: PathBuf,
}

impl std::str::FromStr for InputArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=PATH"))?;
        names::input_name(name).map_err(|why| format!("the job {why}"))?;
        Ok(Self { name: name.to_owned(), path: PathBuf::from(path) })
    }
}

/// One `--env K=V`.
pub fn env_argument(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    names::env_name(name)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// One `--limit NAME=VALUE`.
pub fn limit_argument(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    let value = value.replace('_', "").parse().map_err(|_| format!("{value:?} is not a whole number"))?;
    crate::job_toml::set_limit(&mut Limits::default(), name, value)?;
    Ok((name.to_owned(), value))
}

/// The environment of `--env` arguments, sorted by name as a job has it.
pub fn environment(arguments: &[(String, String)]) -> Result<Vec<EnvVar>, Failure> {
    let mut env: Vec<EnvVar> = arguments.iter().map(|(name, value)| EnvVar { name: name.clone(), value: value.clone() }).collect();
    env.sort_by(|a, b| a.name.cmp(&b.name));
    match env.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => Err(Failure::usage(format!("the environment variable {:?} is given twice", pair[0].name))),
        None => Ok(env),
    }
}

/// Opens and hashes inputs; they come back sorted by name, as a job has them.
pub fn open_inputs(arguments: &[InputArgument], limits: &Limits) -> Result<(Vec<NamedBlob>, Vec<Input>), Failure> {
    let mut sorted: Vec<&InputArgument> = arguments.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(Failure::usage(format!("the input {:?} is given twice", pair[0].name)));
    }
    let mut described = Vec::new();
    let mut inputs = Vec::new();
    let mut left = limits.input_bytes;
    for argument in sorted {
        let input = Input::open(&argument.path, left).map_err(|e| {
            let message = format!("input {:?}: cannot read {}: {e}", argument.name, argument.path.display());
            match e.kind() {
                std::io::ErrorKind::FileTooLarge => Failure::refused("job.inputs", message)
                    .hint("the package's limit input_bytes decides; its author can raise it in job.toml"),
                _ => Failure::usage(message).hint("check the path and its permissions"),
            }
        })?;
        let blob = input.blob();
        left = left.saturating_sub(blob.bytes);
        described.push(NamedBlob { name: argument.name.clone(), blob });
        inputs.push(input);
    }
    Ok((described, inputs))
}
