//! Constants have the values that our own evaluator gives them, wherever they stand, and overrides as well.

use assay_gpu::Shader;

fn lowered(source: &str, constants: &[(&str, f64)]) -> String {
    let shader = Shader::new(source).unwrap_or_else(|refused| panic!("refused: {refused}\n{source}"));
    let entry = shader.entry_points()[0].name.clone();
    let constants: Vec<_> = constants.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let kernel = shader.kernel(&entry, &constants, 1000).unwrap_or_else(|refused| panic!("not lowered: {refused}\n{source}"));
    kernel.wgsl().expect("it lowers")
}

/// The right-hand sides of the stores to `b`, in order.
fn stored(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("b[")?.split_once(" = ").map(|(_, value)| value.trim_end_matches(';').to_owned()))
        .collect()
}

const HEAD: &str = "@group(0) @binding(0) var<storage, read_write> b: array<f32>;\n";

const CALLS: [&str; 37] = [
    "acos(0.3)",
    "acosh(1.7)",
    "asin(-0.4)",
    "asinh(2.5)",
    "atan(0.9)",
    "atan2(0.3, -0.8)",
    "atanh(0.6)",
    "ceil(0.1)",
    "cos(3.0)",
    "cosh(1.1)",
    "cross(vec3(0.1, 0.2, 0.3), vec3(1.0, 0.7, 0.3)).y",
    "degrees(0.1)",
    "distance(vec2(0.1, 0.2), vec2(0.3, 0.7))",
    "exp(0.5)",
    "exp2(0.3)",
    "floor(-0.1)",
    "fma(0.1, 0.2, 0.3)",
    "fract(0.7)",
    "inverseSqrt(0.3)",
    "length(vec2(0.1, 0.7))",
    "log(0.3)",
    "log2(10.0)",
    "normalize(vec3(0.1, 0.2, 0.3)).z",
    "pow(2.2, 3.3)",
    "radians(90)",
    "round(2.5)",
    "saturate(1.5)",
    "sin(1.0)",
    "sinh(0.7)",
    "sqrt(2.0)",
    "step(0.5, 0.6)",
    "tan(1.2)",
    "tanh(0.8)",
    "trunc(-1.7)",
    "sin(cos(exp(0.5)))",
    "exp(vec2(0.5, sqrt(2.0))).y",
    "2.0 * acos(-1.0) / 3.0",
];

#[test]
fn a_call_has_one_value_in_every_place() {
    for call in CALLS {
        let source = format!(
            "{HEAD}const x = {call};
            var<private> p: f32 = {call};
            override o: f32 = {call};
            @compute @workgroup_size(1) fn main() {{
                const y = {call};
                let z = {call};
                b[0] = x; b[1] = y; b[2] = z; b[3] = {call}; b[4] = o; b[5] = p;
            }}"
        );
        let text = lowered(&source, &[]);
        let values = stored(&text);
        let literal = &values[0];
        assert!(literal.trim_start_matches('-').trim_end_matches('f').parse::<f32>().is_ok(), "{call} is not folded: {text}");
        assert!(values[..5].iter().all(|value| value == literal), "{call}: {values:?}");
        assert!(text.contains(&format!("var<private> p: f32 = {literal};")), "{call}: {text}");
    }
}

#[test]
fn values_are_those_of_the_prelude() {
    // f32 of the correctly rounded results, which the prelude meets for these arguments.
    let text = lowered(
        &format!(
            "{HEAD}const e = exp(1.0); @compute @workgroup_size(1) fn main() {{ b[0] = e; b[1] = sqrt(2.0); b[2] = radians(180.0); }}"
        ),
        &[],
    );
    let values: Vec<f32> = stored(&text).iter().map(|value| value.trim_end_matches('f').parse().unwrap()).collect();
    assert_eq!(values[0].to_bits().abs_diff(std::f32::consts::E.to_bits()), 0);
    assert_eq!(values[1], std::f32::consts::SQRT_2);
    assert_eq!(values[2].to_bits().abs_diff(std::f32::consts::PI.to_bits()), 0);
}

#[test]
fn names_of_built_ins_may_be_the_authors() {
    let source = format!(
        "{HEAD}fn sin(x: f32) -> f32 {{ return x + 1.0; }} @compute @workgroup_size(1) fn main() {{ let log = 2.0; b[0] = sin(log); }}"
    );
    assert!(lowered(&source, &[]).contains("fn sin"));
}

#[test]
fn the_authors_own_quantize_stays() {
    let source = format!("{HEAD}@compute @workgroup_size(1) fn main() {{ b[0] = sqrt(quantizeToF16(0.1)); b[1] = quantizeToF16(0.1); }}");
    let values = stored(&lowered(&source, &[]));
    assert_eq!(values[1], "0.099975586f");
    assert_ne!(values[0], "0.31622776f");
}

#[test]
fn constants_feed_array_lengths() {
    let source = format!(
        "{HEAD}const n = u32(exp2(3.0)); var<workgroup> w: array<f32, n>; @compute @workgroup_size(u32(sqrt(16.0))) fn main() {{ w[n - 1] = 1.0; b[0] = w[n - 1]; }}"
    );
    let text = lowered(&source, &[]);
    assert!(text.contains("array<f32, 8>") && text.contains("@workgroup_size(4, 1, 1)"), "{text}");
}

