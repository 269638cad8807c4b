//! `strict.json`: operators and built-in functions, as expressions over words.

use super::json::{Json, Vector};
use super::render;
use crate::strict::expressions::{Expression, GROUPS};

/// Samples of one expression, besides those of special values.
const SAMPLES: u32 = 64;
/// Special values of one expression: all where it has one argument, the first of the pairs otherwise.
const SPECIALS_MAX: u32 = 48;

/// The file's text.
pub(super) fn file() -> String {
    render("specs/strict-wgsl.md", GROUPS.into_iter().map(|(name, list)| (name, list.iter().map(vector).collect())).collect())
}

fn vector(expression: &Expression) -> Vector {
    let specials = expression.specials();
    // of pairs, every eighth and a bit, so that each value meets others
    let step = (specials / SPECIALS_MAX).max(1) | 1;
    let special = (0..specials).step_by(step as usize);
    let indices: Vec<u32> = special.chain(specials..specials + SAMPLES).collect();
    let words = |place: usize| {
        Json::Text(indices.iter().map(|&index| format!("{:08x}", expression.sample(index)[place])).collect::<Vec<_>>().join(" "))
    };
    let results = indices.iter().map(|&index| format!("{:08x}", (expression.compute)(expression.sample(index))));
    let results = results.collect::<Vec<_>>().join(" ");
    let arguments = Json::List((0..expression.arguments.len()).map(words).collect());
    let guards = "another order of operations, another rounding, a contraction, or another answer for a special value";
    let name = if expression.wgsl.ends_with(' ') { format!("{}(near)", expression.wgsl) } else { expression.wgsl.to_owned() };
    Vector::new(name, guards).text("wgsl", expression.wgsl.trim_end()).with("arguments", arguments).text("results", &results)
}
