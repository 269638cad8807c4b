//! Rewriting naga functions by building them anew.
//!
//! A function is never changed in place: it is walked once, statement by statement, and every expression is emitted again into a fresh arena. So an expression
//! may become any number of expressions and calls, at the place where the old one was evaluated, with no handle to patch afterwards.
//!
//! * [`FunctionBuilder`] appends expressions and statements and keeps naga's `Emit` ranges right.
//! * [`Imports`] brings types, constants, global variables and whole functions of one module into another, each at most once, on demand.
//! * [`Copier`] is the walk. A [`Hook`] sees every expression and statement first and may replace it; what it leaves alone is copied with handles mapped.
//!
//! **Why so general?** Three users have the same need: importing prelude functions (no hook), the lowering to strict IR, and the adapters' second stage, which
//! replaces primitives by guarded or integer versions.

mod build;
mod copy;
mod fold;
mod import;
mod remap;

pub use build::FunctionBuilder;
pub use copy::{Copier, EXPRESSIONS_MAX, Hook};
pub use import::{Imports, Plain};
pub use remap::remap_expression;

use naga::Span;

/// Why a rewrite stopped: a place, and what a person may do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule of `specs/strict-wgsl.md`, or `internal`.
    pub rule: &'static str,
    /// Where.
    pub span: Span,
    /// What was found.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Finding {
    /// A finding of `rule` at `span`.
    pub fn new(rule: &'static str, span: Span, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { rule, span, message: message.into(), hint: hint.into() }
    }

    /// Our own mistake: IR that should not be possible here. Reported, never a panic.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("internal", Span::UNDEFINED, format!("internal error: {}", message.into()), "report this shader to the project")
    }
}

/// Result of a step of a rewrite.
pub type Step<T> = Result<T, Finding>;
