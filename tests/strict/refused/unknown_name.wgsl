// refused: syntax 3:34
@compute @workgroup_size(1) fn main() {
    let é = 1; /* ünï */ let x = missing;
}
