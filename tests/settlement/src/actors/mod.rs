//! Parties that send what is plausible, at random. What they send depends on one number and on what there is, so a sequence of numbers is a test, and a shorter one a smaller test.
//!
//! Most calls belong to the next step of some job, so that jobs come to their end in all the ways that there are; some are of any kind; a few name accounts that do not belong together.

mod choice;
pub mod ending;
mod judges;

use assay_settlement_interface::account::{Job, state};
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_settlement_interface::params::{DEFAULTS, Param, Params};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use crate::world::*;

/// Verifiers that there are at first.
pub const SEATS: u32 = 12;

/// Numbers from one number.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From this number.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        // SplitMix64: neighbours have nothing in common.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most.max(1)
    }

    /// Whether one of `most` came up.
    pub fn one_in(&mut self, most: u64) -> bool {
        self.below(most) == 0
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len() as u64) as usize).copied()
    }
}

/// Short times and small stakes, so that everything happens within a few steps.
pub fn params() -> Params {
    let mut params = DEFAULTS;
    let changes = [
        (Param::StakePerUnit, 1_000),
        (Param::UnbondingS, 2_000),
        (Param::VotingS, 1_000),
        (Param::TimelockS, 60),
        (Param::ChallengeS, 20_000),
        (Param::CommitS, 60),
        (Param::RevealS, 2_000),
        (Param::AppealS, 3_000),
        (Param::SeatUnbondingS, 4_000),
        (Param::SeatStake, 1_000),
        (Param::MissedPenalty, 7),
        (Param::WrongPenalty, 131),
        (Param::ChallengeBond, 101),
        (Param::AppealBond, 103),
        (Param::AppealSize, 3),
        (Param::AppealQuorum, 2),
        (Param::ChallengeSize, 3),
        (Param::ChallengeQuorum, 2),
        (Param::RedrawsMax, 1),
        (Param::DrawDelaySlots, 2),
        (Param::ProposalStake, 1),
        (Param::EpochS, 2_000),
        (Param::EpochsPerMonth, 50),
        (Param::PauseS, 60),
        (Param::AcceptS, 5_000),
        (Param::TrustedAfter, 3),
        (Param::SampleFloorPpm, 300_000),
    ];
    for (param, value) in changes {
        params[param as usize] = value;
    }
    params
}

/// A world for them.
pub fn world() -> World {
    let mut world = World::new(&params());
    world.add_models();
    for owner in [OWNER, OTHER_OWNER] {
        world.add_provider(&owner);
    }
    for index in 0..SEATS {
        world.must(world.at.register_seat(&holder(index), index, 50_000));
    }
    world.pass_slots(1);
    world
}

/// Lets a little time pass, or much, or none.
pub fn wait(world: &mut World, dice: &mut Dice) {
    match dice.below(120) {
        0..=1 => world.pass(1_000),
        2..=6 => world.pass(20),
        7 => world.pass(3_601),
        8 if dice.one_in(4) => world.pass(9_000),
        9 if dice.one_in(6) => world.pass(120_000),
        // A slot that draws is forgotten.
        10 if dice.one_in(3) => world.pass_slots(520),
        11 => world.skip_slot(),
        _ => {}
    }
    if dice.one_in(6) {
        world.pass_slots(1 + dice.below(3));
    }
}

/// The job that this step is about.
pub struct Matter {
    /// Who pays for it.
    pub requester: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// Its account.
    pub key: Pubkey,
    /// What is there.
    pub job: Option<Job>,
    /// The wallet of its provider, or of one that may become it.
    pub owner: Pubkey,
}

impl Matter {
    fn new(world: &World, dice: &mut Dice) -> Self {
        let requester = if dice.one_in(2) { REQUESTER } else { OTHER_REQUESTER };
        let nonce = dice.below(2);
        let key = world.at.job(&requester, nonce);
        let job: Option<Job> = world.find(&key);
        let owners = [OWNER, OTHER_OWNER];
        let of = |job: &Job| owners.into_iter().find(|owner| world.at.provider(owner).to_bytes() == job.provider);
        let any = if dice.one_in(2) { OWNER } else { OTHER_OWNER };
        let owner = job.as_ref().and_then(of).unwrap_or(any);
        Self { requester, nonce, key, job, owner }
    }
}

/// Tag of the next instruction: mostly one that the job can take, so that some come to their end.
fn tag(dice: &mut Dice, job: Option<&Job>) -> u8 {
    if dice.one_in(9) {
        return [36, 36, 37, 37, 37, 38, 39][dice.below(7) as usize];
    }
    if dice.one_in(14) {
        return [40, 41, 41, 42, 42, 43][dice.below(6) as usize];
    }
    let likely: &[u8] = match job {
        Some(job) if job.state >= state::job::SETTLED => &[28, 28, 28, 28, 29, 29, 30, 35],
        Some(job) if job.round_open == 1 => &[19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 22, 22, 23],
        Some(job) if job.state == state::job::DISPUTED => &[25, 25, 27],
        Some(job) if job.state >= state::job::PROVED => &[18, 18, 24, 26, 26],
        Some(job) if job.state == state::job::ACCEPTED => &[15, 15, 15, 15, 15, 16, 17],
        Some(_) => &[14, 14, 14, 14, 16, 17],
        None => &[13],
    };
    if dice.below(4) > 0 { likely[dice.below(likely.len() as u64) as usize] } else { dice.below(45) as u8 }
}

/// The next call of somebody.
pub fn next(world: &World, dice: &mut Dice) -> Option<Instruction> {
    // Nothing else is taken in a pause.
    if world.config().paused == 1 && dice.one_in(6) {
        return Some(world.at.resume(if dice.one_in(2) { &STRANGER } else { &GUARDIAN }));
    }
    let matter = Matter::new(world, dice);
    let tag = tag(dice, matter.job.as_ref());
    let call = if (18..=30).contains(&tag) { judges::call(world, dice, &matter, tag) } else { choice::call(world, dice, &matter, tag) };
    call.map(|call| if dice.one_in(25) { confused(world, dice, call) } else { call })
}

/// The same call with something wrong about its accounts.
fn confused(world: &World, dice: &mut Dice, mut call: Instruction) -> Instruction {
    let place = dice.below(call.accounts.len() as u64) as usize;
    let other = dice.below(call.accounts.len() as u64) as usize;
    // Program and model do not look at the totals at the same time, or in the same cases: `tests/confusion.rs` is for that.
    let info = call.data.first().and_then(|tag| INSTRUCTIONS.get(usize::from(*tag)));
    // A candidate that is passed over need not be writable.
    if info.is_some_and(|info| info.name == "Draw" && place >= info.accounts.len()) {
        return call;
    }
    if info.and_then(|info| info.accounts.get(place)).is_some_and(|account| account.name == "totals") {
        return call;
    }
    match dice.below(5) {
        0 => call.accounts[place].is_signer = false,
        1 => call.accounts[place].is_writable = false,
        // Nobody can sign for what is no wallet.
        2 if !call.accounts[place].is_signer => call.accounts[place].pubkey = call.accounts[other].pubkey,
        2 | 3 => {
            let wallets = [REQUESTER, OTHER_REQUESTER, OWNER, OTHER_OWNER, STRANGER];
            let wallet = wallets[dice.below(5) as usize];
            let tokens = if call.accounts[place].is_signer { 1 } else { 3 };
            call.accounts[place].pubkey = [wallet, world.at.wallet(&wallet, 0), world.at.wallet(&wallet, 1)][dice.below(tokens) as usize];
        }
        _ => call.accounts.truncate(place),
    }
    call
}
