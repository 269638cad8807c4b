// refused: subgroup 4:12
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(64) fn main() {
    b[0] = subgroupAdd(1u);
}
