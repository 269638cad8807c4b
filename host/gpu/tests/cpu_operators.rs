//! Every operator against Rust, on special values and random patterns, in vector lanes and (with workgroups of one) in scalars.
#![allow(clippy::type_complexity, reason = "tables of operations in WGSL and in Rust")]

mod cpu_harness;

use assay_gpu::DispatchEnd;
use assay_gpu::cpu::CpuDevice;
use cpu_harness::{BUDGET, patterns, run_on};

fn f(bits: u32) -> f32 {
    f32::from_bits(bits)
}

fn canonical(value: f32) -> u32 {
    if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() }
}

fn apply(device: &mut CpuDevice, expression: &str, size: u32, inputs: &[Vec<u32>; 3]) -> Vec<u32> {
    let count = inputs[0].len() as u32;
    let source = format!(
        "@group(0) @binding(0) var<storage, read> xs: array<u32>;
        @group(0) @binding(1) var<storage, read> ys: array<u32>;
        @group(0) @binding(2) var<storage, read> zs: array<u32>;
        @group(0) @binding(3) var<storage, read_write> out: array<u32>;
        @group(0) @binding(4) var<storage, read_write> outf: array<f32>;
        @compute @workgroup_size({size}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            let x = xs[id.x]; let y = ys[id.x]; let z = zs[id.x];
            let xf = bitcast<f32>(x); let yf = bitcast<f32>(y); let zf = bitcast<f32>(z);
            let xi = bitcast<i32>(x); let yi = bitcast<i32>(y); let zi = bitcast<i32>(z);
            {expression}
        }}"
    );
    let [x, y, z] = inputs.clone();
    let zero = vec![0; count as usize];
    let (end, out) = run_on(device, &source, &[x, y, z, zero.clone(), zero], [count / size, 1, 1], BUDGET);
    assert_eq!(end, DispatchEnd::Done);
    if expression.contains("outf[") { out[4].clone() } else { out[3].clone() }
}

fn check(device: &mut CpuDevice, name: &str, expression: &str, inputs: &[Vec<u32>; 3], expected: impl Fn(u32, u32, u32) -> u32) {
    for size in [32, 1] {
        let few = if size == 1 { 256 } else { inputs[0].len() };
        let inputs: [Vec<u32>; 3] = std::array::from_fn(|index| inputs[index][..few].to_vec());
        let out = apply(device, expression, size, &inputs);
        for index in 0..few {
            let (x, y, z) = (inputs[0][index], inputs[1][index], inputs[2][index]);
            let want = expected(x, y, z);
            assert_eq!(out[index], want, "{name}({x:#x}, {y:#x}, {z:#x}) in workgroups of {size}: {:#x}, not {want:#x}", out[index]);
        }
    }
}

fn inputs(count: usize) -> [Vec<u32>; 3] {
    [patterns(count, 1), patterns(count, 2), patterns(count, 3)]
}

