// refused: entry-point 2:14, discard 3:5
@fragment fn shade() {
    discard;
}
