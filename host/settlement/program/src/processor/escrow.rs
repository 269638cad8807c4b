//! What is in escrow for a job, and how it is paid out at its end.

use crate::cpi::Vault;
use crate::{Outcome, accounts};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::state::currency;
use assay_settlement_interface::account::{Config, Job, tokens};
use assay_settlement_interface::rules::fees::Payout;
use pinocchio::AccountView;

/// What the currency of a job decides.
pub struct Purse {
    /// Mint of the currency.
    pub mint: Key,
    /// The escrow account.
    pub escrow: Key,
    /// The fees account.
    pub fees: Key,
}

/// Of the currency with this number, which is 0 or 1.
pub fn purse(number: u8, config: &Config) -> Purse {
    let (mint, escrow, fees) = if number == currency::IO {
        (config.io_mint, tokens::ESCROW_IO, tokens::FEES_IO)
    } else {
        (config.iosd_mint, tokens::ESCROW_IOSD, tokens::FEES_IOSD)
    };
    Purse { mint, escrow: config.token_account(escrow), fees: config.token_account(fees) }
}

/// The token accounts of a job's end.
pub struct Ends<'a> {
    /// The escrow account.
    pub escrow: &'a AccountView,
    /// The requester's.
    pub refund: &'a AccountView,
    /// The provider's, its wallet, and the fees account; of a job that nobody is paid for, none.
    pub paid: Option<(&'a AccountView, &'a Key, &'a AccountView)>,
}

impl Ends<'_> {
    /// Checks all of them.
    #[inline(never)]
    pub fn check(&self, job: &Job, config: &Config) -> Outcome {
        let purse = purse(job.currency, config);
        accounts::own_tokens(self.escrow, &purse.escrow)?;
        accounts::token_account(self.refund, &job.requester, &purse.mint)?;
        if let Some((payout, owner, fees)) = self.paid {
            accounts::token_account(payout, owner, &purse.mint)?;
            accounts::own_tokens(fees, &purse.fees)?;
        }
        Ok(())
    }

    /// Pays.
    pub fn pay(&self, vault: Vault, payout: &Payout) -> Outcome {
        if let Some((provider, _, fees)) = self.paid {
            vault.pay(self.escrow, provider, payout.provider)?;
            vault.pay(self.escrow, fees, payout.fees)?;
        }
        vault.pay(self.escrow, self.refund, payout.requester)
    }
}
