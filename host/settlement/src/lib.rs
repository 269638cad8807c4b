//! Client of the settlement program (`specs/settlement.md`): where its accounts are, what is sent to it, and the ledgers that it is sent to.
//!
//! - [`address`], [`call`]: addresses of accounts, instructions ready to be signed. [`token`]: amounts.
//! - [`draw`]: whom a round looks at next, and the hash that decides it.
//! - [`ledger`], [`reads`]: what a ledger does for the rest of Assay, and what is stored there, by its meaning.
//! - [`embedded`]: a ledger in this process and one folder. [`rpc`]: a Solana cluster. [`journal`]: what both write before anything else.
//! - [`solana_config`]: which cluster and which key the Solana CLI uses.
//!
//! **Architecture Invariant:** this crate decides nothing that the program decides. It carries bytes, and it makes sure that a payment is made once.

pub mod address;
pub mod call;
pub mod draw;
pub mod embedded;
pub mod error;
pub mod journal;
pub mod ledger;
pub mod reads;
pub mod rpc;
pub mod solana_config;
pub mod token;
mod wire;

pub use self::address::Addresses;
pub use self::error::{LedgerError, Refused};
pub use self::ledger::{Clock, Effect, Filter, Intent, Ledger, Receipt, Simulation, Spec};
pub use self::reads::Reads;
