//! Lines and columns, counted in characters.

use naga::Span;

use crate::lower::rewrite::Finding;
use crate::refusal::Reason;

/// Places in one source.
#[derive(Debug, Clone, Copy)]
pub struct Places<'s> {
    source: &'s str,
}

impl<'s> Places<'s> {
    /// Places in `source`.
    pub fn new(source: &'s str) -> Self {
        Self { source }
    }

    /// Line and column of a span's start, both from 1; zeros where it has none.
    pub fn of(&self, span: Span) -> (u32, u32) {
        let Some(range) = span.to_range() else { return (0, 0) };
        let Some(before) = self.source.get(..range.start) else { return (0, 0) };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// A finding with its place.
    pub fn reason(&self, finding: &Finding) -> Reason {
        let (line, column) = self.of(finding.span);
        Reason { rule: finding.rule, line, column, message: finding.message.clone(), hint: finding.hint.clone() }
    }
}
