//! Whether two expressions of the source certainly have one value.

use naga::{Expression, Function, Handle};

/// True for one handle, and for trees of pure operations with equal leaves. Loads and results of calls are equal to themselves alone.
pub fn same(function: &Function, a: Handle<Expression>, b: Handle<Expression>) -> bool {
    use Expression as E;
    if a == b {
        return true;
    }
    let pair = |x: Handle<Expression>, y: Handle<Expression>| same(function, x, y);
    match (&function.expressions[a], &function.expressions[b]) {
        (
            E::Literal(_)
            | E::Constant(_)
            | E::ZeroValue(_)
            | E::FunctionArgument(_)
            | E::GlobalVariable(_)
            | E::LocalVariable(_)
            | E::Override(_),
            other,
        ) => function.expressions[a] == *other,
        (E::AccessIndex { base: x, index: i }, E::AccessIndex { base: y, index: j }) => i == j && pair(*x, *y),
        (E::Access { base: x, index: i }, E::Access { base: y, index: j }) => pair(*x, *y) && pair(*i, *j),
        (E::Splat { size: n, value: x }, E::Splat { size: m, value: y }) => n == m && pair(*x, *y),
        (E::Unary { op: o, expr: x }, E::Unary { op: p, expr: y }) => o == p && pair(*x, *y),
        (E::Binary { op: o, left: x, right: u }, E::Binary { op: p, left: y, right: v }) => o == p && pair(*x, *y) && pair(*u, *v),
        (E::As { expr: x, kind: k, convert: c }, E::As { expr: y, kind: l, convert: d }) => k == l && c == d && pair(*x, *y),
        (E::ArrayLength(x), E::ArrayLength(y)) => pair(*x, *y),
        (E::Math { fun: f, arg: x, arg1: u, arg2: None, .. }, E::Math { fun: g, arg: y, arg1: v, arg2: None, .. }) => {
            f == g && pair(*x, *y) && u.zip(*v).is_none_or(|(u, v)| pair(u, v)) && u.is_some() == v.is_some()
        }
        (E::Swizzle { size: n, vector: x, pattern: p }, E::Swizzle { size: m, vector: y, pattern: q }) => n == m && p == q && pair(*x, *y),
        (E::Select { condition: c, accept: x, reject: u }, E::Select { condition: d, accept: y, reject: v }) => {
            pair(*c, *d) && pair(*x, *y) && pair(*u, *v)
        }
        (E::Compose { ty: t, components: x }, E::Compose { ty: u, components: y }) => {
            t == u && x.len() == y.len() && x.iter().zip(y).all(|(&x, &y)| pair(x, y))
        }
        _ => false,
    }
}
