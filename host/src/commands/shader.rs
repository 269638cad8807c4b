//! `assay shader`: any WGSL shader of anyone. `check` is in `shader_check.rs`; `lower` shows what the pass makes of a shader.

use serde_json::json;

use crate::failure::Failure;
use crate::say::out;
use crate::shader::source::{self, Settings, Source};
use crate::{cli, report};

/// Runs the command.
pub fn run(arguments: &cli::Shader, as_json: bool) -> Result<(), Failure> {
    match arguments {
        cli::Shader::Check(arguments) => super::shader_check::run(arguments, as_json),
        cli::Shader::Lower(arguments) => lower(arguments, as_json),
    }
}

/// Prints strict WGSL: it is WGSL again, it is strict, and lowering it once more changes nothing but names.
fn lower(arguments: &cli::ShaderLower, as_json: bool) -> Result<(), Failure> {
    let from = Source::read(&arguments.shader.file)?;
    let shader = from.shader(as_json)?;
    let settings = Settings { constants: &arguments.shader.constants, loop_iterations: arguments.shader.loop_iterations };
    let mut lowered = Vec::new();
    for entry in source::entry_points(&shader, arguments.shader.entry.as_deref())? {
        let kernel = from.kernel(&shader, &entry.name, &settings, as_json)?;
        let wgsl = kernel.wgsl().map_err(|e| Failure::abstained(format!("the strict WGSL of {:?} cannot be printed: {e}", entry.name)))?;
        lowered.push((entry.name.clone(), wgsl));
    }
    if as_json {
        let entries: Vec<_> = lowered.iter().map(|(name, wgsl)| json!({ "name": name, "wgsl": wgsl })).collect();
        report::print_json(&json!({ "file": from.name, "strict": true, "entry_points": entries }));
        return Ok(());
    }
    for (number, (name, wgsl)) in lowered.iter().enumerate() {
        // Each is a shader of its own: helpers and variables carry the same names in all of them.
        if lowered.len() > 1 {
            out!("{}// entry point {name}, a shader of its own", if number > 0 { "\n" } else { "" });
        }
        out!("{}", wgsl.trim_end());
    }
    Ok(())
}
