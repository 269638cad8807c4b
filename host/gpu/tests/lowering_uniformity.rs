//! Barriers in uniform control flow are accepted; what is refused stands in `tests/strict/refused`.
#![allow(clippy::unwrap_used, reason = "in a test the line says what failed")]

use assay_gpu::Shader;

const HEAD: &str = "
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@group(0) @binding(1) var<uniform> n: u32;
@group(0) @binding(2) var<storage, read> r: array<u32>;
var<workgroup> w: array<u32, 64>;
fn load(k: u32, i: u32) -> u32 { workgroupBarrier(); w[i] = r[k * 64u + i]; workgroupBarrier(); return w[63u - i]; }
fn half(x: u32) -> u32 { if x > 9u { return x / 2u; } return 1u; }
";

fn accepted(body: &str) {
    let source = format!(
        "{HEAD}@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) m: vec3<u32>) {{ {body} }}"
    );
    let shader = Shader::new(&source).unwrap_or_else(|refused| panic!("{refused}\n{body}"));
    let text = shader.kernel("main", &[], 1000).unwrap_or_else(|refused| panic!("{refused}\n{body}")).wgsl().unwrap();
    let again = Shader::new(&text).unwrap_or_else(|refused| panic!("{refused}\n{text}")).kernel("main", &[], 1000).unwrap().wgsl().unwrap();
    assert_eq!(text, again);
}

#[test]
fn uniform_control_flow() {
    accepted("workgroupBarrier(); if i < 32u { w[i] = 1u; } workgroupBarrier(); b[i] = w[0];");
    accepted("for (var k = 0u; k < n; k++) { w[i] = k; workgroupBarrier(); b[i] += w[63u - i]; workgroupBarrier(); }");
    accepted("for (var s = 32u; s > 0u; s >>= 1u) { if i < s { w[i] += w[i + s]; } workgroupBarrier(); }");
    accepted("for (var s = 32u; s > 0u; s = half(s) - 1u) { workgroupBarrier(); }");
    accepted("var k = 0u; loop { if k >= r[g.x] { break; } b[i] += load(k, i); k += 1u; }");
    accepted(
        "for (var k = 0u; k < n; k++) { for (var j = 0u; j < i; j++) { if b[j] == 3u { break; } if b[j] == 4u { continue; } w[i] += b[j]; } workgroupBarrier(); }",
    );
    accepted("if g.x < m.x / 2u { workgroupBarrier(); b[i] = w[0]; }");
    accepted("let stop = workgroupUniformLoad(&w[0]); if stop > 2u { workgroupBarrier(); }");
    accepted("switch n { case 1u: { workgroupBarrier(); } default: { storageBarrier(); } } workgroupBarrier();");
    accepted("switch i { case 1u: { w[i] = 2u; break; } default: { } } workgroupBarrier();");
    accepted("if n > 3u { return; } workgroupBarrier();");
    accepted("for (var k = 0u; k < arrayLength(&r); k += 64u) { if n == k { continue; } w[i] = r[k + i]; workgroupBarrier(); }");
    accepted("workgroupBarrier(); if i >= n { return; } b[i] = w[i];");
}
