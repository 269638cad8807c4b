// refused: float-atomic 2:23
@group(0) @binding(0) var<storage, read_write> c: atomic<f32>;
@compute @workgroup_size(1) fn main() { atomicAdd(&c, 1.0); }
