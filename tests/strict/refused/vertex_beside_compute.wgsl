// refused: entry-point 3:12
@compute @workgroup_size(1) fn main() { }
@vertex fn place() -> @builtin(position) vec4<f32> {
    return vec4(1.0);
}
