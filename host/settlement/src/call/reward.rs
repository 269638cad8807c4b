//! Epochs and rewards.

use assay_settlement_interface::instruction::{Advance, Claim, Heartbeat, Lapse};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::call;
use crate::address::{Addresses, wallet_tokens};

impl Addresses {
    /// Accounts for whole epochs.
    pub fn advance(&self) -> Instruction {
        call!(self, Advance {}, [])
    }

    /// A provider is there.
    pub fn heartbeat(&self, owner: &Pubkey) -> Instruction {
        call!(self, Heartbeat {}, [owner: *owner, provider: self.provider(owner)])
    }

    /// A provider's account is not there any more.
    pub fn lapse(&self, provider: &Pubkey) -> Instruction {
        call!(self, Lapse {}, [provider: *provider])
    }

    /// Mints what a provider has earned.
    pub fn claim(&self, owner: &Pubkey) -> Instruction {
        let destination = wallet_tokens(owner, &self.io_mint);
        call!(self, Claim {}, [owner: *owner, provider: self.provider(owner), destination: destination])
    }
}
