//! Draw: candidates are looked at until the committee is full.

use crate::accounts::held;
use crate::entry::{Call, Ground};
use crate::hash::hash;
use crate::{Outcome, accounts, slots};
use assay_settlement_interface::account::state::{purpose, round as state};
use assay_settlement_interface::account::{Account, Job, Member, Provider, Round, Seat};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Draw;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::draw::{self as rules, Parties};
use assay_settlement_interface::rules::round::{is_drawn, looked_at, seeded, settle_draw, sits as sit};
use pinocchio::AccountView;

/// Looks at candidates.
#[inline(never)]
pub fn draw(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([provider, job, round, previous, slot_hashes], candidates) = accounts::take(accounts)?;
    Draw::read(data)?;
    held!(judged: Job = job, ground.program);
    super::accepted_by(judged, provider)?;
    held!(own: Provider = provider, ground.program);
    held!(drawn, members: mut Round = round, ground.program);
    accounts::at(job, &drawn.job)?;
    let held;
    let mut reviewed: &[Member] = &[];
    if drawn.purpose == purpose::APPEAL {
        held = accounts::fields(previous, ground.program, Round::KIND)?;
        let (round, members) = accounts::round(&held)?;
        super::is_round(round, job, drawn.previous)?;
        reviewed = super::drawn(round, members)?;
    }
    match drawn.state {
        state::WAITING => {
            let Some(slot_hash) = slots::drawn(slot_hashes, drawn.draw_slot)? else {
                // That slot is forgotten: another one draws.
                drawn.draw_slot = super::draw_slot(ground)?;
                return Ok(());
            };
            let seed = rules::seed(hash, accounts::key(job), drawn.number, &slot_hash);
            seeded(drawn, seed);
        }
        state::DRAWING => {}
        _ => return Err(Refusal::RoundState),
    }
    let parties = Parties { provider: own.owner, requester: judged.requester };
    let mut committee = Committee { ground, drawn, members, reviewed, parties: &parties };
    for candidate in candidates {
        // Whoever sends it cannot know how many will be passed over: what is too many is not looked at.
        if is_drawn(committee.drawn) {
            break;
        }
        committee.look(candidate)?;
    }
    settle_draw(committee.drawn, judged.hours, ground.now, ground.params)
}

/// A committee that is being drawn.
struct Committee<'a> {
    ground: &'a Ground<'a>,
    drawn: &'a mut Round,
    members: &'a mut [Member],
    /// Who judged in the round under appeal.
    reviewed: &'a [Member],
    parties: &'a Parties,
}

impl Committee<'_> {
    /// Looks at the next candidate, which must be the one that was passed.
    #[inline(never)]
    fn look(&mut self, candidate: &mut AccountView) -> Outcome {
        let number = rules::candidate(hash, &self.drawn.seed, self.drawn.cursor, self.drawn.seats)?;
        // Given back, since the next candidate may be this one again.
        let bytes = accounts::fields(candidate, self.ground.program, Seat::KIND)?;
        let seat: &Seat = accounts::exactly(&bytes)?;
        if seat.index != number {
            return Err(Refusal::WrongSeats);
        }
        let place = usize::from(self.drawn.drawn);
        let sits = |members: &[Member]| members.iter().any(|member| member.seat == number);
        let has_sat = self.members.get(..place).is_none_or(sits) || sits(self.reviewed);
        let taken = !has_sat && rules::may_judge(seat, self.drawn, self.parties, self.ground.config.param(Param::SeatStake));
        drop(bytes);
        if taken {
            *self.members.get_mut(place).ok_or(Refusal::WrongSeats)? = Member::drawn(number);
            let mut bytes = accounts::fields_mut(candidate, self.ground.program, Seat::KIND)?;
            sit(accounts::exactly_mut(&mut bytes)?)?;
        }
        looked_at(self.drawn, taken)
    }
}
