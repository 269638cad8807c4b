// refused: f64 2:23
@group(0) @binding(0) var<storage, read_write> b: array<f64>;
@compute @workgroup_size(1) fn main() { }
