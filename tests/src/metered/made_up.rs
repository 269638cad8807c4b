//! Host calls that are made up.
