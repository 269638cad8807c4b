//! From text to a validated naga module, or every reason why not.
//!
//! naga's parser, its validator and every walk of ours recurse over what the author nested. So the text is measured first (`scan`), and all of it runs on a
//! thread whose stack is large enough for what `scan` lets through.

mod admit;
mod constants;
pub mod edits;
pub mod place;
mod scan;
mod zeros;

use std::sync::Arc;

use naga::valid::{Capabilities, ModuleInfo, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};
use naga::{Module, Span};

pub use admit::{WORKGROUP_BYTES_MAX, bytes};
pub use constants::{MARKER, literal_text};
use edits::SpanMap;

use crate::lower::Markers;
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
    /// The way from its spans to the source.
    pub spans: SpanMap,
    /// Where `quantizeToF16` is ours, and means nothing.
    pub markers: Markers,
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
    scan::reserved(&tokens).map_err(|finding| refuse(vec![places.reason(&finding)]))?;
    let edited = constants::edit(source, zeros::edits(&tokens)).map_err(|finding| refuse(vec![places.reason(&finding)]))?;
    let edited_tokens = scan::tokens(&edited.text);
    let spans = if edited.edits.is_empty() { SpanMap::Same } else { SpanMap::Edited(Arc::new(edited.edits.way_back())) };
    let syntax = |error: naga::front::wgsl::ParseError, spans: &SpanMap| {
        let span = error.labels().next().map_or(Span::UNDEFINED, |(span, _)| span);
        let hint = error.notes().next().unwrap_or_default().to_owned();
        let span = spans.map(span);
        let mut reasons: Vec<_> = admit::words(&tokens).iter().map(|finding| places.reason(finding)).collect();
        add(&mut reasons, places.reason(&Finding::new("syntax", span, error.message(), hint)));
        refuse(reasons)
    };
    let mut module = naga::front::wgsl::parse_str(&edited.text).map_err(|error| match naga::front::wgsl::parse_str(source) {
        // The author's text says it in the author's words.
        Err(error) => syntax(error, &SpanMap::Same),
        Ok(_) => syntax(error, &spans),
    })?;
    zeros::take_off(&mut module);
    let mut reasons: Vec<_> = admit::findings(&module, &edited_tokens, &spans).iter().map(|finding| places.reason(finding)).collect();
    // Everything is enabled for naga: what strict WGSL has not is refused by a rule with a name.
    let mut validator = Validator::new(ValidationFlags::all() & !ValidationFlags::CONTROL_FLOW_UNIFORMITY, Capabilities::all());
    validator.subgroup_stages(ShaderStages::all()).subgroup_operations(SubgroupOperationSet::all());
    let validated = validator.validate(&module).map_err(|error| {
        let span = error.spans().next().map_or(Span::UNDEFINED, |(span, _)| *span);
        let mut message = error.to_string();
        let mut inner = std::error::Error::source(error.as_inner());
        while let Some(error) = inner {
            message = format!("{message}: {error}");
            inner = error.source();
        }
        places.reason(&Finding::new("invalid", spans.map(span), message, ""))
    });
    match validated {
        Ok(info) if reasons.is_empty() => Ok(Front { module, info, spans, markers: Markers::At(edited.markers) }),
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
