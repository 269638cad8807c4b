//! What the program has stored, by its meaning. Nothing is believed for standing at the right address: owner, kind, version and length are looked at.

use assay_settlement_interface::account::{
    Account as Layout, Config, Device, Dispute, Job, Member, Model, PackageMark, Proposal, Provider, Round, Seat, Totals, Vote,
    round_length,
};
use solana_program_pack::Pack;
use solana_sdk::account::Account;
use solana_sdk::pubkey::Pubkey;

use crate::address::{self, Addresses};
use crate::call::Committee;
use crate::error::LedgerError;
use crate::ledger::{Filter, Ledger};
use crate::token::{Amount, Token};

/// Reads what is at an address as a layout: of the program, of its kind, and exactly as long.
fn read<T: Layout>(program: &Pubkey, what: &'static str, address: &Pubkey, account: &Account) -> Result<T, LedgerError> {
    let foreign = |why| LedgerError::Foreign { what, address: *address, why };
    if account.owner != *program {
        return Err(foreign("the settlement program does not own it"));
    }
    if account.data.len() != T::LENGTH {
        return Err(foreign("it is of another length"));
    }
    T::read(&account.data).map_err(|refusal| foreign(refusal.message()))
}

fn committee(program: &Pubkey, address: &Pubkey, account: &Account) -> Result<Committee, LedgerError> {
    let foreign = |why| LedgerError::Foreign { what: "round", address: *address, why };
    if account.owner != *program {
        return Err(foreign("the settlement program does not own it"));
    }
    let round = Round::read(&account.data).map_err(|refusal| foreign(refusal.message()))?;
    if account.data.len() != round_length(round.size) || round.drawn > round.size {
        return Err(foreign("it is of another length"));
    }
    let members = (0..round.drawn).map(|position| Member::read(&account.data, position)).collect::<Result<_, _>>();
    Ok(Committee { round, members: members.map_err(|refusal| foreign(refusal.message()))? })
}

/// Typed reads of any ledger.
pub trait Reads: Ledger {
    /// The account at an address, as a layout.
    fn read<T: Layout>(&self, what: &'static str, address: &Pubkey) -> Result<T, LedgerError> {
        self.find(what, address)?.ok_or(LedgerError::Missing { what, address: *address })
    }

    /// The same; none if nothing is there.
    fn find<T: Layout>(&self, what: &'static str, address: &Pubkey) -> Result<Option<T>, LedgerError> {
        self.account(address)?.map(|account| read(&self.program(), what, address, &account)).transpose()
    }

    /// All accounts of a layout that match the filters, sorted by address.
    fn all<T: Layout>(&self, what: &'static str, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, T)>, LedgerError> {
        let found = self.accounts_of(T::KIND, Some(T::LENGTH), filters)?;
        found.iter().map(|(address, account)| Ok((*address, read(&self.program(), what, address, account)?))).collect()
    }

    /// The configuration.
    fn config(&self) -> Result<Config, LedgerError> {
        self.read("configuration", &address::config(&self.program()))
    }

    /// Where everything of this deployment is.
    fn addresses(&self) -> Result<Addresses, LedgerError> {
        let config = self.config()?;
        Ok(Addresses::new(self.program(), config.io_mint.into(), config.iosd_mint.into()))
    }

    /// The totals.
    fn totals(&self, at: &Addresses) -> Result<Totals, LedgerError> {
        self.read("totals", &at.totals)
    }

    /// A model.
    fn model(&self, at: &Addresses, id: u16) -> Result<Model, LedgerError> {
        self.read("model", &at.model(id))
    }

    /// A provider's account.
    fn provider(&self, address: &Pubkey) -> Result<Provider, LedgerError> {
        self.read("provider", address)
    }

    /// A device's account.
    fn device(&self, address: &Pubkey) -> Result<Device, LedgerError> {
        self.read("device", address)
    }

    /// A job's account.
    fn job(&self, address: &Pubkey) -> Result<Job, LedgerError> {
        self.read("job", address)
    }

    /// A round's account, with its members.
    fn round(&self, address: &Pubkey) -> Result<Committee, LedgerError> {
        let account = self.account(address)?.ok_or(LedgerError::Missing { what: "round", address: *address })?;
        committee(&self.program(), address, &account)
    }

    /// All rounds that match the filters, sorted by address.
    fn rounds(&self, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, Committee)>, LedgerError> {
        let found = self.accounts_of(Round::KIND, None, filters)?;
        found.iter().map(|(address, account)| Ok((*address, committee(&self.program(), address, account)?))).collect()
    }

    /// A seat.
    fn seat(&self, at: &Addresses, index: u32) -> Result<Seat, LedgerError> {
        self.read("seat", &at.seat(index))
    }

    /// The dispute of a job's account, if there is one.
    fn dispute(&self, at: &Addresses, job: &Pubkey) -> Result<Option<Dispute>, LedgerError> {
        self.find("dispute", &at.dispute(job))
    }

    /// The mark of a package, if it has one.
    fn mark(&self, at: &Addresses, package: &[u8; 32]) -> Result<Option<PackageMark>, LedgerError> {
        self.find("package's mark", &at.mark(package))
    }

    /// A proposal.
    fn proposal(&self, at: &Addresses, id: u64) -> Result<Proposal, LedgerError> {
        self.read("proposal", &at.proposal(id))
    }

    /// The vote of a provider's account, if it has voted.
    fn vote(&self, at: &Addresses, id: u64, provider: &Pubkey) -> Result<Option<Vote>, LedgerError> {
        self.find("vote", &at.vote(id, provider))
    }

    /// What a wallet holds.
    fn balance(&self, at: &Addresses, wallet: &Pubkey, token: Token) -> Result<Amount, LedgerError> {
        let units = match token.currency() {
            None => self.lamports(wallet)?,
            Some(currency) => self.tokens(&at.wallet(wallet, currency))?,
        };
        Ok(token.units(units))
    }

    /// Base units in a token account; 0 if it does not exist.
    fn tokens(&self, address: &Pubkey) -> Result<u64, LedgerError> {
        let foreign = |why| LedgerError::Foreign { what: "token account", address: *address, why };
        let Some(account) = self.account(address)? else { return Ok(0) };
        if account.owner != spl_token_interface::ID {
            return Err(foreign("the token program does not own it"));
        }
        let state = spl_token_interface::state::Account::unpack(&account.data).map_err(|_| foreign("it holds no tokens"))?;
        Ok(state.amount)
    }

    /// Protocol time: the cluster's, less all pauses.
    fn protocol_time(&self) -> Result<i64, LedgerError> {
        let config = self.config()?;
        let now = if config.paused == 1 { config.paused_at } else { self.clock()?.unix_timestamp };
        let paused = i64::try_from(config.paused_s).map_err(|_| LedgerError::Overflow)?;
        now.checked_sub(paused).ok_or(LedgerError::Overflow)
    }
}

impl<L: Ledger + ?Sized> Reads for L {}
