// refused: uniformity 6:5
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@group(0) @binding(1) var<uniform> n: u32;
var<workgroup> w: array<u32, 64>;
fn sync() {
    workgroupBarrier();
}
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
    if b[i] > 0u {
        sync();
    }
}
