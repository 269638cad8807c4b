//! Tokens of WGSL, and how deep the text nests: all that is looked at before naga sees it.
//!
//! naga's parser stops at 200 levels by itself, but not for what it reads in a loop and keeps as a tree (`a + a + a + …`, `else if` chains, declarations that use
//! each other); walking such a tree recurses once a level. The limits here are far above what people write and far below what the stack holds.

use naga::Span;

use super::constants::MARKER;
use crate::lower::rewrite::Finding;

/// Bytes of a source, at most.
pub const SOURCE_BYTES_MAX: usize = 4 << 20;
/// Height of an expression as a tree, at most.
const HEIGHT_MAX: u32 = 2_000;
/// Blocks and `else if` branches inside one another, at most.
const BLOCKS_MAX: u32 = 100;
/// Tokens of a function, and of a module, at most: naga takes time by the square of a function's size.
const FUNCTION_TOKENS_MAX: usize = 32_768;
const TOKENS_MAX: usize = 400_000;
/// Declarations of a module, at most.
const DECLARATIONS_MAX: u32 = 10_000;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identifier or keyword.
    Word,
    /// Number.
    Number,
    /// One character of punctuation.
    Mark,
}

/// A token with its place.
#[derive(Debug, Clone, Copy)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'s str,
    /// Byte offset of its start.
    pub at: usize,
}

impl Token<'_> {
    /// Its span.
    pub fn span(&self) -> Span {
        let end = self.at + self.text.len();
        Span::new(u32::try_from(self.at).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
    }
}

/// The tokens of `source`, comments left out. Never fails: what is no token is punctuation.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find(['\n', '\u{b}', '\u{c}', '\r', '\u{85}', '\u{2028}', '\u{2029}']).unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += comment(rest);
        } else if byte.is_ascii_whitespace() {
            at += 1;
        } else {
            let (kind, length) = token(rest);
            if kind != Kind::Mark || !rest.chars().next().is_some_and(char::is_whitespace) {
                found.push(Token { kind, text: &rest[..length], at });
            }
            at += length;
        }
    }
    found
}

/// Length of a block comment, nested ones included.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = rest.as_bytes();
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                at += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn token(rest: &str) -> (Kind, usize) {
    let Some(first) = rest.chars().next() else { return (Kind::Mark, 0) };
    let dotted = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || dotted {
        let mut before = ' ';
        let end = rest.find(|c: char| {
            let sign = matches!(c, '+' | '-')
                && matches!(before, 'e' | 'E' | 'p' | 'P')
                && (!rest.starts_with("0x") || matches!(before, 'p' | 'P'));
            before = c;
            !(c.is_ascii_alphanumeric() || c == '.' || sign)
        });
        return (Kind::Number, end.unwrap_or(rest.len()));
    }
    if first == '_' || first.is_alphabetic() || (!first.is_ascii() && first.is_alphanumeric()) {
        let part = |c: char| c == '_' || c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace());
        let end = rest.find(|c: char| !part(c));
        return (Kind::Word, end.unwrap_or(rest.len()));
    }
    (Kind::Mark, first.len_utf8())
}

/// Refuses a declaration of the name that the front end puts before what naga must not fold ([`super::constants`]).
///
/// # Errors
/// Where it is.
pub fn reserved(tokens: &[Token<'_>]) -> Result<(), Finding> {
    let is_call = |index: usize| {
        tokens.get(index + 1).is_some_and(|next| next.text == "(") && index.checked_sub(1).is_none_or(|before| tokens[before].text != "fn")
    };
    match tokens.iter().enumerate().find(|(index, token)| token.text == MARKER && !is_call(*index)) {
        None => Ok(()),
        Some((_, token)) => Err(Finding::new(
            "reserved-name",
            token.span(),
            format!("`{MARKER}` is the built-in function alone here"),
            "what is declared by that name would hide it from the compiler, which needs it; rename it",
        )),
    }
}

/// One bracket or block that is open.
struct Level {
    brace: bool,
    /// Height of the tree so far in this part of the list, and of the parts before.
    part: u32,
    parts_max: u32,
    /// Block levels that `else` chains added here.
    chained: u32,
}

/// Refuses what is too large or nests too deep.
///
/// # Errors
/// The first place where it does.
pub fn check(source: &str, tokens: &[Token<'_>]) -> Result<(), Finding> {
    let refuse = |span: Span, message: String, hint: &str| Err(Finding::new("size", span, message, hint));
    if source.len() > SOURCE_BYTES_MAX {
        return refuse(Span::UNDEFINED, format!("the source has {} bytes; at most {SOURCE_BYTES_MAX} are allowed", source.len()), "");
    }
    if let Some(token) = tokens.get(TOKENS_MAX) {
        return refuse(token.span(), format!("more than {TOKENS_MAX} tokens"), "split the shader");
    }
    let mut outside = 0;
    let mut levels = vec![Level { brace: true, part: 0, parts_max: 0, chained: 0 }];
    let (mut declarations, mut blocks) = (0, 0_u32);
    for (index, token) in tokens.iter().enumerate() {
        let depth = levels.len();
        if depth == 1 {
            outside = index;
        } else if index - outside > FUNCTION_TOKENS_MAX {
            return refuse(
                token.span(),
                format!("more than {FUNCTION_TOKENS_MAX} tokens in one function or declaration"),
                "split it into functions, and use loops",
            );
        }
        let Some(level) = levels.last_mut() else { break };
        match token.text {
            "(" | "[" | "{" => {
                let brace = token.text == "{";
                blocks += u32::from(brace);
                if brace {
                    level.part = 0;
                    level.parts_max = 0;
                }
                levels.push(Level { brace, part: 0, parts_max: 0, chained: 0 });
            }
            ")" | "]" | "}" if depth > 1 => {
                let Some(closed) = levels.pop() else { break };
                let height = closed.parts_max.max(closed.part) + 1;
                if let Some(level) = levels.last_mut() {
                    if closed.brace {
                        blocks = blocks.saturating_sub(1 + closed.chained);
                        if tokens.get(index + 1).is_some_and(|next| next.text == "else") {
                            level.chained += 1;
                            blocks += 1;
                        } else {
                            blocks = blocks.saturating_sub(level.chained);
                            level.chained = 0;
                        }
                    } else {
                        level.part = level.part.max(height);
                    }
                }
            }
            "," | ";" => {
                level.parts_max = if token.text == "," { level.parts_max.max(level.part) } else { 0 };
                level.part = 0;
            }
            "fn" | "const" | "override" | "var" | "alias" | "struct" | "const_assert" | "let" => declarations += u32::from(depth == 1),
            _ if token.kind == Kind::Mark => level.part += 1,
            _ => {}
        }
        if levels.last().is_some_and(|level| level.part > HEIGHT_MAX) || levels.len() > 1_000 {
            return refuse(token.span(), "an expression nests too deep".to_owned(), "split it by `let`");
        }
        if blocks > BLOCKS_MAX {
            return refuse(
                token.span(),
                format!("more than {BLOCKS_MAX} blocks or `else if` branches inside one another"),
                "use `switch`, or move a part to a function",
            );
        }
        if declarations > DECLARATIONS_MAX {
            return refuse(token.span(), format!("more than {DECLARATIONS_MAX} declarations"), "split the shader");
        }
    }
    Ok(())
}
