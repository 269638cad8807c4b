//! # The state, and how a call changes it
//!
//! Accounts by address, token accounts, mints, and the cluster's clock. Lamports and rent are left out.
//!
//! A call runs on a copy of all of it, which takes the place of the original only if nothing was refused: "after a
//! refusal nothing has changed" needs no care, and no test.

use std::collections::BTreeMap;

use super::accounts::{Account, Config, Device, Dispute, Job, Model, PackageMark, Proposal, Provider, Round, Seat, Totals, Vote};
use super::addresses::Addresses;
use super::instructions::Instruction;
use super::layout::Key;
use super::parameters::COUNT;
use super::refusals::{DUPLICATE, NOT_SIGNED, PAUSED, TOKENS_MISSING, WRONG_TOKENS};
use super::turn::{Call, Passed, Refused, Step, Turn};

/// A token account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Of which token.
    pub mint: Key,
    /// Whose.
    pub owner: Key,
    /// How many, in base units.
    pub amount: u64,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mint {
    /// How many there are, in base units.
    pub supply: u64,
    /// Who may make more.
    pub authority: Key,
}

/// The cluster's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970.
    pub unix_timestamp: i64,
    /// The slot at hand.
    pub slot: u64,
    /// Hashes of the slots before it, newest first, 512 at most.
    pub slot_hashes: Vec<(u64, Key)>,
}

/// What went into escrow for a job and out of it: no field of an account, but what invariant 6 is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Paid in.
    pub paid_in: u64,
    /// Paid out, or owed to seats.
    pub paid_out: u64,
}

/// Everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Kind 1: one, or none before Initialise.
    pub configs: BTreeMap<Key, Config>,
    /// Kind 2: one, or none before Initialise.
    pub totals: BTreeMap<Key, Totals>,
    /// Kind 3.
    pub models: BTreeMap<Key, Model>,
    /// Kind 4.
    pub providers: BTreeMap<Key, Provider>,
    /// Kind 5.
    pub devices: BTreeMap<Key, Device>,
    /// Kind 6.
    pub jobs: BTreeMap<Key, Job>,
    /// Kind 7.
    pub rounds: BTreeMap<Key, Round>,
    /// Kind 8.
    pub seats: BTreeMap<Key, Seat>,
    /// Kind 9.
    pub disputes: BTreeMap<Key, Dispute>,
    /// Kind 10.
    pub marks: BTreeMap<Key, PackageMark>,
    /// Kind 11.
    pub proposals: BTreeMap<Key, Proposal>,
    /// Kind 12.
    pub votes: BTreeMap<Key, Vote>,
    /// All token accounts, the program's and others.
    pub tokens: BTreeMap<Key, Tokens>,
    /// All mints.
    pub mints: BTreeMap<Key, Mint>,
    /// The cluster's clock.
    pub clock: Clock,
    /// IO burned since Initialise.
    pub burned: u64,
    /// Supply of IO and of IOSD at Initialise.
    pub supply: [u64; 2],
    /// Escrow of each job that has an account.
    pub flows: BTreeMap<Key, Flow>,
}

impl Ledger {
    /// Does what a call asks, or nothing.
    pub fn apply(&mut self, addresses: &dyn Addresses, call: &Call) -> Result<(), Refused> {
        let mut turn = Turn::new(addresses, call);
        let mut next = self.clone();
        let ended = next.run(&mut turn, &call.instruction);
        if ended.is_ok() && turn.refused.found.is_empty() {
            *self = next;
            return Ok(());
        }
        Err(turn.refused)
    }

    /// Does what bytes ask.
    pub fn apply_bytes(&mut self, addresses: &dyn Addresses, bytes: &[u8], accounts: Vec<Passed>) -> Result<(), Refused> {
        let instruction = Instruction::decode(bytes).map_err(|number| Refused { found: [number].into(), ..Refused::default() })?;
        self.apply(addresses, &Call { instruction, accounts })
    }

    /// The bytes of the program's account at an address.
    pub fn account(&self, key: &Key) -> Option<Vec<u8>> {
        fn bytes<T: Account>(accounts: &BTreeMap<Key, T>, key: &Key) -> Option<Vec<u8>> {
            accounts.get(key).map(Account::encode)
        }
        bytes(&self.configs, key)
            .or_else(|| bytes(&self.totals, key))
            .or_else(|| bytes(&self.models, key))
            .or_else(|| bytes(&self.providers, key))
            .or_else(|| bytes(&self.devices, key))
            .or_else(|| bytes(&self.jobs, key))
            .or_else(|| bytes(&self.rounds, key))
            .or_else(|| bytes(&self.seats, key))
            .or_else(|| bytes(&self.disputes, key))
            .or_else(|| bytes(&self.marks, key))
            .or_else(|| bytes(&self.proposals, key))
            .or_else(|| bytes(&self.votes, key))
    }

