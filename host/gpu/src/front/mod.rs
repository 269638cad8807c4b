//! From text to a validated naga module, or every reason why not.
//!
//! naga's parser, its validator and every walk of ours recurse over what the author nested. So the text is measured first (`scan`), and all of it runs on a
//! thread whose stack is large enough for what `scan` lets through.

mod admit;
pub mod place;
mod scan;

use std::collections::HashMap;

use naga::valid::{Capabilities, ModuleInfo, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};
use naga::{Handle, Literal, Module, Override, Span};

use crate::lower::rewrite::Finding;
use crate::refusal::{Reason, Refused};
use place::Places;

/// Stack of the thread that reads a shader.
const STACK_BYTES: usize = 64 << 20;

/// A shader as naga understands it.
#[derive(Debug)]
pub struct Front {
    /// The module.
    pub module: Module,
    /// naga's analysis.
    pub info: ModuleInfo,
}

/// Runs `work` where recursion has room.
pub fn with_stack<T: Send>(work: impl FnOnce() -> Result<T, Refused> + Send) -> Result<T, Refused> {
    let internal = |message: &str| Refused { reasons: vec![Places::new("").reason(&Finding::internal(message))] };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("assay-shader".to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(internal("the compiler panicked"))),
            Err(_) => Err(internal("no thread could be started")),
        }
    })
}

/// Reads `source`.
///
/// # Errors
/// Every reason for which it is refused.
pub fn read(source: &str) -> Result<Front, Refused> {
    let places = Places::new(source);
    let refuse = |reasons: Vec<Reason>| Refused { reasons };
    let tokens = scan::tokens(source);
    scan::check(source, &tokens).map_err(|finding| refuse(vec![places.reason(&finding)]))?;
    let module = naga::front::wgsl::parse_str(source).map_err(|error| {
        let span = error.labels().next().map_or(Span::UNDEFINED, |(span, _)| span);
        let hint = error.notes().next().unwrap_or_default().to_owned();
        let mut reasons: Vec<_> = admit::words(&tokens).iter().map(|finding| places.reason(finding)).collect();
        add(&mut reasons, places.reason(&Finding::new("syntax", span, error.message(), hint)));
        refuse(reasons)
    })?;
    let mut reasons: Vec<_> = admit::findings(&module, &tokens).iter().map(|finding| places.reason(finding)).collect();
    // Everything is enabled for naga: what strict WGSL has not is refused by a rule with a name.
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::all());
    validator.subgroup_stages(ShaderStages::all()).subgroup_operations(SubgroupOperationSet::all());
    let validated = validator.validate(&module).map_err(|error| {
        let span = error.spans().next().map_or(Span::UNDEFINED, |(span, _)| *span);
        let mut message = error.to_string();
        let mut inner = std::error::Error::source(error.as_inner());
        while let Some(error) = inner {
            message = format!("{message}: {error}");
            inner = error.source();
        }
        places.reason(&Finding::new("invalid", span, message, ""))
    });
    match validated {
        Ok(info) if reasons.is_empty() => Ok(Front { module, info }),
        Ok(_) => Err(refuse(reasons)),
        Err(reason) => {
            add(&mut reasons, reason);
            Err(refuse(reasons))
        }
    }
}

/// Adds what naga says, unless a rule of ours says more of the same place, or naga knows no place.
fn add(reasons: &mut Vec<Reason>, reason: Reason) {
    let known = reasons.iter().any(|other| (other.line, other.column) == (reason.line, reason.column));
    if reasons.is_empty() || !(known || reason.line == 0) {
        reasons.push(reason);
    }
}

/// A value for every override of `module`.
///
/// # Errors
/// Unknown names, values out of range, overrides without a value.
pub fn overrides(module: &Module, given: &[(String, f64)]) -> Result<HashMap<Handle<Override>, Literal>, Finding> {
    let mut values = HashMap::new();
    for (name, value) in given {
        let found = module.overrides.iter().find(|(_, item)| match item.id {
            Some(id) => *name == id.to_string(),
            None => item.name.as_deref() == Some(name),
        });
        let Some((handle, item)) = found else {
            return Err(Finding::new("constant", Span::UNDEFINED, format!("the shader has no override {name:?}"), ""));
        };
        let naga::TypeInner::Scalar(scalar) = module.types[item.ty].inner else {
            return Err(Finding::internal("an override that is not a scalar"));
        };
        let literal = match scalar {
            naga::Scalar::BOOL => Literal::Bool(*value != 0.0 && !value.is_nan()),
            naga::Scalar::I32 if value.trunc() >= f64::from(i32::MIN) && value.trunc() <= f64::from(i32::MAX) => {
                Literal::I32(value.trunc() as i32)
            }
            naga::Scalar::U32 if value.trunc() >= 0.0 && value.trunc() <= f64::from(u32::MAX) => Literal::U32(value.trunc() as u32),
            naga::Scalar::F32 if (*value as f32).is_finite() => Literal::F32(*value as f32),
            _ => {
                let message = format!("the value {value} of the override {name:?} is out of range");
                return Err(Finding::new("constant", module.overrides.get_span(handle), message, ""));
            }
        };
        values.insert(handle, literal);
    }
    for (handle, item) in module.overrides.iter() {
        if values.contains_key(&handle) {
            continue;
        }
        let literal = item.init.and_then(|init| match module.global_expressions[init] {
            naga::Expression::Literal(literal) => Some(literal),
            _ => None,
        });
        match literal {
            Some(literal) => values.insert(handle, literal),
            None => {
                let name = item.name.clone().unwrap_or_default();
                return Err(Finding::new("constant", module.overrides.get_span(handle), format!("the override {name:?} has no value"), ""));
            }
        };
    }
    Ok(values)
}
