//! The helper functions of the ways, as a naga module: `exact.wgsl`, `soft.wgsl`, and versions for vectors, made here.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use naga::{BinaryOperator, MathFunction, Module, ScalarKind, UnaryOperator};

use crate::adapter::tier::{Primitive, Tier};

const SOFT: &str = include_str!("soft.wgsl");
const EXACT: &str = include_str!("exact.wgsl");

/// What `opaque_a` and `opaque_b` are in the tier `guarded`. Two words and not one: of one, a compiler may still see that `x - x` is the same value twice.
const OPAQUE: &str = "
var<private> assay_zero_a: u32;
var<private> assay_zero_b: u32;
fn opaque_a(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ assay_zero_a); }
fn opaque_b(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ assay_zero_b); }
";
const TRANSPARENT: &str = "
fn opaque_a(x: f32) -> f32 { return x; }
fn opaque_b(x: f32) -> f32 { return x; }
";

/// The private variables that hold opaque zeros, and the word of the status binding each is loaded from.
pub(crate) const ZEROS: [(&str, u32); 2] = [("assay_zero_a", 1), ("assay_zero_b", 2)];
/// The word for zeros that are hidden: one of its own, since a word xor itself is a 0 that every compiler sees.
pub(crate) const HIDDEN_ZERO: u32 = 3;

/// An operation of strict IR on floats: which primitive it belongs to, what it is called in the names of the functions, and its type.
pub(crate) struct Operation {
    pub primitive: Primitive,
    pub name: &'static str,
    arguments: &'static [&'static str],
    result: &'static str,
}

const fn operation(primitive: Primitive, name: &'static str, arguments: &'static [&'static str], result: &'static str) -> Operation {
    Operation { primitive, name, arguments, result }
}

static OPERATIONS: [Operation; 22] = [
    operation(Primitive::Arithmetic, "add", &["f32", "f32"], "f32"),
    operation(Primitive::Arithmetic, "subtract", &["f32", "f32"], "f32"),
    operation(Primitive::Arithmetic, "multiply", &["f32", "f32"], "f32"),
    operation(Primitive::Divide, "divide", &["f32", "f32"], "f32"),
    operation(Primitive::Compare, "equal", &["f32", "f32"], "bool"),
    operation(Primitive::Compare, "not_equal", &["f32", "f32"], "bool"),
    operation(Primitive::Compare, "less", &["f32", "f32"], "bool"),
    operation(Primitive::Compare, "less_equal", &["f32", "f32"], "bool"),
    operation(Primitive::Compare, "greater", &["f32", "f32"], "bool"),
    operation(Primitive::Compare, "greater_equal", &["f32", "f32"], "bool"),
    operation(Primitive::Sign, "negate", &["f32"], "f32"),
    operation(Primitive::Sign, "abs", &["f32"], "f32"),
    operation(Primitive::Sqrt, "sqrt", &["f32"], "f32"),
    operation(Primitive::Fma, "fma", &["f32", "f32", "f32"], "f32"),
    operation(Primitive::Round, "floor", &["f32"], "f32"),
    operation(Primitive::Round, "ceil", &["f32"], "f32"),
    operation(Primitive::Round, "trunc", &["f32"], "f32"),
    operation(Primitive::Round, "round", &["f32"], "f32"),
    operation(Primitive::FromInteger, "from_u32", &["u32"], "f32"),
    operation(Primitive::FromInteger, "from_i32", &["i32"], "f32"),
    operation(Primitive::ToInteger, "to_u32", &["f32"], "u32"),
    operation(Primitive::ToInteger, "to_i32", &["f32"], "i32"),
];

fn named(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// The operation behind a binary operator on floats.
pub(crate) fn binary(op: BinaryOperator) -> Option<&'static Operation> {
    named(match op {
        BinaryOperator::Add => "add",
        BinaryOperator::Subtract => "subtract",
        BinaryOperator::Multiply => "multiply",
        BinaryOperator::Divide => "divide",
        BinaryOperator::Equal => "equal",
        BinaryOperator::NotEqual => "not_equal",
        BinaryOperator::Less => "less",
        BinaryOperator::LessEqual => "less_equal",
        BinaryOperator::Greater => "greater",
        BinaryOperator::GreaterEqual => "greater_equal",
        _ => return None,
    })
}

/// The operation behind a unary operator on floats.
pub(crate) fn unary(op: UnaryOperator) -> Option<&'static Operation> {
    (op == UnaryOperator::Negate).then(|| named("negate")).flatten()
}

