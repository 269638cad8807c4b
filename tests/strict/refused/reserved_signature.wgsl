// refused: reserved-name 3:1
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
fn assay_exp(x: u32) -> u32 { return x; }
@compute @workgroup_size(1) fn main() { b[0] = assay_exp(1u); }
