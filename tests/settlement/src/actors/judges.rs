//! Calls of judges, and of those who start and end what they do.

use assay_settlement_interface::account::{Dispute, Job, Round, state};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::{Dice, Matter};
use crate::world::*;

/// Numbers of a job's rounds that are there.
fn rounds(world: &World, key: &Pubkey, job: &Job) -> Vec<Pubkey> {
    let all = (0..job.rounds).map(|number| world.at.round(key, number));
    all.filter(|round| world.find::<Round>(round).is_some()).collect()
}

/// What most say in a round: the provider is right, or not, by turns.
fn usual(dice: &mut Dice, number: u8) -> Say {
    let right = number.is_multiple_of(2);
    match dice.below(24) {
        0 => Say::Racy,
        1 => Say::Abstain,
        2..=5 => {
            if right {
                Say::Other(9)
            } else {
                Say::Same
            }
        }
        _ => {
            if right {
                Say::Same
            } else {
                Say::Other(9)
            }
        }
    }
}

/// What a round is likely to say as a whole: so that all ends are reached, it depends on the round's seed.
fn say(dice: &mut Dice, round: &Round) -> Say {
    match round.seed[0] % 8 {
        0 => {
            if dice.one_in(6) {
                Say::Same
            } else {
                Say::Racy
            }
        }
        1 => {
            if dice.one_in(3) {
                Say::Same
            } else {
                Say::Abstain
            }
        }
        _ => usual(dice, round.seed[1]),
    }
}

pub(super) fn call(world: &World, dice: &mut Dice, matter: &Matter, tag: u8) -> Option<Instruction> {
    let at = &world.at;
    let job = matter.job.as_ref()?;
    let rounds = rounds(world, &matter.key, job);
    let last = rounds.last().copied();
    let any = if dice.one_in(8) { dice.pick(&rounds) } else { last };
    let payer = PAYER;
    Some(match tag {
        18 => at.sample(&payer, job),
        19 => world.draw_call(&matter.key, &any?, dice.below(7) as u16),
        20 => {
            let committee = world.round(&any?);
            let blank: Vec<u32> =
                committee.members.iter().filter(|member| member.commitment == [0; 32]).map(|member| member.seat).collect();
            let seat = if dice.one_in(12) { dice.below(12) as u32 } else { dice.pick(&blank)? };
            let verdict = world.verdict(say(dice, &committee.round));
            let commitment = world.commitment(&committee.round, seat, &verdict);
            at.commit(&owner_of(world, seat), seat, &committee.round, commitment)
        }
        21 => {
            let committee = world.round(&any?);
            let hidden: Vec<_> = committee.members.iter().filter(|member| member.commitment != [0; 32] && member.code == 0).collect();
            let member = dice.pick(&hidden)?;
            let options = [Say::Same, Say::Other(9), Say::Racy, Say::Abstain].map(|say| world.verdict(say));
            let is = |verdict: &&_| world.commitment(&committee.round, member.seat, verdict) == member.commitment;
            let verdict = *options.iter().find(is).unwrap_or(&options[0]);
            at.reveal(&owner_of(world, member.seat), member.seat, &committee.round, &verdict)
        }
        22 => at.tally(&payer, job, &world.round(&any?)),
        23 => at.redraw(&payer, job, &world.round(&any?).round),
        24 => at.challenge(&CHALLENGER, job),
        25 => at.appeal(&matter.owner, job),
        26 => at.settle(job, &matter.owner),
        27 => {
            let dispute: Dispute = world.find(&at.dispute(&matter.key))?;
            let round = at.round(&matter.key, dispute.round);
            world.find::<Round>(&round)?;
            at.execute_slash(job, &dispute, &world.round(&round))
        }
        28 => {
            let overturned = |round: &&Pubkey| world.round(round).round.state == state::round::OVERTURNED;
            let round = rounds.iter().find(overturned).copied().or(any)?;
            let committee = world.round(&round);
            let position = dice.below(committee.members.len() as u64) as usize;
            at.punish(&committee.round, position as u8, committee.members.get(position)?.seat)
        }
        29 => at.close_round(&world.round(&dice.pick(&rounds)?).round),
        30 => at.close_job(job, world.find::<Dispute>(&at.dispute(&matter.key)).as_ref()),
        _ => return None,
    })
}

fn owner_of(world: &World, seat: u32) -> Pubkey {
    let owner = world.find::<assay_settlement_interface::account::Seat>(&world.at.seat(seat)).map_or([0; 32], |seat| seat.owner);
    if owner == [0; 32] { holder(seat) } else { owner.into() }
}
