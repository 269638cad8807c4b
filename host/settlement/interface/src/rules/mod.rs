//! The decisions. Each takes accounts as they are, the time and what was asked; it changes them or refuses, and says what is to be paid.
