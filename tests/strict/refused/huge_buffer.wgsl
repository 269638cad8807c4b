// refused: size 2:23
@group(0) @binding(0) var<storage, read_write> b: array<u32, 1000000000>;
@compute @workgroup_size(1) fn main() { b[0] = 1u; }
