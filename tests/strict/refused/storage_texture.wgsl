// refused: texture 2:23, texture 4:5
@group(0) @binding(0) var t: texture_storage_2d<rgba8unorm, write>;
@compute @workgroup_size(1) fn main() {
    textureStore(t, vec2(0, 0), vec4(1.0));
}
