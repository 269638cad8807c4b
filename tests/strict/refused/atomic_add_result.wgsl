// refused: atomic-result 5:14
@group(0) @binding(0) var<storage, read_write> c: atomic<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1) fn main() {
    let at = atomicAdd(&c, 1u);
    b[at] = 1u;
}
