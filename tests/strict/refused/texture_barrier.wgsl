// refused: texture 3:5
@compute @workgroup_size(1) fn main() {
    textureBarrier();
}
