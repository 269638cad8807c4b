// refused: subgroup 3:33
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(subgroup_size) size: u32) {
    b[0] = size;
}
