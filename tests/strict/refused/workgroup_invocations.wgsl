// refused: workgroup-size 3:37
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(64, 32) fn main() {
    b[0] = 1u;
}
