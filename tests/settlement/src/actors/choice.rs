//! Calls of providers, requesters, holders of seats and voters.

use assay_settlement::call::{Action, ModelChange};
use assay_settlement_interface::account::state;
use assay_settlement_interface::instruction::{OpenJob, SetModel, UpdateDevice, UpdateProvider};
use assay_settlement_interface::params::Param;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::{Dice, Matter, SEATS};
use crate::world::*;

/// A wallet that may register as a provider, too.
const NEWCOMER: Pubkey = wallet(11);

pub(super) fn call(world: &World, dice: &mut Dice, matter: &Matter, tag: u8) -> Option<Instruction> {
    let at = &world.at;
    let owner = if dice.one_in(12) { NEWCOMER } else { matter.owner };
    let provider = at.provider(&owner);
    let amount = 1 + dice.below(4_000);
    let job = matter.job.as_ref();
    let guardian = if dice.one_in(20) { STRANGER } else { GUARDIAN };
    Some(match tag {
        0 if dice.one_in(20) => at.initialise(&PAYER, &GUARDIAN, &super::params()),
        1 if dice.one_in(4) => at.pause(&guardian),
        2 => at.resume(if dice.one_in(2) { &STRANGER } else { &GUARDIAN }),
        3 => {
            let id = 10 + dice.below(40) as u16;
            at.set_model(&guardian, &SetModel { id, model_kind: 0, enabled: 1, multiplier_milli: 900, name: name("m") })
        }
        4 => at.register_provider(&owner, *b"DE", *b"EU"),
        5 => {
            let terminates = owner == NEWCOMER && dice.one_in(30);
            let status = if terminates { state::provider::TERMINATED } else { u8::from(dice.one_in(4)) };
            at.update_provider(&owner, &UpdateProvider { status, country: *b"FR", continent: *b"EU" })
        }
        6 => at.attest_provider(&guardian, &provider, dice.one_in(9), dice.below(5) as u8),
        7 => {
            let devices = world.find::<assay_settlement_interface::account::Provider>(&provider).map_or(0, |provider| provider.devices);
            if devices >= 3 {
                return None;
            }
            let model = if dice.one_in(2) { GPU } else { CPU };
            let quantity = dice.below(3) as u32;
            at.add_device(
                &owner,
                devices,
                &assay_settlement_interface::instruction::AddDevice { price_io: 1, price_iosd: 1, ..device_of(model, quantity) },
            )
        }
        8 => {
            let index = dice.below(3) as u32;
            let model =
                world.find::<assay_settlement_interface::account::Device>(&at.device(&provider, index)).map_or(GPU, |device| device.model);
            let removes = index > 0 && dice.one_in(15);
            let status = if removes { 2 } else { u8::from(dice.one_in(5)) };
            at.update_device(&owner, index, model, &UpdateDevice { status, quantity: 1 + dice.below(2) as u32, price_io: 1, price_iosd: 2 })
        }
        9 => at.attest_device(&guardian, &provider, dice.below(3) as u32, !dice.one_in(8)),
        10 => at.stake(&owner, amount),
        11 => at.request_unstake(&owner, 1 + amount / 10),
        12 => at.withdraw(&owner),
        13 => at.open_job(&matter.requester, &open(dice, matter.nonce)),
        14 => at.accept_job(&owner, dice.below(2) as u32, &matter.key),
        15 => at.prove(&matter.owner, job?, &proof()),
        16 => at.cancel_job(job?, (job?.state == state::job::ACCEPTED).then_some(&matter.owner)),
        17 => at.expire_job(job?),
        31..=35 => return seats(world, dice, tag, amount),
        36 => at.advance(),
        37 => at.heartbeat(&owner),
        38 => at.lapse(&provider),
        39 => at.claim(&owner),
        40..=43 => return votes(world, dice, tag, &owner),
        44 => Instruction { data: vec![dice.below(256) as u8; 1 + dice.below(60) as usize], ..at.heartbeat(&owner) },
        _ => return None,
    })
}

