mod build;
mod emit;
mod failure;
mod ir;
mod region;
mod shape;
mod structure;