#[test]
fn overrides_by_name_and_by_id() {
    let source = format!(
        "{HEAD}@id(7) override size: u32 = 4; override scale = 2.0; override wide = size * 2u; override flag: bool;
        var<workgroup> w: array<f32, wide>;
        @compute @workgroup_size(size, wide / 4) fn main() {{ w[size] = scale; if flag {{ b[0] = w[1] * exp(scale); }} b[1] = f32(wide) / scale; }}"
    );
    let text = lowered(&source, &[("7", 8.0), ("scale", 0.5), ("flag", 1.0)]);
    assert!(text.contains("@workgroup_size(8, 4, 1)"), "{text}");
    assert!(text.contains("array<f32, 16>"), "{text}");
    assert_eq!(stored(&text)[1], "32f");
    let shader = Shader::new(&source).unwrap();
    assert_eq!(shader.entry_points()[0].workgroup_size, [None, None, Some(1)]);
    let kernel = |constants: &[(&str, f64)]| {
        let constants: Vec<_> = constants.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        shader.kernel("main", &constants, 1).map(|_| ()).unwrap_err().reasons[0].rule
    };
    assert_eq!(kernel(&[]), "constant", "flag has no value");
    assert_eq!(kernel(&[("flag", 1.0), ("size", 4.0)]), "constant", "an override with an id goes by it");
    assert_eq!(kernel(&[("flag", 1.0), ("7", -1.0)]), "constant", "out of range");
    assert_eq!(kernel(&[("flag", 1.0), ("scale", 1e39)]), "constant", "not finite");
    assert_eq!(kernel(&[("flag", 1.0), ("scale", f64::NAN)]), "constant", "NaN");
    assert_eq!(kernel(&[("flag", 1.0), ("flag", 1.0)]), "constant", "twice");
    assert_eq!(kernel(&[("flag", 1.0), ("7", 64.0)]), "workgroup-size");
    assert_eq!(kernel(&[("flag", 1.0), ("7", 0.0)]), "workgroup-size");
}

#[test]
fn what_has_no_finite_value_stays_an_operation() {
    let text = lowered(
        &format!(
            "{HEAD}@compute @workgroup_size(1) fn main() {{ let zero = 0.0; b[0] = 1.0 / zero; let big = 1e38; b[1] = big * 10.0; b[2] = log(zero); }}"
        ),
        &[],
    );
    let again = lowered(&text, &[]);
    assert_eq!(text, again);
}

#[test]
fn messages_point_into_the_source() {
    let source = format!("{HEAD}const é = sin(1.0); /* ünï */ const x = log(0.0);");
    let refused = Shader::new(&source).unwrap_err();
    assert_eq!((refused.reasons[0].rule, refused.reasons[0].line, refused.reasons[0].column), ("syntax", 2, 41), "{refused}");
    let source = format!("{HEAD}@compute @workgroup_size(1) fn main() {{ let x = sin(1.0) + cos(2.0); let y = missing; }}");
    let refused = Shader::new(&source).unwrap_err();
    assert_eq!((refused.reasons[0].rule, refused.reasons[0].column), ("syntax", 78), "{refused}");
}

/// Rust's `f32::min` may give either of two zeros, as the processor has it.
#[test]
fn zeros_of_different_sign_have_one_minimum() {
    let source = HEAD.to_owned()
        + "const c = min(0.0, -0.0); const d: f32 = max(-0.0f, min(-0.0, -0.0)); override o: f32 = min(-0.0, 0.0);
const v = max(vec2(-0.0, 3), vec2(-0.0));
@compute @workgroup_size(1) fn main() {
    const e = min(-0.0, array<f32, 2>(0.0, -0.0)[1]);
    let zero = -0.0;
    b[0] = c; b[1] = d; b[2] = e; b[3] = v.x; b[4] = min(-0.0, 0.0f); b[5] = max(zero, -0.0); b[6] = o; b[7] = sin(min(-0.0, -0.0)); b[8] = f32(min(-3, 4i)) + f32(max(2u, 7u));
    b[9] = min(max(1.5, 2), 3.25f,);
}";
    let stored = stored(&lowered(&source, &[]));
    // `zero` is no constant of WGSL's: its sign is kept, and the first of two equal values is the maximum.
    assert_eq!(stored, ["0f", "0f", "0f", "0f", "0f", "-0f", "0f", "0f", "4f", "2f"]);
}

#[test]
fn minima_at_run_time_are_as_written() {
    let source = |call: &str| {
        format!(
            "{HEAD}@group(0) @binding(1) var<storage, read_write> n: array<vec3<i32>>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ let x = b[0]; let y = b[1]; {call} }}"
        )
    };
    let text = lowered(&source("b[2] = min(x, y); b[3] = max(x + 0.0, y); n[min(id.x, 7u)] = max(n[0], n[1]);"), &[]);
    assert_eq!(text.matches(" + ").count(), 1, "{text}");
    assert!(text.contains("assay_min("), "{text}");
    // The zero may be a constant with a sign: it loses it.
    assert_eq!(lowered(&source("b[2] = min(x, -0.0);"), &[]), lowered(&source("b[2] = min(x, 0.0);"), &[]));
}