type Unary = (&'static str, fn(f32) -> f32);
type Binary = (&'static str, fn(f32, f32) -> f32);

fn min(a: f32, b: f32) -> f32 {
    if b < a || a.is_nan() { b } else { a }
}

fn max(a: f32, b: f32) -> f32 {
    if a < b || a.is_nan() { b } else { a }
}

#[test]
fn floats() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    let inputs = inputs(8192);
    let unary: [Unary; 8] = [
        ("-xf", |x| -x),
        ("abs(xf)", f32::abs),
        ("sqrt(xf)", f32::sqrt),
        ("floor(xf)", f32::floor),
        ("ceil(xf)", f32::ceil),
        ("trunc(xf)", f32::trunc),
        ("round(xf)", f32::round_ties_even),
        ("1.0 / xf", |x| 1.0 / x),
    ];
    for (text, function) in unary {
        check(&mut device, text, &format!("outf[id.x] = {text};"), &inputs, |x, _, _| canonical(function(f(x))));
    }
    let binary: [Binary; 8] = [
        ("xf + yf", |x, y| x + y),
        ("xf - yf", |x, y| x - y),
        ("xf * yf", |x, y| x * y),
        ("xf / yf", |x, y| x / y),
        ("min(xf, yf)", min),
        ("max(xf, yf)", max),
        ("select(xf, yf, xf < yf)", |x, y| if x < y { y } else { x }),
        ("select(xf, yf, xf >= yf)", |x, y| if x >= y { y } else { x }),
    ];
    for (text, function) in binary {
        check(&mut device, text, &format!("outf[id.x] = {text};"), &inputs, |x, y, _| canonical(function(f(x), f(y))));
    }
    check(&mut device, "clamp", "outf[id.x] = clamp(xf, yf, zf);", &inputs, |x, y, z| canonical(min(max(f(x), f(y)), f(z))));
    check(&mut device, "x*y+z", "outf[id.x] = xf * yf + zf;", &inputs, |x, y, z| canonical(f(x) * f(y) + f(z)));
    check(&mut device, "bits", "out[id.x] = bitcast<u32>(xf + yf);", &inputs, |x, y, _| canonical(f(x) + f(y)));
    let compare: [(&str, fn(&f32, &f32) -> bool); 6] =
        [("==", f32::eq), ("!=", f32::ne), ("<", f32::lt), ("<=", f32::le), (">", f32::gt), (">=", f32::ge)];
    for (op, function) in compare {
        check(&mut device, op, &format!("out[id.x] = u32(xf {op} yf);"), &inputs, |x, y, _| u32::from(function(&f(x), &f(y))));
    }
}

/// Fused multiply-add: rounded once, on random patterns and where the product is a tie, subnormal or cancelled.
#[test]
fn fma_is_fused() {
    let mut device = CpuDevice::new(Some(2)).expect("the CPU executor works");
    let expected = |x, y, z| canonical(f(x).mul_add(f(y), f(z)));
    for round in 0..4 {
        let count = 1 << 18;
        let mut inputs = [patterns(count, 10 + round), patterns(count, 20 + round), patterns(count, 30 + round)];
        let [first, second, third] = &mut inputs;
        for (index, (x, (y, z))) in first.iter().zip(second.iter_mut().zip(third)).enumerate() {
            match index % 4 {
                // z close to -x*y: what is left is the product's error.
                0 => *z = (-(f(*x) * f(*y))).to_bits().wrapping_add(index as u32 % 3).wrapping_sub(1),
                // z about 24 bits above the product: halfway cases.
                1 => *z = (f(*x) * f(*y) * 16_777_216.0).to_bits() & 0xffff_fffe,
                // small products near the subnormal range
                2 => *y = (*y & 0x807f_ffff) | 0x0080_0000u32.wrapping_mul(index as u32 % 200),
                _ => {}
            }
        }
        let out = apply(&mut device, "outf[id.x] = fma(xf, yf, zf);", 64, &inputs);
        for index in 0..count {
            let (x, y, z) = (inputs[0][index], inputs[1][index], inputs[2][index]);
            assert_eq!(out[index], expected(x, y, z), "fma({x:#x}, {y:#x}, {z:#x})");
        }
    }
    check(&mut device, "fma", "outf[id.x] = fma(xf, yf, zf);", &inputs(256), expected);
}

#[test]
fn integers() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    let inputs = inputs(8192);
    let unsigned: [(&str, fn(u32, u32) -> u32); 20] = [
        ("x + y", u32::wrapping_add),
        ("x - y", u32::wrapping_sub),
        ("x * y", u32::wrapping_mul),
        ("x / y", |x, y| x.checked_div(y).unwrap_or(x)),
        ("x % y", |x, y| if y == 0 { 0 } else { x % y }),
        ("x / 7u", |x, _| x / 7),
        ("x % 1000003u", |x, _| x % 1_000_003),
        ("x / 64u", |x, _| x / 64),
        ("x % 64u", |x, _| x % 64),
        ("x & y", |x, y| x & y),
        ("x | y", |x, y| x | y),
        ("x ^ y", |x, y| x ^ y),
        ("x << (y % 32u)", |x, y| x << (y % 32)),
        ("x >> (y % 32u)", |x, y| x >> (y % 32)),
        ("x << 5u", |x, _| x << 5),
        ("x >> 27u", |x, _| x >> 27),
        ("min(x, y)", |x, y| x.min(y)),
        ("max(x, y)", |x, y| x.max(y)),
        ("select(x, y, x <= y)", |x, y| if x <= y { y } else { x }),
        ("select(x, y, x > y)", |x, y| if x > y { y } else { x }),
    ];
    for (text, function) in unsigned {
        check(&mut device, text, &format!("out[id.x] = {text};"), &inputs, |x, y, _| function(x, y));
    }
    let signed: [(&str, fn(i32, i32) -> i32); 13] = [
        ("xi / yi", |x, y| if y == 0 { x } else { x.wrapping_div(y) }),
        ("xi % yi", |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) }),
        ("xi / 10i", |x, _| x / 10),
        ("xi % 8i", |x, _| x % 8),
        ("xi / -3i", |x, _| x / -3),
        ("xi >> (y % 32u)", |x, y| x >> (y as u32 % 32)),
        ("xi >> 3u", |x, _| x >> 3),
        ("min(xi, yi)", |x, y| x.min(y)),
        ("max(xi, yi)", |x, y| x.max(y)),
        ("abs(xi)", |x, _| x.wrapping_abs()),
        ("-xi", |x, _| x.wrapping_neg()),
        ("~xi", |x, _| !x),
        ("select(xi, yi, xi < yi)", |x, y| if x < y { y } else { x }),
    ];
    for (text, function) in signed {
        check(&mut device, text, &format!("out[id.x] = bitcast<u32>({text});"), &inputs, |x, y, _| function(x as i32, y as i32) as u32);
    }
    let bits: [(&str, fn(u32) -> u32); 5] = [
        ("countOneBits(x)", u32::count_ones),
        ("reverseBits(x)", u32::reverse_bits),
        ("countLeadingZeros(x)", u32::leading_zeros),
        ("countTrailingZeros(x)", u32::trailing_zeros),
        ("firstLeadingBit(x)", |x| if x == 0 { u32::MAX } else { 31 - x.leading_zeros() }),
    ];
    for (text, function) in bits {
        check(&mut device, text, &format!("out[id.x] = {text};"), &inputs, |x, _, _| function(x));
    }
    let dot = |signed: bool| {
        move |x: u32, y: u32, _: u32| {
            (0..4).fold(0_u32, |sum, byte| {
                let (a, b) = ((x >> (8 * byte)) as u8, (y >> (8 * byte)) as u8);
                sum.wrapping_add(if signed { (i32::from(a as i8) * i32::from(b as i8)) as u32 } else { u32::from(a) * u32::from(b) })
            })
        }
    };
    check(&mut device, "dot4I8Packed", "out[id.x] = bitcast<u32>(dot4I8Packed(x, y));", &inputs, dot(true));
    check(&mut device, "dot4U8Packed", "out[id.x] = dot4U8Packed(x, y);", &inputs, dot(false));
}

