// refused: constant-call 4:28
@group(0) @binding(0) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(1) fn main() {
    switch b[0] { case u32(exp2(3.0)): { b[1] = 1u; } default: { } }
}
