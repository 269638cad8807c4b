// refused: entry-point 2:14
@fragment fn shade() -> @location(0) vec4<f32> {
    return vec4(1.0);
}