#[test]
fn casts() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    let inputs = inputs(8192);
    check(&mut device, "i32(f32)", "out[id.x] = bitcast<u32>(i32(xf));", &inputs, |x, _, _| {
        let x = f(x);
        (if x.is_nan() { 0 } else { x.clamp(-2_147_483_648.0, 2_147_483_520.0) as i32 }) as u32
    });
    check(&mut device, "u32(f32)", "out[id.x] = u32(xf);", &inputs, |x, _, _| {
        let x = f(x);
        if x.is_nan() { 0 } else { x.clamp(0.0, 4_294_967_040.0) as u32 }
    });
    check(&mut device, "f32(i32)", "outf[id.x] = f32(xi);", &inputs, |x, _, _| (x as i32 as f32).to_bits());
    check(&mut device, "f32(u32)", "outf[id.x] = f32(x);", &inputs, |x, _, _| (x as f32).to_bits());
    check(&mut device, "bool(u32)", "out[id.x] = u32(bool(x & 3u)) + u32(bool(xf)) * 2u;", &inputs, |x, _, _| {
        u32::from(x & 3 != 0) + u32::from(f(x) != 0.0) * 2
    });
    check(&mut device, "f32(bool)", "outf[id.x] = f32(x < y);", &inputs, |x, y, _| if x < y { 1.0_f32.to_bits() } else { 0 });
    check(
        &mut device,
        "bools",
        "out[id.x] = u32((x < y) == (y < z)) + 2u * u32((x < y) != (x < z)) + 4u * u32(all(vec3(x, y, z) > vec3(5u)));",
        &inputs,
        |x, y, z| u32::from((x < y) == (y < z)) + 2 * u32::from((x < y) != (x < z)) + 4 * u32::from(x > 5 && y > 5 && z > 5),
    );
}
