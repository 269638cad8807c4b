//! The lowering: what it makes is valid, and lowering it again changes nothing.

use assay_gpu::Shader;

const BUDGET: u32 = 1 << 20;

/// Lowers the first entry point and gives the text.
fn lowered(source: &str) -> String {
    let shader = Shader::new(source).unwrap_or_else(|refused| panic!("refused: {refused}\n{source}"));
    let entry = shader.entry_points()[0].name.clone();
    let kernel = shader.kernel(&entry, &[], BUDGET).unwrap_or_else(|refused| panic!("not lowered: {refused}\n{source}"));
    kernel.wgsl().expect("naga prints it")
}

/// Lowers twice.
fn check(source: &str) {
    let once = lowered(source);
    if std::env::var("SHOW").is_ok() {
        println!("{once}");
    }
    let twice = lowered(&once);
    similar(&once, &twice);
}

/// Fails with the first line that differs.
fn similar(once: &str, twice: &str) {
    for (left, right) in once.lines().zip(twice.lines()) {
        assert_eq!(left, right, "lowering again changed the text\n{once}");
    }
    assert_eq!(once.lines().count(), twice.lines().count());
}

const HEAD: &str = "
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> n: array<i32>;
@group(0) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
";

/// A kernel around `body`.
fn kernel(body: &str) -> String {
    format!("{HEAD}@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ let i = id.x; {body} }}")
}

#[test]
fn arithmetic() {
    check(&kernel("b[i] = a[i] * 2.0 + 1.0 - a[i + 1u] / 3.0;"));
    check(&kernel("w[i] = w[i] * a[i] + vec4(1.0, 2.0, 3.0, 4.0) % w[i + 1u];"));
    check(&kernel("b[i] = min(a[i], 0.5) + max(a[i], a[1]) + clamp(a[i], 0.0, 1.0) + sign(a[2]) + fract(a[3]);"));
    check(&kernel("let v = w[i]; w[i] = mix(v, v.yzwx, 0.25) + smoothstep(v, v + 1.0, v.wzyx) + reflect(v, normalize(v));"));
}

#[test]
fn transcendental_functions() {
    check(&kernel("b[i] = exp(a[i]) + exp2(a[i]) + log(a[i]) + log2(a[i]) + pow(a[i], a[1]) + sin(a[i]) + cos(a[i]) + tan(a[i]);"));
    check(&kernel(
        "b[i] = asin(a[i]) + acos(a[i]) + atan(a[i]) + atan2(a[i], a[1]) + sinh(a[i]) + cosh(a[i]) + tanh(a[i]) + inverseSqrt(a[i]);",
    ));
    check(&kernel("w[i] = asinh(w[i]) + acosh(w[i]) + atanh(w[i]);"));
}

#[test]
fn integers() {
    check(&kernel("n[i] = n[i] / n[i + 1u] + n[i] % n[2] + (n[i] << u32(n[3])) + (n[4] >> 3u);"));
    check(&kernel("n[i] = n[i] / 7 + n[i] % -1 + n[i] / -1 + 7 / n[i];"));
    check(&kernel("n[i] = i32(firstLeadingBit(i)) + extractBits(n[i], 3u, i) + insertBits(n[i], n[1], i, 5u) + firstTrailingBit(n[2]);"));
    check(&kernel("n[i] = i32(a[i]) + i32(u32(a[i])) + bitcast<i32>(a[i]); b[i] = bitcast<f32>(n[i]) + f32(n[i]);"));
    check(&kernel(
        "n[i] = i32(pack4x8snorm(w[i]) + pack2x16float(w[i].xy) + pack4xI8(vec4<i32>(n[i]))); w[i] = unpack4x8unorm(i) + vec4(unpack2x16float(i), 0.0, 0.0);",
    ));
}

#[test]
fn control_flow() {
    check(&kernel("var s = 0.0; for (var k = 0; k < 10; k++) { if k == 3 { continue; } s += a[k]; } b[i] = s;"));
    check(&kernel("var s = 0u; loop { s += 1u; if s > i { break; } continuing { s *= 2u; break if s > 100u; } } n[i] = i32(s);"));
    check(&kernel("switch n[i] { case 1, 2: { n[i] = 3; } case 4: { n[i] = 5; } default: { n[i] = 6; } }"));
    check(&kernel("if a[i] > 0.0 && a[i + 1u] < 1.0 { b[i] = 1.0; } else if a[i] == 2.0 { return; } b[0] = 2.0;"));
    check(&kernel("var x: array<f32, 8>; x[i] = 1.0; for (var k = 0u; k < 8u; k++) { var y: f32; y += x[k]; b[k] = y; }"));
}

/// Whether the loops of `body` are counted, none of them or all.
fn counted(body: &str) -> bool {
    let text = lowered(&kernel(body));
    check(&kernel(body));
    let (charges, ticks) = (text.matches("= assay_charge(").count(), text.matches("= assay_tick(").count());
    assert!(charges == 0 || ticks == 0, "{text}");
    charges > 0
}

