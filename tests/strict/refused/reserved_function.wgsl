// refused: reserved-name 3:1
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
fn assay_mine(x: u32) -> u32 { return x; }
@compute @workgroup_size(1) fn main() { b[0] = assay_mine(1u); }
