// refused: syntax 3:13
@compute @workgroup_size(1) fn main() {
    let x = 1i / 0i;
}
