//! # Settlement (settlement.md)
//!
//! The program on the chain, as a model: the same bytes in, the same state out, and no chain. A test sends random
//! instructions to both and compares what each refuses and every account after it.
//!
//! | file | sections | what |
//! |---|---|---|
//! | [`layout`], [`accounts`], [`instructions`] | 1, 3, 13 | bytes of accounts and instructions |
//! | [`refusals`] | 14 | the numbers of what is refused |
//! | [`parameters`] | 2 | the table and its rules |
//! | [`amounts`] | 4, 5, 7, 8, 10, 12 | what is paid, needed, slashed, emitted |
//! | [`draw`] | 6, 7 | seeds, candidates, commitments |

pub mod accounts;
pub mod amounts;
pub mod draw;
pub mod instructions;
pub mod layout;
pub mod parameters;
pub mod refusals;
