// refused: size 2:1
var<workgroup> w: array<u32, 5000>;
@compute @workgroup_size(1) fn main() { w[0] = 1u; }
