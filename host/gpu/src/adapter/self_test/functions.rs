//! Built-in functions with an algorithm of ours: long chains of exact operations, and so the hardest thing for a compiler to leave alone. The CPU executor says what is right.

use std::fmt::Write as _;

use super::{Case, patterns};
use crate::device::DispatchEnd;

const GROUPS: [(&str, &[&str]); 5] = [
    ("exponentials and logarithms", &["exp(x)", "exp2(x)", "log(x)", "log2(x)"]),
    ("circular functions", &["sin(x)", "cos(x)", "tan(y)", "atan(x)"]),
    ("inverse and hyperbolic functions", &["asin(x)", "acos(x)", "sinh(x)", "cosh(x)", "tanh(x)"]),
    ("functions of two", &["pow(x, y)", "atan2(x, y)", "x % y"]),
    (
        "vectors and matrices",
        &[
            "length(v)",
            "dot(v, w)",
            "normalize(v).y",
            "(m * v).z",
            "(w * m).x",
            "cross(v.xyz, w.xyz).x",
            "mix(x, y, 0.3)",
            "fract(x)",
            "smoothstep(0.0, y, x)",
            "inverseSqrt(x)",
        ],
    ),
];

pub(super) fn cases() -> Vec<Case> {
    GROUPS.iter().map(|(name, expressions)| case(name, expressions)).collect()
}

fn case(name: &str, expressions: &[&str]) -> Case {
    let triples = patterns::triples(1 << 13, 3);
    let columns = expressions.len();
    let mut body = String::new();
    for (column, text) in expressions.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = writeln!(body, "  out[{columns}u * i + {column}u] = {text};");
    }
    let wgsl = format!(
        "@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> c: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let i = id.x;
  if (i >= arrayLength(&a)) {{ return; }}
  let x = a[i];
  let y = b[i];
  let z = c[i];
  let v = vec4<f32>(x, y, z, 1.5);
  let w = vec4<f32>(z, 0.1, x, y);
  let m = mat4x4<f32>(v, w, w - v, v * w);
{body}}}
"
    );
    Case {
        name: name.to_owned(),
        blames: None,
        wgsl,
        inputs: (0..3).map(|operand| triples.iter().map(|triple| triple[operand]).collect()).collect(),
        before: vec![0; columns * triples.len()],
        groups: [triples.len().div_ceil(64) as u32, 1, 1],
        loop_iterations: 1 << 20,
        end: DispatchEnd::Done,
        expected: Vec::new(),
        long: true,
        columns: expressions.iter().map(|text| (*text).to_owned()).collect(),
    }
}