#[test]
fn counted_loops() {
    assert!(counted("for (var k = 0u; k < i; k++) { b[k] = 1.0; }"));
    assert!(!counted("for (var k = 3; k <= n[0]; k += 1) { if k == 5 { continue; } b[k] = 1.0; } "), "n may change");
    assert!(counted("let m = n[0]; for (var k = 3; k <= m; k += 1) { if k == 5 { continue; } b[k] = 1.0; }"));
    assert!(counted("for (var k = 100; k > -7; k -= 3) { b[k] = 1.0; }"));
    assert!(counted("for (var k = 100u; k >= 10u; k--) { switch k { case 3u: { break; } default: { } } b[k] = 1.0; }"));
    assert!(counted("for (var k = 0u; k < arrayLength(&a); k++) { for (var j = 0u; j < k; j++) { b[j] = 1.0; } }"));
    assert!(counted("var m = i * 2u; for (var k = 0u; m > k; k++) { b[k] = 1.0; } m = 3u;"));
    assert!(!counted("var m = i * 2u; for (var k = 0u; m > k; k++) { b[k] = 1.0; m -= 1u; }"), "the bound changes");
    assert!(!counted("for (var k = 0u; k < k + 1u; k++) { b[k] = 1.0; }"), "the bound is the counter");
    assert!(!counted("for (var k = 0u; k < i; k++) { b[k] = 1.0; k += 2u; }"), "the counter changes");
    assert!(!counted("for (var k = 0u; k < i; k++) { if b[k] > 1.0 { break; } }"), "a break");
    assert!(!counted("for (var k = 0u; k < i; k++) { if b[k] > 1.0 { return; } }"), "a return");
    assert!(!counted("for (var k = 0u; k < i; k += 2u) { b[k] = 1.0; }"), "may wrap around");
    assert!(!counted("for (var k = 0u; k != i; k++) { b[k] = 1.0; }"));
    assert!(!counted("for (var k = 0u; k < i; k--) { b[k] = 1.0; }"));
    assert!(!counted("for (var k = 0u; k < i; k += 0u) { b[k] = 1.0; }"));
    assert!(!counted("for (var k = 0u; ; k++) { if k > i { break; } }"));
    assert!(!counted("var k = 0u; while k < i { k++; }"));
}

/// A charge that an author writes into the text is not believed.
#[test]
fn charges_are_not_believed() {
    let honest = lowered(&kernel("for (var k = 0u; k < i; k++) { b[k] = 1.0; }"));
    let line = honest.lines().find(|line| line.contains("= assay_charge(")).unwrap();
    let forged = honest.replace(line, &format!("{} = assay_charge(0u);", line.split(" =").next().unwrap()));
    assert_ne!(honest, forged);
    assert_eq!(lowered(&forged), honest);
}

#[test]
fn indices_of_runtime_arrays() {
    let text = lowered(&kernel("b[7] = a[3];"));
    assert!(text.contains("b[min(7u, (arrayLength((&b)) - 1u))]") && text.contains("a[min(3u, (arrayLength((&a)) - 1u))]"), "{text}");
    check(&kernel("b[7] = a[0]; let v = id; n[v.y] = n[i] / i32(v[min(i, 2u)]) + i32(i / v[i]);"));
}

#[test]
fn overrides_in_initialisers() {
    let source = format!(
        "override WIDTH: u32 = 128u; {HEAD} @compute @workgroup_size(WIDTH) fn main(@builtin(local_invocation_index) lane: u32) {{
            for (var stride = WIDTH / 2u; stride > 0u; stride /= 2u) {{ b[lane] += f32(stride); }} }}"
    );
    let text = lowered(&source);
    assert!(text.contains("@workgroup_size(128, 1, 1)") && text.contains("64u"), "{text}");
    check(&source);
}

#[test]
fn matrices() {
    check(&kernel(
        "let m = mat4x4<f32>(w[0], w[1], w[2], w[3]); w[i] = m * w[i] + w[i] * m + (m * m)[1] + (m * 2.0)[0] + transpose(m)[2]; b[i] = determinant(m);",
    ));
    check(&kernel("var m: mat3x2<f32>; m[i] = vec2(1.0); m[i][i] = 2.0; let v = m * vec3(a[0], a[1], a[2]); b[i] = v.x;"));
}

#[test]
fn workgroups() {
    check(&format!(
        "{HEAD}var<workgroup> tile: array<f32, 64>; var<private> seen: vec3<f32>;
        @compute @workgroup_size(8, 8) fn main(@builtin(local_invocation_index) i: u32) {{
            for (var k = 0u; k < 4u; k++) {{ tile[i] = a[i]; workgroupBarrier(); seen[k] += tile[63u - i]; workgroupBarrier(); }}
            b[i] = seen.x;
        }}"
    ));
}

#[test]
fn structs_pointers_atomics() {
    check(&format!(
        "{HEAD}struct P {{ x: vec3<f32>, m: f32, t: array<u32, 4> }} struct C {{ count: atomic<u32>, bins: array<atomic<i32>> }}
        @group(1) @binding(0) var<storage, read_write> p: array<P>; @group(1) @binding(1) var<storage, read_write> c: C;
        fn bump(q: ptr<function, P>, by: f32) -> f32 {{ (*q).x.y += by; (*q).t[u32(by)] = 3u; return (*q).m; }}
        @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            var q = p[id.x]; let m = bump(&q, 2.0); p[id.x] = q; p[0].m = m;
            atomicAdd(&c.count, 1u); atomicMax(&c.bins[id.x], 5); let seen = atomicLoad(&c.count); atomicStore(&c.bins[0], i32(seen));
        }}"
    ));
}
