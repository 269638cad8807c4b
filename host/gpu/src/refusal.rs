//! Why a shader is refused: every reason, each with its place and what to write instead.

use std::fmt;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Short stable name of the rule, for example `atomic-result`, `texture`, `syntax`: one row of the table of refused constructs in `specs/strict-wgsl.md`.
    pub rule: &'static str,
    /// Line in the source, from 1; 0 when the reason has no place.
    pub line: u32,
    /// Column in the source, from 1, in characters; 0 when the reason has no place.
    pub column: u32,
    /// What was found.
    pub message: String,
    /// What to write instead; empty when nobody can say.
    pub hint: String,
}

/// The shader is refused: its author's fault, and the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// All reasons, in the order of the source.
    pub reasons: Vec<Reason>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line != 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        write!(f, "{} [{}]", self.message, self.rule)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, reason) in self.reasons.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{reason}")?;
        }
        Ok(())
    }
}
