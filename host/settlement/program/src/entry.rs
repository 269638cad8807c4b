//! What every instruction goes through: the configuration is read, the pause is looked at, and the tag says who goes on.

use crate::accounts::held;
use crate::{Outcome, accounts, processor};
use assay_settlement_interface::account::Config;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction as sent;
use assay_settlement_interface::params::Params;
use assay_settlement_interface::rules::time;
use pinocchio::error::ProgramError;
use pinocchio::sysvars::Sysvar;
use pinocchio::sysvars::clock::Clock;
use pinocchio::{AccountView, Address, ProgramResult};

/// What every instruction stands on.
pub struct Ground<'a> {
    /// Address of this program.
    pub program: &'a Address,
    /// The configuration.
    pub config: &'a Config,
    /// Its parameters: a copy, since they lie there wherever they lie.
    pub params: &'a Params,
    /// Protocol time.
    pub now: i64,
    /// The slot.
    pub slot: u64,
}

/// What was sent, to those that stand on no protocol time.
pub struct Sent<'a> {
    /// The accounts.
    pub accounts: &'a mut [AccountView],
    /// The instruction's bytes.
    pub data: &'a [u8],
}

/// What an instruction is called with. One argument: on chain a function has room for five, a slice takes two, and what is more goes over the stack,
/// which runtimes with gaps between frames refuse.
pub struct Call<'a> {
    /// What it stands on.
    pub ground: &'a Ground<'a>,
    /// The accounts behind the configuration's.
    pub accounts: &'a mut [AccountView],
    /// The instruction's bytes.
    pub data: &'a [u8],
}

/// Runs an instruction.
pub fn process(program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    run(program, accounts, data).map_err(|refusal| ProgramError::Custom(refusal.code()))
}

#[inline(never)]
fn run(program: &Address, accounts: &mut [AccountView], data: &[u8]) -> Outcome {
    let tag = data.first().copied().filter(|tag| *tag <= sent::CloseVote::TAG).ok_or(Refusal::Instruction)?;
    check_flags(tag, accounts)?;
    let clock = Clock::get().map_err(|_| Refusal::Overflow)?;
    if tag == sent::Initialise::TAG {
        return processor::initialise::initialise(program, clock.unix_timestamp, Sent { accounts, data });
    }
    // The configuration is the first account of all others.
    let (first, accounts) = accounts.split_first_mut().ok_or(Refusal::MissingAccount)?;
    if matches!(tag, sent::Pause::TAG | sent::Resume::TAG | sent::Execute::TAG) {
        held!(config: mut Config = first, program);
        let sent = Sent { accounts, data };
        return match tag {
            sent::Pause::TAG => processor::pause::pause(config, clock.unix_timestamp, sent),
            sent::Resume::TAG => processor::pause::resume(config, clock.unix_timestamp, sent),
            _ => processor::votes::execute(config, program, &clock, sent),
        };
    }
    held!(config: Config = first, program);
    let now = time::now(config, clock.unix_timestamp)?;
    let params = config.params;
    let ground = Ground { program, config, params: &params, now, slot: clock.slot };
    hand_over(tag, Call { ground: &ground, accounts, data })
}

/// What the interface says of the accounts of an instruction: how many there are at least, and by bit, which of them change and which sign.
#[derive(Clone, Copy)]
struct Flags {
    count: u8,
    writable: u16,
    signer: u16,
}

/// Of all instructions, by tag. Made when the program is compiled: names and texts stay out of it.
const FLAGS: [Flags; sent::INSTRUCTIONS.len()] = {
    let mut all = [Flags { count: 0, writable: 0, signer: 0 }; sent::INSTRUCTIONS.len()];
    let mut i = 0;
    while i < all.len() {
        let accounts = sent::INSTRUCTIONS[i].accounts;
        assert!(sent::INSTRUCTIONS[i].tag as usize == i && accounts.len() <= 16);
        let mut n = 0;
        while n < accounts.len() {
            all[i].writable |= (accounts[n].writable as u16) << n;
            all[i].signer |= (accounts[n].signer as u16) << n;
            n += 1;
        }
        all[i].count = n as u8;
        i += 1;
    }
    all
};

/// All accounts are there, those that sign have signed, and those that change may change. Accounts beyond those are looked at where they are used.
fn check_flags(tag: u8, accounts: &[AccountView]) -> Outcome {
    let flags = FLAGS.get(usize::from(tag)).ok_or(Refusal::Instruction)?;
    let accounts = accounts.get(..usize::from(flags.count)).ok_or(Refusal::MissingAccount)?;
    let (mut writable, mut signer) = (flags.writable, flags.signer);
    for view in accounts {
        if signer & 1 == 1 {
            accounts::signer(view)?;
        }
        if writable & 1 == 1 {
            accounts::writable(view)?;
        }
        (writable, signer) = (writable >> 1, signer >> 1);
    }
    Ok(())
}

fn hand_over(tag: u8, call: Call) -> Outcome {
    match tag {
        sent::SetModel::TAG => processor::model::set(call),
        sent::RegisterProvider::TAG => processor::provider::register(call),
        sent::UpdateProvider::TAG => processor::provider::update(call),
        sent::AttestProvider::TAG => processor::provider::attest(call),
        sent::AddDevice::TAG => processor::device::add(call),
        sent::UpdateDevice::TAG => processor::device::update(call),
        sent::AttestDevice::TAG => processor::device::attest(call),
        sent::Stake::TAG => processor::stake::stake(call),
        sent::RequestUnstake::TAG => processor::stake::request(call),
        sent::Withdraw::TAG => processor::stake::withdraw(call),
        sent::OpenJob::TAG => processor::job::open(call),
        sent::AcceptJob::TAG => processor::job::accept(call),
        sent::Prove::TAG => processor::job::prove(call),
        sent::CancelJob::TAG => processor::job_end::cancel(call),
        sent::ExpireJob::TAG => processor::job_end::expire(call),
        sent::Sample::TAG => processor::round::sample(call),
        sent::Draw::TAG => processor::draw::draw(call),
        sent::Commit::TAG => processor::verdict::commit(call),
        sent::Reveal::TAG => processor::verdict::reveal(call),
        sent::Tally::TAG => processor::tally::tally(call),
        sent::Redraw::TAG => processor::round::redraw(call),
        sent::Challenge::TAG => processor::round::challenge(call),
        sent::Appeal::TAG => processor::appeal::appeal(call),
        sent::Settle::TAG => processor::job_end::settle(call),
        sent::ExecuteSlash::TAG => processor::slash::execute(call),
        sent::Punish::TAG => processor::slash::punish(call),
        sent::CloseRound::TAG => processor::close::round(call),
        sent::CloseJob::TAG => processor::close::job(call),
        sent::RegisterSeat::TAG => processor::seat::register(call),
        sent::TopUpSeat::TAG => processor::seat::top_up(call),
        sent::LeaveSeat::TAG => processor::seat::leave(call),
        sent::WithdrawSeat::TAG => processor::seat::withdraw(call),
        sent::ClaimSeat::TAG => processor::seat::claim(call),
        sent::Advance::TAG => processor::rewards::advance(call),
        sent::Heartbeat::TAG => processor::rewards::heartbeat(call),
        sent::Lapse::TAG => processor::rewards::lapse(call),
        sent::Claim::TAG => processor::rewards::claim(call),
        sent::Propose::TAG => processor::votes::propose(call),
        sent::CastVote::TAG => processor::votes::cast(call),
        sent::CloseVote::TAG => processor::votes::close(call),
        _ => Err(Refusal::Instruction),
    }
}
