// refused: texture 2:23, texture 5:9
@group(0) @binding(0) var t: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> b: vec4<f32>;
@compute @workgroup_size(1) fn main() {
    b = textureLoad(t, vec2(0, 0), 0);
}
