//! What the commands around the ledger share: models, estimates.

pub mod estimate;
pub mod models;
