//! What every instruction goes through: the configuration is read, the pause is looked at, and the tag says who goes on.

use crate::{Outcome, accounts, processor};
use assay_settlement_interface::account::Config;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction as sent;
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
    /// Protocol time.
    pub now: i64,
    /// The slot.
    pub slot: u64,
}

/// Runs an instruction.
pub fn process(program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    run(program, accounts, data).map_err(|refusal| ProgramError::Custom(refusal.code()))
}

#[inline(never)]
fn run(program: &Address, accounts: &mut [AccountView], data: &[u8]) -> Outcome {
    let tag = data.first().copied().filter(|tag| *tag <= sent::CloseVote::TAG).ok_or(Refusal::Instruction)?;
    let clock = Clock::get().map_err(|_| Refusal::Overflow)?;
    if tag == sent::Initialise::TAG {
        return processor::initialise::initialise(program, clock.unix_timestamp, accounts, data);
    }
    // The configuration is the first account of all others.
    let (first, accounts) = accounts.split_first_mut().ok_or(Refusal::MissingAccount)?;
    let config: Config = accounts::read(first, program)?;
    match tag {
        sent::Pause::TAG => return processor::pause::pause(first, config, clock.unix_timestamp, accounts, data),
        sent::Resume::TAG => return processor::pause::resume(first, config, clock.unix_timestamp, accounts, data),
        _ => {}
    }
    let now = time::now(&config, clock.unix_timestamp)?;
    let ground = Ground { program, config: &config, now, slot: clock.slot };
    hand_over(tag, &ground, first, accounts, data)
}

fn hand_over(tag: u8, ground: &Ground, config: &mut AccountView, accounts: &mut [AccountView], data: &[u8]) -> Outcome {
    match tag {
        sent::SetModel::TAG => processor::model::set(ground, accounts, data),
        sent::RegisterProvider::TAG => processor::provider::register(ground, accounts, data),
        sent::UpdateProvider::TAG => processor::provider::update(ground, accounts, data),
        sent::AttestProvider::TAG => processor::provider::attest(ground, accounts, data),
        sent::AddDevice::TAG => processor::device::add(ground, accounts, data),
        sent::UpdateDevice::TAG => processor::device::update(ground, accounts, data),
        sent::AttestDevice::TAG => processor::device::attest(ground, accounts, data),
        sent::Stake::TAG => processor::stake::stake(ground, accounts, data),
        sent::RequestUnstake::TAG => processor::stake::request(ground, accounts, data),
        sent::Withdraw::TAG => processor::stake::withdraw(ground, accounts, data),
        sent::OpenJob::TAG => processor::job::open(ground, accounts, data),
        sent::AcceptJob::TAG => processor::job::accept(ground, accounts, data),
        sent::Prove::TAG => processor::job::prove(ground, accounts, data),
        sent::CancelJob::TAG => processor::job_end::cancel(ground, accounts, data),
        sent::ExpireJob::TAG => processor::job_end::expire(ground, accounts, data),
        sent::Sample::TAG => processor::round::sample(ground, accounts, data),
        sent::Draw::TAG => processor::draw::draw(ground, accounts, data),
        sent::Commit::TAG => processor::verdict::commit(ground, accounts, data),
        sent::Reveal::TAG => processor::verdict::reveal(ground, accounts, data),
        sent::Tally::TAG => processor::tally::tally(ground, accounts, data),
        sent::Redraw::TAG => processor::round::redraw(ground, accounts, data),
        sent::Challenge::TAG => processor::round::challenge(ground, accounts, data),
        sent::Appeal::TAG => processor::appeal::appeal(ground, accounts, data),
        sent::Settle::TAG => processor::job_end::settle(ground, accounts, data),
        sent::ExecuteSlash::TAG => processor::slash::execute(ground, accounts, data),
        sent::Punish::TAG => processor::slash::punish(ground, accounts, data),
        sent::CloseRound::TAG => processor::close::round(ground, accounts, data),
        sent::CloseJob::TAG => processor::close::job(ground, accounts, data),
        sent::RegisterSeat::TAG => processor::seat::register(ground, accounts, data),
        sent::TopUpSeat::TAG => processor::seat::top_up(ground, accounts, data),
        sent::LeaveSeat::TAG => processor::seat::leave(ground, accounts, data),
        sent::WithdrawSeat::TAG => processor::seat::withdraw(ground, accounts, data),
        sent::ClaimSeat::TAG => processor::seat::claim(ground, accounts, data),
        sent::Advance::TAG => processor::rewards::advance(ground, accounts, data),
        sent::Heartbeat::TAG => processor::rewards::heartbeat(ground, accounts, data),
        sent::Lapse::TAG => processor::rewards::lapse(ground, accounts, data),
        sent::Claim::TAG => processor::rewards::claim(ground, accounts, data),
        sent::Propose::TAG => processor::votes::propose(ground, accounts, data),
        sent::CastVote::TAG => processor::votes::cast(ground, accounts, data),
        sent::Execute::TAG => processor::votes::execute(ground, config, accounts, data),
        sent::CloseVote::TAG => processor::votes::close(ground, accounts, data),
        _ => Err(Refusal::Instruction),
    }
}
