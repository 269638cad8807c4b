//! Directives, which leave no trace in naga's IR.

use super::Findings;
use crate::front::scan::{Kind, Token};

/// Extensions of the language that change nothing of what is computed.
const HARMLESS: [&str; 4] = [
    "packed_4x8_integer_dot_product",
    "unrestricted_pointer_parameters",
    "pointer_composite_access",
    "readonly_and_readwrite_storage_textures",
];

pub fn check(tokens: &[Token<'_>], findings: &mut Findings) {
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        let end = after.iter().position(|token| token.text == ";").unwrap_or(after.len());
        let named = after[..end].iter().filter(|token| token.kind == Kind::Word);
        match first.text {
            "enable" => named.for_each(|token| {
                let rule = match token.text {
                    "f16" => "f16",
                    "subgroups" => "subgroup",
                    _ => "enable",
                };
                findings.add(
                    rule,
                    token.span(),
                    format!("the extension `{}` is not part of strict WGSL", token.text),
                    "write it with the core language",
                );
            }),
            "requires" => named.filter(|token| !HARMLESS.contains(&token.text)).for_each(|token| {
                findings.add(
                    "requires",
                    token.span(),
                    format!("the language extension `{}` is not part of strict WGSL", token.text),
                    "write it with the core language",
                );
            }),
            "diagnostic" => {}
            _ => return,
        }
        rest = after.get(end + 1..).unwrap_or_default();
    }
}
