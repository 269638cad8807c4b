//! A shader's file, read and judged.

use std::path::Path;

use assay_gpu::{EntryPoint, Kernel, Refused, Shader};
use serde_json::json;

use super::diagnostics;
use crate::failure::{Code, Failure};
use crate::say::note;
use crate::{job_files, report};

/// Longest shader, bytes: the ceiling of the limit `shader_bytes`.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A file that was read.
pub struct Source {
    /// Its name as it was given.
    pub name: String,
    text: String,
}

impl Source {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = job_files::read(path, "shader", MAX_BYTES)?;
        let name = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            Failure::refused("shader.encoding", format!("{name} is not UTF-8: the byte at {at} begins no character"))
                .hint("save the shader as UTF-8; WGSL has no other encoding")
        })?;
        Ok(Self { name, text })
    }

    /// The shader, if it is strict and has an entry point.
    pub fn shader(&self, as_json: bool) -> Result<Shader, Failure> {
        let shader = Shader::new(&self.text).map_err(|refused| self.refused(&refused, as_json))?;
        if shader.entry_points().is_empty() {
            return Err(Failure::refused("shader.entry-point", format!("{} has no compute entry point", self.name))
                .hint("mark a function with @compute @workgroup_size(…)"));
        }
        Ok(shader)
    }

    /// One entry point, lowered.
    pub fn kernel(&self, shader: &Shader, entry: &str, with: &Settings<'_>, as_json: bool) -> Result<Kernel, Failure> {
        shader.kernel(entry, with.constants, with.loop_iterations).map_err(|refused| self.refused(&refused, as_json))
    }

    /// Says all reasons; what is left is the exit code.
    fn refused(&self, refused: &Refused, as_json: bool) -> Failure {
        if as_json {
            report::print_json(&json!({ "file": self.name, "strict": false, "reasons": diagnostics::as_json(&refused.reasons) }));
        } else {
            let count = refused.reasons.len();
            note!("{}", diagnostics::render(&self.name, &self.text, &refused.reasons).trim_end());
            note!("assay: refused: {} is not strict: {count} reason{}", self.name, if count == 1 { "" } else { "s" });
        }
        Failure::silent(Code::Refused)
    }
}

/// What an entry point is lowered with.
pub struct Settings<'a> {
    /// Values of overrides.
    pub constants: &'a [(String, f64)],
    /// Loop budget of one invocation.
    pub loop_iterations: u32,
}

/// The entry points asked for: the one called `name`, or all.
pub fn entry_points<'a>(shader: &'a Shader, name: Option<&str>) -> Result<Vec<&'a EntryPoint>, Failure> {
    let all = shader.entry_points();
    let Some(name) = name else { return Ok(all.iter().collect()) };
    match all.iter().find(|entry| entry.name == name) {
        Some(entry) => Ok(vec![entry]),
        None => {
            let names: Vec<&str> = all.iter().map(|entry| entry.name.as_str()).collect();
            Err(Failure::usage(format!("the shader has no compute entry point {name:?}")).hint(format!("it has: {}", names.join(", "))))
        }
    }
}