/// The operation behind a built-in on floats.
pub(crate) fn math(fun: MathFunction) -> Option<&'static Operation> {
    named(match fun {
        MathFunction::Abs => "abs",
        MathFunction::Sqrt => "sqrt",
        MathFunction::Fma => "fma",
        MathFunction::Floor => "floor",
        MathFunction::Ceil => "ceil",
        MathFunction::Trunc => "trunc",
        MathFunction::Round => "round",
        _ => return None,
    })
}

/// The operation behind a conversion.
pub(crate) fn conversion(from: ScalarKind, to: ScalarKind) -> Option<&'static Operation> {
    named(match (from, to) {
        (ScalarKind::Uint, ScalarKind::Float) => "from_u32",
        (ScalarKind::Sint, ScalarKind::Float) => "from_i32",
        (ScalarKind::Float, ScalarKind::Uint) => "to_u32",
        (ScalarKind::Float, ScalarKind::Sint) => "to_i32",
        _ => return None,
    })
}

static PLAIN: LazyLock<Result<Module, String>> = LazyLock::new(|| parse(&source(Tier::Native)));
static GUARDED: LazyLock<Result<Module, String>> = LazyLock::new(|| parse(&source(Tier::Guarded)));

/// The functions of `tier`.
///
/// # Errors
/// Our own WGSL does not parse: a defect that every test of this module meets.
pub(crate) fn module(tier: Tier) -> Result<&'static Module, String> {
    let module = if tier == Tier::Guarded { &GUARDED } else { &PLAIN };
    module.as_ref().map_err(Clone::clone)
}

fn parse(source: &str) -> Result<Module, String> {
    naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))
}

/// The text of `tier`: what its results depend on besides the driver.
pub(crate) fn source(tier: Tier) -> String {
    let opaque = if tier == Tier::Guarded { OPAQUE } else { TRANSPARENT };
    let mut text = format!("{opaque}{SOFT}{EXACT}");
    let scalars: HashMap<String, ()> =
        text.lines().filter_map(|line| Some((line.strip_prefix("fn ")?.split('(').next()?.to_owned(), ()))).collect();
    for prefix in ["guarded", "residual", "remainder", "double", "integer"] {
        for operation in &OPERATIONS {
            let name = format!("{prefix}_{}", operation.name);
            if scalars.contains_key(&name) {
                for size in 2..=4 {
                    write_vector(&mut text, operation, &name, size);
                }
            }
        }
    }
    text
}

