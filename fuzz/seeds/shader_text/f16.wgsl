// refused: f16 2:8, f16 3:23, f16 5:12
enable f16;
@group(0) @binding(0) var<storage, read_write> b: array<f16>;
@compute @workgroup_size(1) fn main() {
    b[0] = 1.0h;
}
