// refused: syntax 2:10
fn main( {