fn open(dice: &mut Dice, nonce: u64) -> OpenJob {
    let currency = u8::from(dice.below(3) > 0);
    OpenJob {
        price_hour: dice.below(4_000),
        hours: 1 + dice.below(3) as u32,
        tier: if dice.one_in(10) { 1 } else { 0 },
        model: if dice.one_in(10) { CPU } else { u16::MAX },
        ..plain(nonce, currency)
    }
}

fn seats(world: &World, dice: &mut Dice, tag: u8, amount: u64) -> Option<Instruction> {
    let at = &world.at;
    let totals = world.totals();
    let seats: Vec<_> = (0..totals.seats).map(|index| world.seat(index)).collect();
    let seat = dice.pick(&seats)?;
    let holder_of = |seat: &assay_settlement_interface::account::Seat| {
        if seat.owner == [0; 32] { holder(seat.index) } else { Pubkey::from(seat.owner) }
    };
    Some(match tag {
        31 => {
            let vacant = seats.iter().find(|seat| seat.state == state::seat::VACANT).map(|seat| seat.index);
            let index = vacant.or_else(|| dice.one_in(4).then_some(totals.seats).filter(|seats| *seats < SEATS + 8)).unwrap_or(seat.index);
            // A seat may come back to another holder: a provider's owner, or a requester.
            let owner = if dice.one_in(6) { dice.pick(&[OWNER, REQUESTER, CHALLENGER])? } else { holder(index) };
            at.register_seat(&owner, index, 950 + amount)
        }
        32 => at.top_up_seat(&holder_of(&seat), seat.index, amount),
        33 if dice.one_in(5) => at.leave_seat(&holder_of(&seat), seat.index),
        34 => {
            let leaving = seats.iter().find(|seat| seat.state == state::seat::LEAVING).copied().unwrap_or(seat);
            at.withdraw_seat(&holder_of(&leaving), leaving.index)
        }
        35 => {
            let with = seats.iter().find(|seat| { seat.earned }.iter().any(|earned| *earned > 0)).filter(|_| !dice.one_in(6)).copied();
            let seat = with.unwrap_or(seat);
            let from = { seat.earned }.iter().position(|earned| *earned > 0).unwrap_or(dice.below(4) as usize);
            at.claim_seat(&holder_of(&seat), seat.index, from as u8)
        }
        _ => return None,
    })
}

fn votes(world: &World, dice: &mut Dice, tag: u8, owner: &Pubkey) -> Option<Instruction> {
    let at = &world.at;
    let proposals = world.totals().proposals;
    let last = proposals.checked_sub(1 + dice.below(2));
    Some(match tag {
        40 => {
            let param = |number: Param, value: u64| Action::SetParam { number: number as u8, value };
            let action = match dice.below(12) {
                0 => Action::SetModel(ModelChange {
                    id: GPU,
                    kind: 0,
                    enabled: 1,
                    multiplier_milli: 1_000 + dice.below(900) as u32,
                    name: name("v"),
                }),
                1 => Action::SetModel(ModelChange {
                    id: 60 + dice.below(20) as u16,
                    kind: 1,
                    enabled: 1,
                    multiplier_milli: 7,
                    name: name("n"),
                }),
                2 => Action::SetGuardian(GUARDIAN.to_bytes()),
                3..=4 => Action::PayFees { currency: dice.below(2) as u8, amount: 1 + dice.below(9), owner: STRANGER.to_bytes() },
                5 => param(Param::TrustedAfter, 1 + dice.below(5)),
                6 => param(Param::SlashRewardBps, dice.below(12_000)),
                7 => param(Param::RedrawsMax, dice.below(3)),
                8 => param(Param::SampleSize, dice.below(5)),
                9 => param(Param::VerificationBps, dice.below(10_001)),
                10 => param(Param::SlashBps, dice.below(10_001)),
                _ => Action::SetParam { number: dice.below(50) as u8, value: dice.below(5) },
            };
            // What takes times from their range of seconds to days would end the random walk.
            at.propose(owner, proposals, &action)
        }
        41 => at.cast_vote(owner, last?, dice.below(4) > 0),
        42 => at.execute(&PAYER, &world.proposal(last?)),
        43 => at.close_vote(last?, owner),
        _ => return None,
    })
}
