//! The decisions. Each takes accounts as they are, the time and what was asked; it changes them or refuses, and says what is to be paid.
//!
//! Whoever calls checks first who signed and which accounts these are. After a refusal what they were given may be changed in part: on chain the transaction undoes it, elsewhere it is a copy, and of no use any more.

mod amount;
pub mod dispute;
pub mod draw;
pub mod fees;
pub mod job;
pub mod reward;
pub mod round;
pub mod seat;
pub mod stake;
pub mod tally;
pub mod time;
pub mod vote;

pub use self::amount::{add, divide, part_down, part_up, sub};

use crate::Key;

/// SHA-256 over the concatenation of the parts: a system call on chain, a library elsewhere.
pub type Hash = fn(&[&[u8]]) -> Key;
