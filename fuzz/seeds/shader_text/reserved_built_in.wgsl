// refused: reserved-name 3:4
@group(0) @binding(0) var<storage, read_write> b: array<f32>;
fn quantizeToF16(x: f32) -> f32 { return x; }
@compute @workgroup_size(1) fn main() { b[0] = sin(quantizeToF16(b[1])); }
