//! Why a shader is refused, shown as a compiler shows it: place, line, caret, what to write instead.
//!
//! ```text
//! refused [atomic-result]: the value of atomicAdd is used
//!  --> count.wgsl:4:13
//!    |
//!  4 |     let i = atomicAdd(&count, 1u);
//!    |             ^
//!    = collect without an order: …
//! ```
//!
//! The source is a stranger's: what it holds must neither drive the terminal nor flood it, so lines are cut and control characters are replaced.

use std::fmt::Write;

use assay_gpu::Reason;
use serde_json::{Value, json};

/// Reasons shown to people; JSON has all of them.
const SHOWN_MAX: usize = 50;
/// Characters shown on either side of a place.
const SIDE_CHARS: usize = 70;

/// All reasons, for people. `file` is the name of the file as it was given.
pub fn render(file: &str, source: &str, reasons: &[Reason]) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut shown = String::new();
    for reason in reasons.iter().take(SHOWN_MAX) {
        one(&mut shown, file, &lines, reason);
    }
    if let Some(more) = reasons.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        let _ = writeln!(shown, "and {more} more; --json has all of them");
    }
    shown
}

/// All reasons as JSON shows them.
pub fn as_json(reasons: &[Reason]) -> Value {
    let one = |r: &Reason| json!({ "rule": r.rule, "line": r.line, "column": r.column, "message": harmless(&r.message), "hint": harmless(&r.hint) });
    reasons.iter().map(one).collect()
}

// Writing to a String cannot fail.
fn one(shown: &mut String, file: &str, lines: &[&str], reason: &Reason) {
    let message = harmless(&reason.message).replace('\n', "\n   ");
    let _ = writeln!(shown, "refused [{}]: {message}", reason.rule);
    let line = usize::try_from(reason.line).ok().and_then(|number| lines.get(number.checked_sub(1)?));
    match line {
        Some(line) => {
            let number = reason.line.to_string();
            let margin = " ".repeat(number.len());
            let (part, caret_at) = window(line, reason.column);
            let _ = writeln!(shown, " {margin}--> {}:{}:{}", harmless(file), reason.line, reason.column);
            let _ = writeln!(shown, " {margin} |\n {number} | {part}\n {margin} | {}^", " ".repeat(caret_at));
        }
        None => {
            let _ = writeln!(shown, "  --> {}", harmless(file));
        }
    }
    if !reason.hint.is_empty() {
        let _ = writeln!(shown, "   = {}", harmless(&reason.hint).replace('\n', "\n     "));
    }
}

/// The part of a line around a column, and how many characters stand before the column in it.
fn window(line: &str, column: u32) -> (String, usize) {
    let at = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
    let start = if at > SIDE_CHARS { at - SIDE_CHARS / 2 } else { 0 };
    let mut part: String = if start > 0 { "…".to_owned() } else { String::new() };
    let mut rest = line.chars().skip(start);
    part.extend(
        rest.by_ref().take(at.saturating_sub(start).saturating_add(SIDE_CHARS)).map(|c| if c == '\t' { ' ' } else { harmless_char(c) }),
    );
    if rest.next().is_some() {
        part.push('…');
    }
    let before = (at.saturating_sub(start) + usize::from(start > 0)).min(part.chars().count());
    (part, before)
}

/// `text` without what could drive a terminal or reorder what is read.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { harmless_char(c) }).collect()
}

fn harmless_char(c: char) -> char {
    let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || reorders { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::{render, window};
    use assay_gpu::Reason;

    fn reason(line: u32, column: u32) -> Reason {
        Reason { rule: "atomic-result", line, column, message: "the value of atomicAdd is used".to_owned(), hint: "drop it".to_owned() }
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        let shown = render("a.wgsl", "one\n\tlet i = atomicAdd();\n", &[reason(2, 10)]);
        let expected = "refused [atomic-result]: the value of atomicAdd is used\n  --> a.wgsl:2:10\n   |\n 2 |  let i = atomicAdd();\n   |          ^\n   = drop it\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn places_outside_the_source_are_left_out() {
        for (line, column) in [(0, 0), (9, 1), (1, u32::MAX)] {
            assert!(render("a.wgsl", "x", &[reason(line, column)]).contains("a.wgsl"));
        }
    }

    #[test]
    fn a_line_neither_floods_nor_drives_the_terminal() {
        let line = format!("{}\u{1b}[2J\u{202e}{}", "a".repeat(100_000), "b".repeat(100_000));
        let (part, before) = window(&line, 100_001);
        assert!(part.chars().count() < 200 && before < 100, "{before} in {part}");
        assert_eq!(part.chars().nth(before), Some('\u{fffd}'));
        assert!(!part.contains(['\u{1b}', '\u{202e}']));
    }
}
