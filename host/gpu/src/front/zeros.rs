//! Keeps naga's folding of `min` and `max` away from two zeros of different sign.
//!
//! naga folds them by Rust's `f32::min`, which may give either zero, as the processor has it. Where all arguments are constants, nothing of the call is left in its
//! IR; so each argument of each call is given a `+ 0` in the text, of whatever type it is: constants lose the sign of a zero before naga compares them, and what is not
//! folded is taken off again once naga has read it.

use naga::{Arena, BinaryOperator, Expression, Handle, Literal, MathFunction, Module, VectorSize};

use super::constants::{Context, call, calls_one_of, declared};
use super::edits::Edits;
use super::scan::Token;

const FUNCTIONS: [&str; 2] = ["min", "max"];

/// `min(a, b)` becomes `min((a)+0,(b)+0)`.
pub fn edits(tokens: &[Token<'_>]) -> Edits {
    let mut edits = Edits::default();
    let declared = declared(tokens);
    let names = (0..tokens.len()).filter(|&index| calls_one_of(&FUNCTIONS, tokens, index, &declared));
    for call in names.filter_map(|name| call(tokens, name, Context::Runtime)).filter(|call| !call.arguments.is_empty()) {
        let mut replace = |index: usize, text: &str| edits.replace(tokens[index].at, tokens[index].at + 1, text.to_owned());
        replace(call.open, "((");
        let mut arguments = call.arguments.iter().peekable();
        while let Some(&(_, end)) = arguments.next() {
            let text = match (end == call.close, arguments.peek()) {
                (true, _) => ")+0)",
                (false, Some(_)) => ")+0,(",
                // The comma after the last.
                (false, None) => ")+0,",
            };
            replace(end, text);
        }
    }
    edits
}

/// Takes the zeros off the arguments of calls that naga left standing.
pub fn take_off(module: &mut Module) {
    strip(&mut module.global_expressions);
    let functions = module.functions.iter_mut().map(|(_, function)| function);
    for function in functions.chain(module.entry_points.iter_mut().map(|entry| &mut entry.function)) {
        strip(&mut function.expressions);
    }
}

fn strip(expressions: &mut Arena<Expression>) {
    let handles: Vec<Handle<Expression>> = expressions.iter().map(|(handle, _)| handle).collect();
    for handle in handles {
        let Expression::Math { fun: MathFunction::Min | MathFunction::Max, arg, arg1, .. } = expressions[handle] else { continue };
        let (arg, arg1) = (without_zero(expressions, arg), arg1.map(|argument| without_zero(expressions, argument)));
        if let Expression::Math { arg: first, arg1: second, .. } = &mut expressions[handle] {
            (*first, *second) = (arg, arg1);
        }
        [Some(arg), arg1].into_iter().flatten().for_each(|argument| splat(expressions, argument));
    }
}

/// Adding a zero has made every vector of constants one of components; where all are the same it is what the author most likely wrote, and prints as it was.
fn splat(expressions: &mut Arena<Expression>, argument: Handle<Expression>) {
    let Expression::Compose { ref components, .. } = expressions[argument] else { return };
    let literal = |handle: &Handle<Expression>| match expressions[*handle] {
        Expression::Literal(Literal::F32(value)) => Some((0, value.to_bits())),
        Expression::Literal(Literal::I32(value)) => Some((1, value.cast_unsigned())),
        Expression::Literal(Literal::U32(value)) => Some((2, value)),
        _ => None,
    };
    let size = match components.len() {
        2 => VectorSize::Bi,
        3 => VectorSize::Tri,
        4 => VectorSize::Quad,
        _ => return,
    };
    let value = components[0];
    if literal(&value).is_some() && components.iter().all(|component| literal(component) == literal(&value)) {
        expressions[argument] = Expression::Splat { size, value };
    }
}

/// Every argument that is no constant is such a sum.
fn without_zero(expressions: &Arena<Expression>, argument: Handle<Expression>) -> Handle<Expression> {
    match expressions[argument] {
        Expression::Binary { op: BinaryOperator::Add, left, right } if is_zero(expressions, right) => left,
        _ => argument,
    }
}

fn is_zero(expressions: &Arena<Expression>, handle: Handle<Expression>) -> bool {
    match expressions[handle] {
        Expression::Literal(Literal::F32(value)) => value.to_bits() == 0,
        Expression::Literal(Literal::I32(0) | Literal::U32(0)) | Expression::ZeroValue(_) => true,
        Expression::Splat { value, .. } => is_zero(expressions, value),
        Expression::Compose { ref components, .. } => components.iter().all(|component| is_zero(expressions, *component)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::tokens;
    use super::*;

    fn edited(source: &str) -> String {
        edits(&tokens(source)).apply(source)
    }

    #[test]
    fn each_argument_gets_a_zero() {
        assert_eq!(edited("let a = min(x, y);"), "let a = min((x)+0,( y)+0);");
        assert_eq!(edited("max(min(a,b), c,)"), "max((min((a)+0,(b)+0))+0,( c)+0,)");
        assert_eq!(
            edited("min(array<f32, 2>(1.0, 2.0)[0], f(a, b) // one\n)"),
            "min((array<f32, 2>(1.0, 2.0)[0])+0,( f(a, b) // one\n)+0)"
        );
        for other in ["fn min(a: f32) {} min(x, y)", "a.min(b)", "min()", "minimum(a, b)", "min", "atomicMax(&a, 1u)"] {
            assert_eq!(edited(other), other);
        }
    }

    #[test]
    fn unbalanced_text_is_no_trouble() {
        for text in ["min(", "min(a,", "min(,)", ")", "],}min(", "min(min(min((,,,)"] {
            edited(text);
        }
    }
}
