// refused: syntax 2:11
const x = 1e38f * 10f;
@compute @workgroup_size(1) fn main() { }
