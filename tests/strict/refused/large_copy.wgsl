// refused: large-copy 5:5
struct S { a: array<f32, 2000> }
@group(0) @binding(0) var<storage, read_write> s: array<S>;
@compute @workgroup_size(1) fn main() {
    s[0] = s[1];
}
