//! An expression with every handle replaced.

use naga::{Expression, Handle};

use super::{Finding, Step};

/// `expression` with its operands mapped by `map`; handles of types and of the module's items are left as they are.
///
/// # Errors
/// What `map` returns, and kinds of expression that strict WGSL refuses.
pub fn remap_expression(expression: &Expression, mut map: impl FnMut(Handle<Expression>) -> Step<Handle<Expression>>) -> Step<Expression> {
    use Expression as E;
    Ok(match *expression {
        E::Literal(_)
        | E::Constant(_)
        | E::Override(_)
        | E::ZeroValue(_)
        | E::FunctionArgument(_)
        | E::GlobalVariable(_)
        | E::LocalVariable(_) => expression.clone(),
        E::CallResult(_) | E::AtomicResult { .. } | E::WorkGroupUniformLoadResult { .. } => expression.clone(),
        E::Compose { ty, ref components } => E::Compose { ty, components: components.iter().map(|&c| map(c)).collect::<Step<_>>()? },
        E::Access { base, index } => E::Access { base: map(base)?, index: map(index)? },
        E::AccessIndex { base, index } => E::AccessIndex { base: map(base)?, index },
        E::Splat { size, value } => E::Splat { size, value: map(value)? },
        E::Swizzle { size, vector, pattern } => E::Swizzle { size, vector: map(vector)?, pattern },
        E::Load { pointer } => E::Load { pointer: map(pointer)? },
        E::Unary { op, expr } => E::Unary { op, expr: map(expr)? },
        E::Binary { op, left, right } => E::Binary { op, left: map(left)?, right: map(right)? },
        E::Select { condition, accept, reject } => E::Select { condition: map(condition)?, accept: map(accept)?, reject: map(reject)? },
        E::Relational { fun, argument } => E::Relational { fun, argument: map(argument)? },
        E::Math { fun, arg, arg1, arg2, arg3 } => E::Math {
            fun,
            arg: map(arg)?,
            arg1: arg1.map(&mut map).transpose()?,
            arg2: arg2.map(&mut map).transpose()?,
            arg3: arg3.map(&mut map).transpose()?,
        },
        E::As { expr, kind, convert } => E::As { expr: map(expr)?, kind, convert },
        E::ArrayLength(array) => E::ArrayLength(map(array)?),
        ref other => return Err(Finding::internal(format!("expression {other:?} was let through"))),
    })
}
