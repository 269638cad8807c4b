// refused: memory-attribute 2:33
@group(0) @binding(0) @coherent var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1) fn main() { b[0] = 1u; }
