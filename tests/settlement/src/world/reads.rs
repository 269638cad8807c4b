//! What there is, by its meaning.

use assay_settlement::call::Committee;
use assay_settlement_interface::account::{Account, Config, Device, Dispute, Job, Member, Proposal, Provider, Round, Seat, Totals};
use solana_program_pack::Pack;
use solana_sdk::account::{AccountSharedData, ReadableAccount};
use solana_sdk::pubkey::Pubkey;
use spl_token_interface::state::{Account as Tokens, Mint};

use super::{PROGRAM, World};

/// Mint, owner and amount of a token account.
pub(super) fn tokens_in(account: &AccountSharedData) -> Option<([u8; 32], [u8; 32], u64)> {
    let is = *account.owner() == spl_token_interface::ID && account.data().len() == Tokens::LEN;
    let tokens = is.then(|| Tokens::unpack(account.data()).ok()).flatten()?;
    Some((tokens.mint.to_bytes(), tokens.owner.to_bytes(), tokens.amount))
}

/// Supply of a mint.
pub(super) fn supply_in(account: &AccountSharedData) -> Option<u64> {
    let is = *account.owner() == spl_token_interface::ID && account.data().len() == Mint::LEN;
    is.then(|| Mint::unpack(account.data()).ok()).flatten().map(|mint| mint.supply)
}

impl World {
    /// Bytes of an account of the program.
    pub fn bytes(&self, address: &Pubkey) -> Option<&[u8]> {
        let account = self.svm.accounts_db().get_account_ref(address)?;
        (*account.owner() == PROGRAM).then(|| account.data())
    }

    /// An account of the program, if it is there.
    pub fn find<T: Account>(&self, address: &Pubkey) -> Option<T> {
        self.bytes(address).and_then(|bytes| T::read(bytes).ok())
    }

    /// An account of the program, which is there.
    pub fn read<T: Account>(&self, address: &Pubkey) -> T {
        self.find(address).unwrap_or_else(|| panic!("{address} is not of kind {}", T::KIND))
    }

    /// Addresses of all accounts of a kind, in order.
    pub fn all<T: Account>(&self) -> Vec<(Pubkey, T)> {
        let all = self.svm.accounts_db().inner.iter();
        let mut all: Vec<(Pubkey, T)> = all
            .filter(|(_, account)| *account.owner() == PROGRAM && account.data().first() == Some(&T::KIND))
            .filter_map(|(address, account)| Some((*address, T::read(account.data()).ok()?)))
            .collect();
        all.sort_by_key(|(address, _)| *address);
        all
    }

    /// The configuration.
    pub fn config(&self) -> Config {
        self.read(&self.at.config)
    }

    /// A parameter.
    pub fn param(&self, param: assay_settlement_interface::params::Param) -> u64 {
        self.config().param(param)
    }

    /// The totals.
    pub fn totals(&self) -> Totals {
        self.read(&self.at.totals)
    }

    /// A provider's account, by its owner.
    pub fn provider(&self, owner: &Pubkey) -> Provider {
        self.read(&self.at.provider(owner))
    }

    /// A device, by its provider's owner.
    pub fn device(&self, owner: &Pubkey, index: u32) -> Device {
        self.read(&self.at.device(&self.at.provider(owner), index))
    }

    /// A job.
    pub fn job(&self, address: &Pubkey) -> Job {
        self.read(address)
    }

    /// A round with its members.
    pub fn round(&self, address: &Pubkey) -> Committee {
        let bytes = self.bytes(address).unwrap_or_else(|| panic!("{address} is no round"));
        let round = Round::read(bytes).expect("it is there");
        Committee { round, members: (0..round.drawn).map(|position| Member::read(bytes, position).expect("it is there")).collect() }
    }

    /// The newest round of a job.
    pub fn last_round(&self, job: &Pubkey) -> Pubkey {
        self.at.round(job, self.job(job).rounds - 1)
    }

    /// A seat.
    pub fn seat(&self, index: u32) -> Seat {
        self.read(&self.at.seat(index))
    }

    /// The dispute of a job.
    pub fn dispute(&self, job: &Pubkey) -> Dispute {
        self.read(&self.at.dispute(job))
    }

    /// A proposal.
    pub fn proposal(&self, id: u64) -> Proposal {
        self.read(&self.at.proposal(id))
    }

    /// Tokens in an account.
    pub fn tokens(&self, address: &Pubkey) -> u64 {
        self.svm.accounts_db().get_account_ref(address).and_then(tokens_in).map_or(0, |(_, _, amount)| amount)
    }

    /// Lamports of an account.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.svm.get_balance(address).unwrap_or(0)
    }
}
