//! What strict WGSL refuses, found by walking everything: one finding for each construct and place (`specs/strict-wgsl.md`, section 11).

mod bodies;
mod declarations;
mod uniformity;
mod words;

pub use declarations::{WORKGROUP_BYTES_MAX, bytes};
use naga::{Module, Span};

use super::edits::SpanMap;
use super::scan::Token;
use crate::lower::rewrite::Finding;

/// All findings so far; one for each rule and place.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    /// From the module's spans to the source.
    spans: SpanMap,
}

impl Findings {
    /// Adds a finding, unless there is one of this rule here already.
    pub fn add(&mut self, rule: &'static str, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        let span = self.spans.map(span);
        let start = |span: Span| span.to_range().map(|range| range.start);
        if self.found.len() < 1_000 && !self.found.iter().any(|other| other.rule == rule && start(other.span) == start(span)) {
            self.found.push(Finding::new(rule, span, message, hint));
        }
    }

    /// All of them, in the order of the source.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|finding| finding.span.to_range().map_or(0, |range| range.start));
        self.found
    }
}

/// Reasons that the text alone shows.
pub fn words(tokens: &[Token<'_>]) -> Vec<Finding> {
    let mut findings = Findings::default();
    words::check(tokens, &mut findings);
    findings.sorted()
}

/// Every reason to refuse `module`, which was read from `tokens`; `spans` leads from their text to the source.
pub fn findings(module: &Module, tokens: &[Token<'_>], spans: &SpanMap) -> Vec<Finding> {
    let mut findings = Findings { spans: spans.clone(), ..Findings::default() };
    words::check(tokens, &mut findings);
    declarations::check(module, tokens, &mut findings);
    bodies::check(module, &mut findings);
    uniformity::check(module, &mut findings);
    findings.sorted()
}
