// refused: size 3:5
@compute @workgroup_size(1) fn main() {
    var w: array<u32, 5000>;
    w[0] = 1u;
}
