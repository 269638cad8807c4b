//! One function for each instruction: take the accounts, check them, read them, decide by a rule of the interface, move tokens, write. A refusal anywhere undoes all.

pub mod appeal;
pub mod close;
pub mod device;
pub mod draw;
pub mod escrow;
pub mod initialise;
pub mod job;
pub mod job_end;
pub mod members;
pub mod model;
pub mod pause;
pub mod provider;
pub mod rewards;
pub mod round;
pub mod seat;
pub mod slash;
pub mod stake;
pub mod tally;
pub mod verdict;
pub mod votes;

use crate::entry::Ground;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Config, Device, Job, Provider};
use assay_settlement_interface::error::Refusal;
use pinocchio::AccountView;

/// It is the guardian, and signs.
fn guardian(view: &AccountView, config: &Config) -> Outcome {
    if *accounts::key(view) != config.guardian {
        return Err(Refusal::NotGuardian);
    }
    accounts::signer(view)
}

/// The provider that `owner`, who signs, owns; it will change.
#[inline(never)]
fn provider_of(owner: &AccountView, provider: &AccountView, ground: &Ground) -> Outcome<Provider> {
    let mut own: Outcome<Provider> = accounts::read_mut(provider, ground.program);
    accounts::check(&mut own, |own| accounts::signed_by(owner, &own.owner));
    own
}

/// A device of that provider; it will change.
#[inline(never)]
fn device_of(provider: &AccountView, device: &AccountView, ground: &Ground) -> Outcome<Device> {
    let mut own: Outcome<Device> = accounts::read_mut(device, ground.program);
    accounts::check(&mut own, |own| accounts::at(provider, &own.provider));
    own
}

/// The provider is the one that has accepted the job.
fn accepted_by(job: &Job, provider: &AccountView) -> Outcome {
    if job.provider == [0; 32] {
        return Err(Refusal::JobState);
    }
    accounts::at(provider, &job.provider)
}

/// The device that the job was accepted for; it will change.
#[inline(never)]
fn hired_for(job: &Job, device: &AccountView, ground: &Ground) -> Outcome<Device> {
    accounts::at(device, &job.device)?;
    accounts::read_mut(device, ground.program)
}
