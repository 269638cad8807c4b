// refused: binding-number 2:24
@group(0) @binding(16) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1) fn main() { b[0] = 1u; }
