//! Accounts of the engine as they are stored, and back.

use assay_protocol::ledger_files::entry::Stored;
use solana_sdk::account::{Account, AccountSharedData, ReadableAccount};

/// As it is stored. The engine's rent epoch is not: nothing here pays rent.
pub fn stored(account: &AccountSharedData) -> Stored {
    Stored {
        lamports: account.lamports(),
        owner: account.owner().to_bytes(),
        executable: account.executable(),
        data: account.data().to_vec(),
    }
}

/// As the engine has it.
pub fn engine(stored: &Stored) -> Account {
    Account {
        lamports: stored.lamports,
        data: stored.data.clone(),
        owner: stored.owner.into(),
        executable: stored.executable,
        rent_epoch: u64::MAX,
    }
}
