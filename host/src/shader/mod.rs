//! Any shader of anyone, tried out: read it, say why it is refused, run it on made-up data on every back end and compare.

pub mod diagnostics;
pub mod plan;
pub mod source;
pub mod trial;
