// refused: reserved-name 2:23
@group(0) @binding(0) var<storage, read_write> assay_data: array<u32>;
@compute @workgroup_size(1) fn main() { assay_data[0] = 1u; }
