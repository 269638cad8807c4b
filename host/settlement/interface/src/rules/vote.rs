//! Votes (`specs/settlement.md`, section 12).

use super::{add, part_up, stake, time};
use crate::Key;
use crate::account::state::{action, currency, proposal as state};
use crate::account::{Config, Model, Proposal, Provider, Totals, Vote};
use crate::error::Refusal;
use crate::field::Field;
use crate::params::{self, Param, Params};

/// What a proposal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Changes a parameter.
    SetParam {
        /// Its number.
        number: u8,
        /// Its new value.
        value: u64,
    },
    /// Adds or changes a model.
    SetModel(ModelChange),
    /// Names another guardian.
    SetGuardian(Key),
    /// Pays out of the fees.
    PayFees {
        /// 0 IO, 1 IOSD.
        currency: u8,
        /// Base units.
        amount: u64,
        /// Wallet that is paid.
        owner: Key,
    },
}

/// A model as it shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelChange {
    /// Its number.
    pub id: u16,
    /// 0 GPU, 1 CPU.
    pub kind: u8,
    /// 1 if devices of it may be added.
    pub enabled: u8,
    /// Thousandths.
    pub multiplier_milli: u32,
    /// UTF-8, then zeros.
    pub name: Key,
}

impl ModelChange {
    /// Checks it.
    pub fn validate(&self) -> Result<(), Refusal> {
        let text = self.name.split(|byte| *byte == 0).next().unwrap_or(&[]);
        let zeros = self.name[text.len()..].iter().all(|byte| *byte == 0);
        let fits = self.kind <= 1 && self.enabled <= 1 && self.id != u16::MAX && zeros && core::str::from_utf8(text).is_ok();
        if fits { Ok(()) } else { Err(Refusal::Value) }
    }

    /// The account.
    pub fn model(&self, bump: u8) -> Model {
        Model { bump, id: self.id, model_kind: self.kind, enabled: self.enabled, multiplier_milli: self.multiplier_milli, name: self.name }
    }
}

impl Action {
    /// Reads it; what is not used of the payload is zeros.
    pub fn read(number: u8, payload: &[u8; 64]) -> Result<Self, Refusal> {
        let (own, used) = match number {
            action::SET_PARAM => (Self::SetParam { number: payload[0], value: u64::get(&payload[1..9]) }, 9),
            action::SET_MODEL => {
                let change = ModelChange {
                    id: u16::get(&payload[0..2]),
                    kind: payload[2],
                    enabled: payload[3],
                    multiplier_milli: u32::get(&payload[4..8]),
                    name: Key::get(&payload[8..40]),
                };
                (Self::SetModel(change), 40)
            }
            action::SET_GUARDIAN => (Self::SetGuardian(Key::get(&payload[0..32])), 32),
            action::PAY_FEES => {
                (Self::PayFees { currency: payload[0], amount: u64::get(&payload[1..9]), owner: Key::get(&payload[9..41]) }, 41)
            }
            _ => return Err(Refusal::Action),
        };
        if payload[used..].iter().any(|byte| *byte != 0) {
            return Err(Refusal::Action);
        }
        own.validate()?;
        Ok(own)
    }

    fn validate(&self) -> Result<(), Refusal> {
        let fits = match self {
            Self::SetParam { number, value } => match params::RANGES.get(usize::from(*number)) {
                Some((least, most)) if params::FIXED.contains(number) || !(*least..=*most).contains(value) => {
                    return Err(Refusal::Parameter);
                }
                known => known.is_some(),
            },
            Self::SetModel(change) => change.validate().is_ok(),
            Self::SetGuardian(key) => *key != [0; 32],
            Self::PayFees { currency: paid, amount, owner } => *paid <= currency::IOSD && *amount > 0 && *owner != [0; 32],
        };
        if fits { Ok(()) } else { Err(Refusal::Action) }
    }
}

/// Makes a proposal.
pub fn propose(
    provider: &Provider,
    totals: &mut Totals,
    number: u8,
    payload: [u8; 64],
    bump: u8,
    now: i64,
    params: &Params,
) -> Result<Proposal, Refusal> {
    Action::read(number, &payload)?;
    if stake::free(provider) < params[Param::ProposalStake as usize] {
        return Err(Refusal::NotEnoughStake);
    }
    let vote_until = time::after(now, params[Param::VotingS as usize])?;
    let proposal = Proposal {
        bump,
        id: totals.proposals,
        proposer: provider.owner,
        action: number,
        payload,
        vote_until,
        execute_at: time::after(vote_until, params[Param::TimelockS as usize])?,
        staked: totals.staked,
        yes: 0,
        no: 0,
        state: state::OPEN,
    };
    totals.proposals = add(totals.proposals, 1)?;
    Ok(proposal)
}

/// Votes with all free stake.
pub fn cast(proposal: &mut Proposal, provider: &Provider, provider_at: Key, yes: u8, bump: u8, now: i64) -> Result<Vote, Refusal> {
    if yes > 1 {
        return Err(Refusal::Value);
    }
    if proposal.state != state::OPEN || now > proposal.vote_until {
        return Err(Refusal::VoteOver);
    }
    let weight = stake::free(provider);
    if weight == 0 {
        return Err(Refusal::NotEnoughStake);
    }
    if yes == 1 {
        proposal.yes = add(proposal.yes, weight)?;
    } else {
        proposal.no = add(proposal.no, weight)?;
    }
    Ok(Vote { bump, proposal: proposal.id, provider: provider_at, yes, weight })
}

/// Whether it is carried.
pub fn is_carried(proposal: &Proposal, quorum_bps: u64) -> Result<bool, Refusal> {
    let cast = u128::from(proposal.yes) + u128::from(proposal.no);
    Ok(proposal.yes > proposal.no && cast >= u128::from(part_up(proposal.staked, quorum_bps, 10_000)?))
}

/// Decides a proposal; what it does if it is carried.
pub fn execute(proposal: &mut Proposal, now: i64, quorum_bps: u64) -> Result<Option<Action>, Refusal> {
    if proposal.state != state::OPEN {
        return Err(Refusal::VoteOver);
    }
    if now <= proposal.execute_at {
        return Err(Refusal::TooEarly);
    }
    if !is_carried(proposal, quorum_bps)? {
        proposal.state = state::REJECTED;
        return Ok(None);
    }
    proposal.state = state::EXECUTED;
    Action::read(proposal.action, &proposal.payload).map(Some)
}

/// What an action changes in the configuration; models and fees are the caller's.
pub fn apply(config: &mut Config, action: &Action) -> Result<(), Refusal> {
    match action {
        Action::SetParam { number, value } => {
            let mut params = config.params;
            params::change(&mut params, *number, *value)?;
            config.params = params;
            Ok(())
        }
        Action::SetGuardian(key) => {
            config.guardian = *key;
            Ok(())
        }
        Action::SetModel(_) | Action::PayFees { .. } => Ok(()),
    }
}
