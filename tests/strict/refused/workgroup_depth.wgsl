// refused: workgroup-size 3:39
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1, 1, 65) fn main() {
    b[0] = 1u;
}
