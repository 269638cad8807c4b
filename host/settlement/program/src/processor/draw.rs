//! Draw: candidates are looked at until the committee is full.

use super::members;
use crate::accounts::held;
use crate::entry::{Call, Ground};
use crate::hash::hash;
use crate::{Outcome, accounts, slots};
use assay_settlement_interface::account::state::{purpose, round as state};
use assay_settlement_interface::account::{Member, Provider, Round, Seat};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Draw;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::draw::{self as rules, Parties};
use assay_settlement_interface::rules::round::{is_drawn, looked_at, seeded, settle_draw, sits};
use pinocchio::AccountView;

/// Looks at candidates.
#[inline(never)]
pub fn draw(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([provider, job, round, previous, slot_hashes], candidates) = accounts::take(accounts)?;
    Draw::read(data)?;
    held!(judged = members::job_of(job, provider, ground));
    held!(own: Provider = accounts::read(provider, ground.program));
    held!(drawn = members::round_of(job, round, ground));
    let reviewed = if drawn.purpose == purpose::APPEAL { Some(members::numbered(job, previous, drawn.previous, ground)?) } else { None };
    match drawn.state {
        state::WAITING => {
            let Some(slot_hash) = slots::drawn(slot_hashes, drawn.draw_slot)? else {
                // That slot is forgotten: another one draws.
                drawn.draw_slot = members::draw_slot(ground)?;
                return accounts::write(round, drawn);
            };
            let seed = rules::seed(hash, accounts::key(job), drawn.number, &slot_hash);
            seeded(drawn, seed);
        }
        state::DRAWING => {}
        _ => return Err(Refusal::RoundState),
    }
    let parties = Parties { provider: own.owner, requester: judged.requester };
    let mut committee = Committee { ground, round, previous, reviewed: reviewed.as_ref(), drawn, parties: &parties };
    for candidate in candidates {
        // Whoever sends it cannot know how many will be passed over: what is too many is not looked at.
        if is_drawn(committee.drawn) {
            break;
        }
        committee.look(candidate)?;
    }
    settle_draw(drawn, judged.hours, ground.now, &ground.config.params)?;
    accounts::write(round, drawn)
}

/// A committee that is being drawn.
struct Committee<'a> {
    ground: &'a Ground<'a>,
    round: &'a mut AccountView,
    previous: &'a AccountView,
    /// The round under appeal, which is `previous`.
    reviewed: Option<&'a Round>,
    drawn: &'a mut Round,
    parties: &'a Parties,
}

impl Committee<'_> {
    /// Looks at the next candidate, which must be the one that was passed.
    #[inline(never)]
    fn look(&mut self, candidate: &mut AccountView) -> Outcome {
        let number = rules::candidate(hash, &self.drawn.seed, self.drawn.cursor, self.drawn.seats)?;
        held!(seat: Seat = accounts::read(candidate, self.ground.program));
        if seat.index != number {
            return Err(Refusal::WrongSeats);
        }
        let sits_here = members::position(&accounts::bytes(self.round)?, self.drawn, number)?.is_some();
        let sat_there = match self.reviewed {
            Some(reviewed) => members::position(&accounts::bytes(self.previous)?, reviewed, number)?.is_some(),
            None => false,
        };
        let seat_stake = self.ground.config.param(Param::SeatStake);
        let taken = !sits_here && !sat_there && rules::may_judge(seat, self.drawn, self.parties, seat_stake);
        if taken {
            members::write(self.round, self.drawn.drawn, &Member::drawn(number))?;
            sits(seat)?;
            accounts::write(candidate, seat)?;
        }
        looked_at(self.drawn, taken)
    }
}
