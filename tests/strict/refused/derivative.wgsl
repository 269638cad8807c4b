// refused: entry-point 2:14, derivative 3:17
@fragment fn shade(@location(0) x: f32) -> @location(0) vec4<f32> {
    return vec4(dpdx(x));
}