/// `fn name_3(a: vec3<f32>, …) -> vec3<f32> { return vec3<f32>(name(a.x, …), …); }`
fn write_vector(text: &mut String, operation: &Operation, name: &str, size: usize) {
    let names = &["a", "b", "c"][..operation.arguments.len()];
    let parameters: Vec<String> = names.iter().zip(operation.arguments).map(|(name, ty)| format!("{name}: vec{size}<{ty}>")).collect();
    let component = |component: char| {
        let arguments: Vec<String> = names.iter().map(|name| format!("{name}.{component}")).collect();
        format!("{name}({})", arguments.join(", "))
    };
    let components: Vec<String> = "xyzw".chars().take(size).map(component).collect();
    let result = format!("vec{size}<{}>", operation.result);
    // Writing to a String does not fail.
    let _ = writeln!(text, "fn {name}_{size}({}) -> {result} {{ return {result}({}); }}", parameters.join(", "), components.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::self_test::{canonical, patterns};
    use crate::adapter::tier::ways;
    use crate::cpu::CpuDevice;
    use crate::device::{BindingRange, Device};

    #[test]
    fn every_way_has_its_functions() {
        for tier in Tier::ALL {
            let module = module(tier).unwrap();
            let has = |name: &str| module.functions.iter().any(|(_, function)| function.name.as_deref() == Some(name));
            for operation in &OPERATIONS {
                for prefix in ways(tier, operation.primitive, true).into_iter().filter_map(|way| way.prefix()) {
                    for suffix in ["", "_2", "_3", "_4"] {
                        assert!(has(&format!("{prefix}_{}{suffix}", operation.name)), "{tier} {prefix}_{}{suffix}", operation.name);
                    }
                }
            }
        }
    }

    #[test]
    fn functions_are_valid() {
        for tier in Tier::ALL {
            let module = module(tier).unwrap();
            let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::FLOAT64);
            validator.validate(module).unwrap();
        }
    }

    /// Runs a function of ours on the CPU executor, for each triple, with what the hardware hints replaced by `hint`.
    fn run(call: &str, replace: &[(&str, &str)], triples: &[[u32; 3]]) -> Vec<u32> {
        // Without the part in f64, which strict WGSL does not have.
        let exact = EXACT.split("// fma through f64").next().unwrap();
        let mut text = format!("{TRANSPARENT}{SOFT}{exact}");
        for (from, to) in replace {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        text += &format!(
            "
fn nudged(x: f32, by: i32) -> f32 {{ return bitcast<f32>(bitcast<u32>(x) + bitcast<u32>(by)); }}
@group(0) @binding(0) var<storage, read> a: array<vec3<u32>>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  if (id.x < arrayLength(&a)) {{
    let x = bitcast<f32>(a[id.x].x);
    let y = bitcast<f32>(a[id.x].y);
    let z = bitcast<f32>(a[id.x].z);
    out[id.x] = bitcast<u32>({call});
  }}
}}"
        );
        let kernel = crate::Shader::new(&text).unwrap().kernel("main", &[], 1 << 20).unwrap();
        let mut cpu = CpuDevice::new(None).unwrap();
        let words: Vec<u32> = triples.iter().flat_map(|[x, y, z]| [*x, *y, *z, 0]).collect();
        let (input, output) = (4 * words.len() as u64, 4 * triples.len() as u64);
        let a = cpu.create_buffer(input).unwrap();
        cpu.write_buffer(a, 0, bytemuck::cast_slice(&words)).unwrap();
        let out = cpu.create_buffer(output).unwrap();
        let pipeline = cpu.create_pipeline(&kernel).unwrap();
        let range = |binding, buffer, bytes| BindingRange { group: 0, binding, buffer, offset: 0, bytes };
        let groups = [triples.len().div_ceil(64) as u32, 1, 1];
        cpu.dispatch(pipeline, &[range(0, a, input), range(1, out, output)], groups).unwrap();
        let mut words = vec![0u32; triples.len()];
        cpu.read_buffer(out, 0, bytemuck::cast_slice_mut(&mut words)).unwrap();
        words
    }

    fn check(call: &str, replace: &[(&str, &str)], model: fn(f32, f32, f32) -> f32) {
        let triples = patterns::triples(1 << 17, 11);
        for ([x, y, z], got) in triples.iter().zip(run(call, replace, &triples)) {
            let right = canonical(model(f32::from_bits(*x), f32::from_bits(*y), f32::from_bits(*z)));
            assert_eq!(got, right, "{call} {replace:?} of {x:#010x}, {y:#010x}, {z:#010x}: {got:#010x}, right is {right:#010x}");
        }
    }

    #[test]
    fn a_quotient_and_a_root_are_repaired_whatever_the_hint_within_its_bound() {
        for by in [-3, -2, -1, 0, 1, 2, 3] {
            let reciprocal = format!("let y = nudged(1.0 / b, {by}i);");
            check("residual_divide(x, y)", &[("let y = 1.0 / b;", &reciprocal)], |x, y, _| x / y);
            let quotient = format!("u32(nudged(f32(dividend) / f32(divisor), {by}i) * 33554432.0)");
            check("remainder_divide(x, y)", &[("u32(f32(dividend) / f32(divisor) * 33554432.0)", &quotient)], |x, y, _| x / y);
            let root = format!("opaque_a(nudged(sqrt(a), {by}i))");
            check("residual_sqrt(abs(x))", &[("opaque_a(sqrt(a))", &root), ("0.5 / s0", "nudged(0.5 / s0, 2i)")], |x, _, _| x.abs().sqrt());
            let root = format!("u32(nudged(sqrt(f32(radicand)), {by}i) * 5792.6187)");
            check("remainder_sqrt(abs(x))", &[("u32(sqrt(f32(radicand)) * 5792.6187)", &root)], |x, _, _| x.abs().sqrt());
        }
    }

    #[test]
    fn integers_do_all_that_hardware_does() {
        check("integer_add(x, y)", &[], |x, y, _| x + y);
        check("integer_subtract(x, y)", &[], |x, y, _| x - y);
        check("integer_multiply(x, y)", &[], |x, y, _| x * y);
        check("integer_divide(x, y)", &[], |x, y, _| x / y);
        check("integer_sqrt(x)", &[], |x, _, _| x.sqrt());
        check("integer_fma(x, y, z)", &[], f32::mul_add);
    }
}
