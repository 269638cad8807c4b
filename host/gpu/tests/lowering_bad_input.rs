//! Malformed and enormous sources: refused by name or accepted, never a crash, and soon.

use std::time::{Duration, Instant};

use assay_gpu::Shader;

const MAIN: &str = "@group(0) @binding(0) var<storage, read_write> b: array<u32>; @compute @workgroup_size(1) fn main() {";

/// Reads, and lowers where it is accepted; gives the first rule it is refused by.
fn outcome(source: &str) -> Option<&'static str> {
    let start = Instant::now();
    let refused = match Shader::new(source) {
        Err(refused) => Some(refused),
        Ok(shader) => shader.kernel(&shader.entry_points()[0].name.clone(), &[], 1000).err(),
    };
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
    let reason = refused.map(|refused| refused.reasons[0].clone())?;
    assert_ne!(reason.rule, "internal", "{reason}");
    Some(reason.rule)
}

#[test]
fn nesting() {
    const N: usize = 200_000;
    for (open, middle, close) in [
        ("(", "1u", ")"),
        ("!", "true", ""),
        ("-", "1", ""),
        ("~", "1u", ""),
        ("b[", "0", "]"),
        ("min(1u, ", "1u", ")"),
        ("1u + (", "1u", ")"),
    ] {
        let source = format!("{MAIN} let x = {}{middle}{}; }}", open.repeat(N), close.repeat(N));
        assert!(outcome(&source).is_some(), "{open}");
    }
    for (open, close) in
        [("{", "}"), ("if true {", "}"), ("loop {", "}"), ("for (;;) {", "}"), ("while true {", "}"), ("switch 1 { default: {", "}}")]
    {
        assert!(outcome(&format!("{MAIN} {}{} }}", open.repeat(N), close.repeat(N))).is_some(), "{open}");
    }
    assert!(outcome(&format!("{MAIN} if true {{}} {} }}", "else if true {}".repeat(N))).is_some());
    assert!(outcome(&format!("var<private> x: {}u32{}; {MAIN} }}", "array<".repeat(N), ", 1>".repeat(N))).is_some());
    assert!(outcome(&"(".repeat(N)).is_some());
    assert!(outcome(&"/*".repeat(N)).is_some());
    assert_eq!(outcome(&format!("{}{}{MAIN} }}", "/*".repeat(N), "*/".repeat(N))), None);
}

#[test]
fn chains() {
    for operator in ["+", "*", "&&", "|", "<<", "==", "-"] {
        let operand = if operator == "&&" { "true" } else { "1u" };
        let source = format!("{MAIN} let x = {operand}{}; }}", format!(" {operator} {operand}").repeat(100_000));
        assert!(outcome(&source).is_some(), "{operator}");
    }
    // Long, and still a program.
    assert_eq!(outcome(&format!("{MAIN} b[0] = b[1]{}; }}", " + b[2]".repeat(500))), None);
    assert_eq!(outcome(&format!("{MAIN} {} }}", "b[0] += 1u; ".repeat(3_000))), None);
    assert_eq!(outcome(&format!("{MAIN} {} }}", "b[0] += 1u; ".repeat(100_000))), Some("size"));
    let chain: String = (1..100_000).map(|n| format!("const c{n} = c{}; ", n - 1)).collect();
    assert_eq!(outcome(&format!("const c0 = 1u; {chain} {MAIN} b[0] = c9; }}")), Some("size"));
    let chain: String = (1..5_000).map(|n| format!("const c{n} = c{}; ", n - 1)).collect();
    assert_eq!(outcome(&format!("const c0 = 1u; {chain} {MAIN} b[0] = c9; }}")), None);
    let structs: String = (1..5_000).map(|n| format!("struct S{n} {{ a: S{} }} ", n - 1)).collect();
    assert_eq!(
        outcome(&format!("struct S0 {{ a: u32 }} {structs} @group(0) @binding(1) var<storage, read_write> s: S4999; {MAIN} }}")),
        Some("size")
    );
    let calls: String = (1..60).map(|n| format!("fn f{n}() {{ f{0}(); f{0}(); }} ", n - 1)).collect();
    assert_eq!(outcome(&format!("fn f0() {{ }} {calls} {MAIN} f59(); }}")), Some("size"));
}

#[test]
fn sizes() {
    assert_eq!(outcome(&" ".repeat((4 << 20) + 1)), Some("size"));
    for (ty, rule) in [
        ("array<u32, 4294967295>", "size"),
        ("array<array<u32, 65535>, 65535>", "size"),
        ("array<vec4<f32>, 1000000000>", "size"),
        ("array<u32, 0>", "syntax"),
        ("array<u32, -1>", "syntax"),
    ] {
        for space in ["private", "workgroup"] {
            assert!(outcome(&format!("var<{space}> x: {ty}; {MAIN} }}")).is_some(), "{space} {ty} {rule}");
        }
        assert!(outcome(&format!("{MAIN} var x: {ty}; }}")).is_some(), "{ty}");
        assert!(outcome(&format!("{MAIN} let x = {ty}(); }}")).is_some(), "{ty}");
        assert!(outcome(&format!("const x = {ty}(); {MAIN} }}")).is_some(), "{ty}");
    }
}

/// naga's constant evaluator spells out a zero value before it looks at what is done with it.
#[test]
fn zero_values_are_not_spelled_out() {
    for expression in [
        "-A()",
        "f32(A())",
        "A() == A()",
        "A() + 1",
        "abs(A())",
        "!A()",
        "select(A(), A(), true)",
        "vec2(A(), A())",
        "A()[5]",
        "all(A())",
        "dot(A(), A())",
    ] {
        for ty in ["array<u32, 4000000000>", "array<array<u32, 60000>, 60000>", "S"] {
            let head = format!("struct S {{ a: array<f32, 1000000000> }} alias A = {ty};");
            assert!(outcome(&format!("{head} {MAIN} let x = {expression}; }}")).is_some(), "{expression} {ty}");
            assert!(outcome(&format!("{head} const x = {expression}; {MAIN} }}")).is_some(), "{expression} {ty}");
        }
    }
}

#[test]
fn copies() {
    let ty = "struct S { a: array<f32, 2000> } @group(0) @binding(1) var<storage, read_write> s: array<S>;";
    assert_eq!(outcome(&format!("{ty} {MAIN} s[0] = s[1]; }}")), Some("large-copy"));
    let ty = "struct S { a: array<f32, 1000> } @group(0) @binding(1) var<storage, read_write> s: array<S>;";
    assert_eq!(outcome(&format!("{ty} {MAIN} {} }}", "s[0] = s[1]; ".repeat(3_000))), Some("size"));
}

#[test]
fn noise() {
    for source in [
        "",
        "\0",
        "\u{feff}",
        "@",
        "fn",
        "enable",
        "enable f16",
        "requires ;",
        "é",
        "🦀(",
        "const x = ",
        "0x",
        "1e",
        "/*",
        "//",
        "\"",
        "fn main() { sin(",
        "const x = sin(;",
        "const x = sin(1.0",
    ] {
        assert!(outcome(source).is_some(), "{source:?}");
    }
}