    /// Whether there is an account of the program, or a token account, at an address.
    pub(super) fn exists(&self, key: &Key) -> bool {
        self.account(key).is_some() || self.tokens.contains_key(key)
    }

    fn run(&mut self, turn: &mut Turn, instruction: &Instruction) -> Step {
        use Instruction as I;
        match instruction {
            I::Initialise { guardian, params } => self.initialise(turn, guardian, params),
            I::Pause {} => self.pause(turn),
            I::Resume {} => self.resume(turn),
            I::SetModel { id, model_kind, enabled, multiplier_milli, name } => {
                self.set_model(turn, *id, *model_kind, *enabled, *multiplier_milli, name)
            }
            I::RegisterProvider { country, continent } => self.register_provider(turn, country, continent),
            I::UpdateProvider { status, country, continent } => self.update_provider(turn, *status, country, continent),
            I::AttestProvider { blocked, tier } => self.attest_provider(turn, *blocked, *tier),
            I::AddDevice { model, quantity, price_io, price_iosd } => self.add_device(turn, *model, *quantity, [*price_io, *price_iosd]),
            I::UpdateDevice { status, quantity, price_io, price_iosd } => {
                self.update_device(turn, *status, *quantity, [*price_io, *price_iosd])
            }
            I::AttestDevice { attested } => self.attest_device(turn, *attested),
            I::Stake { amount } => self.stake(turn, *amount),
            I::RequestUnstake { amount } => self.request_unstake(turn, *amount),
            I::Withdraw {} => self.withdraw(turn),
            I::OpenJob { .. } => self.open_job(turn, instruction),
            I::AcceptJob {} => self.accept_job(turn),
            I::Prove { outcome, transcript, fuel, profile } => self.prove(turn, outcome, transcript, *fuel, profile),
            I::CancelJob {} => self.cancel_job(turn),
            I::ExpireJob {} => self.expire_job(turn),
            I::Sample {} => self.sample(turn),
            I::Draw {} => self.draw(turn),
            I::Commit { commitment } => self.commit(turn, commitment),
            I::Reveal { code, outcome, receipt, call, salt } => self.reveal(turn, *code, outcome, receipt, *call, salt),
            I::Tally {} => self.tally(turn),
            I::Redraw {} => self.redraw(turn),
            I::Challenge {} => self.challenge(turn),
            I::Appeal {} => self.appeal(turn),
            I::Settle {} => self.settle(turn),
            I::ExecuteSlash {} => self.execute_slash(turn),
            I::Punish { position } => self.punish(turn, *position),
            I::CloseRound {} => self.close_round(turn),
            I::CloseJob {} => self.close_job(turn),
            I::RegisterSeat { amount } => self.register_seat(turn, *amount),
            I::TopUpSeat { amount } => self.top_up_seat(turn, *amount),
            I::LeaveSeat {} => self.leave_seat(turn),
            I::WithdrawSeat {} => self.withdraw_seat(turn),
            I::ClaimSeat { tokens } => self.claim_seat(turn, *tokens),
            I::Advance {} => self.advance(turn),
            I::Heartbeat {} => self.heartbeat(turn),
            I::Lapse {} => self.lapse(turn),
            I::Claim {} => self.claim(turn),
            I::Propose { action, payload } => self.propose(turn, *action, payload),
            I::CastVote { yes } => self.cast_vote(turn, *yes),
            I::Execute {} => self.execute(turn),
            I::CloseVote {} => self.close_vote(turn),
        }
    }

    /// The configuration, of a program that is not paused.
    pub(super) fn config(&self, turn: &mut Turn) -> Step<Config> {
        let config = turn.account(&self.configs, "config")?;
        turn.refuse(config.paused != 0, PAUSED);
        Ok(config)
    }

    /// Protocol time: it stands still while the program is paused.
    pub fn now(&self, config: &Config) -> i64 {
        let cluster = if config.paused != 0 { config.paused_at } else { self.clock.unix_timestamp };
        cluster.saturating_sub_unsigned(config.paused_s)
    }

