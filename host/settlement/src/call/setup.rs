//! Making a deployment, stopping it, its models.

use assay_settlement_interface::instruction::{Initialise, Pause, Resume, SetModel};
use assay_settlement_interface::params::Params;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::call;
use crate::address::Addresses;

impl Addresses {
    /// Makes the program's accounts.
    pub fn initialise(&self, payer: &Pubkey, guardian: &Pubkey, params: &Params) -> Instruction {
        call!(self, Initialise { guardian: guardian.to_bytes(), params: *params }, [payer: *payer])
    }

    /// Makes a wallet's token account for a currency, which payments to it need. Of one that exists it changes nothing.
    pub fn open_tokens(&self, payer: &Pubkey, wallet: &Pubkey, currency: u8) -> Instruction {
        spl_associated_token_account_interface::instruction::create_associated_token_account_idempotent(
            payer,
            wallet,
            &self.mint(currency),
            &spl_token_interface::ID,
        )
    }

    /// Stops everything.
    pub fn pause(&self, guardian: &Pubkey) -> Instruction {
        call!(self, Pause {}, [guardian: *guardian])
    }

    /// Goes on.
    pub fn resume(&self, signer: &Pubkey) -> Instruction {
        call!(self, Resume {}, [signer: *signer])
    }

    /// Adds a model.
    pub fn set_model(&self, guardian: &Pubkey, model: &SetModel) -> Instruction {
        call!(self, SetModel, model, [guardian: *guardian, model: self.model(model.id)])
    }
}
