//! Where accounts are: the program-derived address of each (`specs/settlement.md`, section 3), and the token accounts of wallets.
//!
//! Finding a PDA takes some ten thousand nanoseconds, so those that every other instruction names are found once, in [`Addresses`].

use assay_settlement_interface::account::{seeds, state, tokens};
use solana_sdk::pubkey::Pubkey;

/// The accounts of one deployment of the program that never change, and the way to all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The program.
    pub program: Pubkey,
    /// Mint of IO.
    pub io_mint: Pubkey,
    /// Mint of IOSD.
    pub iosd_mint: Pubkey,
    /// Its configuration.
    pub config: Pubkey,
    /// Its totals.
    pub totals: Pubkey,
    /// Owner of all its token accounts.
    pub vault: Pubkey,
    /// The token accounts, by number.
    pub tokens: [Pubkey; tokens::COUNT as usize],
}

/// Where the configuration of a program is: enough to learn the mints, and with them [`Addresses`].
pub fn config(program: &Pubkey) -> Pubkey {
    derive(program, &[seeds::CONFIG])
}

/// The token account that a wallet uses for a mint unless told otherwise.
pub fn wallet_tokens(wallet: &Pubkey, mint: &Pubkey) -> Pubkey {
    spl_associated_token_account_interface::address::get_associated_token_address(wallet, mint)
}

fn derive(program: &Pubkey, seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}

impl Addresses {
    /// Of the deployment `program` for these mints.
    pub fn new(program: Pubkey, io_mint: Pubkey, iosd_mint: Pubkey) -> Self {
        Self {
            program,
            io_mint,
            iosd_mint,
            config: config(&program),
            totals: derive(&program, &[seeds::TOTALS]),
            vault: derive(&program, &[seeds::VAULT]),
            tokens: std::array::from_fn(|number| derive(&program, &[seeds::TOKENS, &[number as u8]])),
        }
    }

    fn of(&self, seeds: &[&[u8]]) -> Pubkey {
        derive(&self.program, seeds)
    }

    /// A model.
    pub fn model(&self, id: u16) -> Pubkey {
        self.of(&[seeds::MODEL, &id.to_le_bytes()])
    }

    /// The provider that a wallet owns.
    pub fn provider(&self, owner: &Pubkey) -> Pubkey {
        self.of(&[seeds::PROVIDER, owner.as_ref()])
    }

    /// A device of a provider's account.
    pub fn device(&self, provider: &Pubkey, index: u32) -> Pubkey {
        self.of(&[seeds::DEVICE, provider.as_ref(), &index.to_le_bytes()])
    }

    /// A job of a requester's wallet.
    pub fn job(&self, requester: &Pubkey, nonce: u64) -> Pubkey {
        self.of(&[seeds::JOB, requester.as_ref(), &nonce.to_le_bytes()])
    }

    /// A round of a job's account.
    pub fn round(&self, job: &Pubkey, number: u8) -> Pubkey {
        self.of(&[seeds::ROUND, job.as_ref(), &[number]])
    }

    /// A seat.
    pub fn seat(&self, index: u32) -> Pubkey {
        self.of(&[seeds::SEAT, &index.to_le_bytes()])
    }

    /// The dispute of a job's account.
    pub fn dispute(&self, job: &Pubkey) -> Pubkey {
        self.of(&[seeds::DISPUTE, job.as_ref()])
    }

    /// The mark of a package, by the hash of its manifest.
    pub fn mark(&self, package: &[u8; 32]) -> Pubkey {
        self.of(&[seeds::PACKAGE, package])
    }

    /// A proposal.
    pub fn proposal(&self, id: u64) -> Pubkey {
        self.of(&[seeds::PROPOSAL, &id.to_le_bytes()])
    }

    /// The vote of a provider's account on a proposal.
    pub fn vote(&self, proposal: u64, provider: &Pubkey) -> Pubkey {
        self.of(&[seeds::VOTE, &proposal.to_le_bytes(), provider.as_ref()])
    }

    /// The mint of a currency.
    pub fn mint(&self, currency: u8) -> Pubkey {
        if currency == state::currency::IO { self.io_mint } else { self.iosd_mint }
    }

    /// The escrow of a currency.
    pub fn escrow(&self, currency: u8) -> Pubkey {
        self.tokens[usize::from(if currency == state::currency::IO { tokens::ESCROW_IO } else { tokens::ESCROW_IOSD })]
    }

    /// The fees of a currency.
    pub fn fees(&self, currency: u8) -> Pubkey {
        self.tokens[usize::from(if currency == state::currency::IO { tokens::FEES_IO } else { tokens::FEES_IOSD })]
    }

    /// A wallet's token account for a currency.
    pub fn wallet(&self, wallet: &Pubkey, currency: u8) -> Pubkey {
        wallet_tokens(wallet, &self.mint(currency))
    }
}
