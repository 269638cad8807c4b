//! # Settlement (settlement.md)
//!
//! The program on the chain, as a model: the same instructions in, the same accounts and balances out, and no chain.
//! A test sends random instructions to both, and compares what each refuses and all that there is after it.
//!
//! Each instruction reads the accounts that it needs, notes every reason against it, and only then changes something:
//! on a copy, so that a refusal changes nothing. An account that is not in the place of another is not looked up: whoever
//! passes it is believed as far as section 1 says.
//!
//! | file | sections | what |
//! |---|---|---|
//! | [`layout`], [`accounts`], [`instructions`] | 1, 3, 13 | bytes of accounts and instructions |
//! | [`refusals`] | 14 | the numbers of what is refused |
//! | [`parameters`] | 2 | the table and its rules |
//! | [`addresses`] | 1, 3 | where accounts are |
//! | [`amounts`] | 4, 5, 7, 8, 10, 12 | what is paid, needed, slashed, emitted |
//! | [`draw`] | 6, 7 | seeds, candidates, commitments |
//! | [`turn`], [`ledger`] | | one call, and the state that it changes |
//! | `governing` | 2, 11, 12 | initialise, pause, models, votes |
//! | `providing` | 3, 4 | providers, devices, stake |
//! | `jobs` | 5 | jobs, from escrow to their end |
//! | `rounds`, `tally` | 6, 7 | committees and verdicts |
//! | `disputes` | 8 | appeal, slash, punish, close |
//! | `seats` | 9 | verifiers |
//! | `rewards` | 10 | epochs and heartbeats |
//! | `invariants` | 15 | what always holds |

pub mod accounts;
pub mod addresses;
pub mod amounts;
mod disputes;
pub mod draw;
mod governing;
pub mod instructions;
mod invariants;
mod jobs;
pub mod layout;
pub mod ledger;
pub mod parameters;
mod providing;
pub mod refusals;
mod rewards;
mod rounds;
mod seats;
mod tally;
#[cfg(test)]
mod tests;
pub mod turn;
