//! What is left when all functions are built: unused things out, and naga's validator over the whole.

use naga::Module;
use naga::compact::KeepUnused;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};

use super::rewrite::{Finding, Step};

/// Compacts and validates.
///
/// # Errors
/// An internal one where our own output is not valid.
pub fn finish(mut module: Module) -> Step<(Module, ModuleInfo)> {
    naga::compact::compact(&mut module, KeepUnused::No);
    let checked = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
    match checked {
        Ok(info) => {
            super::names::make_unique(&mut module);
            Ok((module, info))
        }
        Err(error) => {
            let span = error.spans().next().map_or(naga::Span::UNDEFINED, |(span, _)| *span);
            let mut text = error.to_string();
            let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error.as_inner());
            while let Some(inner) = source {
                text = format!("{text}: {inner}");
                source = inner.source();
            }
            Err(Finding { span, ..Finding::internal(format!("strict IR is not valid: {text}")) })
        }
    }
}