    /// A provider, whose owner signs.
    pub(super) fn own_provider(&self, turn: &mut Turn) -> Step<Provider> {
        let provider = turn.account(&self.providers, "provider")?;
        let other = turn.key("owner")? != provider.owner;
        turn.refuse(other, NOT_SIGNED);
        Ok(provider)
    }

    /// A seat, whose holder signs.
    pub(super) fn own_seat(&self, turn: &mut Turn) -> Step<Seat> {
        let seat = turn.account(&self.seats, "seat")?;
        let other = turn.key("owner")? != seat.owner;
        turn.refuse(other, NOT_SIGNED);
        Ok(seat)
    }

    /// The account of this name is token account `n` of the program.
    pub(super) fn ours(&self, turn: &mut Turn, name: &str, config: &Config, n: usize) -> Step<Key> {
        let key = turn.key(name)?;
        turn.refuse(config.tokens.get(n) != Some(&key), WRONG_TOKENS);
        Ok(key)
    }

    /// The account of this name holds this token, and is of this owner.
    pub(super) fn theirs(&self, turn: &mut Turn, name: &str, mint: &Key, owner: &Key) -> Step<Key> {
        let key = turn.key(name)?;
        let tokens = self.tokens.get(&key);
        turn.refuse(tokens.is_none_or(|tokens| tokens.mint != *mint || tokens.owner != *owner), WRONG_TOKENS);
        Ok(key)
    }

    /// Accounts of these names are different ones.
    pub(super) fn differ(&self, turn: &mut Turn, one: &str, other: &str) -> Step {
        let same = turn.key(one)? == turn.key(other)?;
        turn.refuse(same, DUPLICATE);
        Ok(())
    }

    /// Moves tokens.
    pub(super) fn transfer(&mut self, turn: &mut Turn, from: &Key, to: &Key, amount: u64) -> Step {
        let had = self.tokens.get(from).map(|tokens| tokens.amount);
        let Some(left) = had.and_then(|had| had.checked_sub(amount)) else {
            return Err(turn.stop(TOKENS_MISSING));
        };
        self.tokens.entry(*from).and_modify(|tokens| tokens.amount = left);
        let Some(tokens) = self.tokens.get_mut(to) else {
            return Err(turn.stop(WRONG_TOKENS));
        };
        tokens.amount = turn.sum(tokens.amount.checked_add(amount))?;
        Ok(())
    }

    /// Burns IO of the stake account.
    pub(super) fn burn(&mut self, turn: &mut Turn, config: &Config, amount: u64) -> Step {
        let Some(tokens) = self.tokens.get_mut(&config.tokens[STAKE]) else {
            return Err(turn.stop(WRONG_TOKENS));
        };
        tokens.amount = tokens.amount.checked_sub(amount).ok_or_else(|| turn.stop(TOKENS_MISSING))?;
        let Some(mint) = self.mints.get_mut(&config.io_mint) else {
            return Err(turn.stop(WRONG_TOKENS));
        };
        mint.supply = mint.supply.checked_sub(amount).ok_or_else(|| turn.stop(TOKENS_MISSING))?;
        self.burned = turn.sum(self.burned.checked_add(amount))?;
        Ok(())
    }

    /// The account of this name, which makes or loses tokens, is the mint of IO.
    pub(super) fn io_mint(&self, turn: &mut Turn, config: &Config) -> Step {
        turn.names("io_mint", &config.io_mint)?;
        turn.names("vault", &config.vault)
    }
}

/// Token account 0: stake. Escrow is 1 + currency, fees are 3 + currency.
pub(super) const STAKE: usize = 0;

/// Token account of the escrow in a currency.
pub(super) fn escrow(currency: u8) -> usize {
    1 + usize::from(currency)
}

/// Token account of the fees in a currency.
pub(super) fn fees(currency: u8) -> usize {
    3 + usize::from(currency)
}

impl Config {
    /// Mint of a currency.
    pub(super) fn mint(&self, currency: u8) -> &Key {
        if currency == 0 { &self.io_mint } else { &self.iosd_mint }
    }

    /// `time` and a parameter's seconds after it.
    pub(super) fn after(&self, time: i64, parameter: usize) -> i64 {
        time.saturating_add_unsigned(self.params[parameter])
    }

    /// The first slot that may draw, from now on.
    pub(super) fn draw_slot(&self, clock: &Clock) -> u64 {
        clock.slot.saturating_add(self.params[super::parameters::DRAW_DELAY_SLOTS])
    }
}

/// Parameters, all at once.
pub type Params = [u64; COUNT];
