//! Making a deployment, stopping it, its models.

use assay_settlement_interface::instruction::{Initialise, Pause, Resume, SetModel};
use assay_settlement_interface::params::Params;
use solana_program_pack::Pack;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::program_option::COption;
use solana_sdk::pubkey::Pubkey;
use spl_token_interface::state::Mint;

use super::call;
use crate::address::Addresses;
use crate::token::Token;

/// Makes a mint of a token, for a cluster that has none yet: of IO with the program's vault for its authority. `mint` signs, and `rent` is what an account of 82 bytes must hold.
pub fn new_mint(payer: &Pubkey, mint: &Pubkey, token: Token, authority: &Pubkey, rent: u64) -> [Instruction; 2] {
    let program = spl_token_interface::ID;
    let account = solana_system_interface::instruction::create_account(payer, mint, rent, Mint::LEN as u64, &program);
    let bytes = spl_token_interface::instruction::TokenInstruction::InitializeMint2 {
        decimals: token.decimals(),
        mint_authority: *authority,
        freeze_authority: COption::None,
    };
    let initialise = Instruction { program_id: program, accounts: vec![AccountMeta::new(*mint, false)], data: bytes.pack() };
    [account, initialise]
}

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
