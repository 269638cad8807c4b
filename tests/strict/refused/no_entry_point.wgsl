// refused: entry-point 0:0
fn twice(x: f32) -> f32 { return x + x; }
