// refused: binding-number 2:23
@group(4) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1) fn main() { b[0] = 1u; }
