//! Initialise, pauses, models, votes.

use assay_settlement::call::Action;
use assay_settlement_interface::instruction::{Propose, SetModel};
use assay_settlement_interface::params::{DEFAULTS, Param};
use solana_sdk::instruction::Instruction;

use super::cases;
use super::ways::*;
use crate::world::*;

fn initialise(change: impl FnOnce(&mut World) -> Instruction) -> (World, Instruction) {
    let mut world = World::bare();
    let call = change(&mut world);
    (world, call)
}

/// A set-up with another account in place of one.
fn with_account(place: usize, address: solana_sdk::pubkey::Pubkey) -> (World, Instruction) {
    initialise(|world| {
        let mut call = world.at.initialise(&PAYER, &GUARDIAN, &DEFAULTS);
        call.accounts[place].pubkey = address;
        call
    })
}

fn with_param(param: Param, value: u64) -> (World, Instruction) {
    initialise(|world| {
        let mut params = DEFAULTS;
        params[param as usize] = value;
        world.at.initialise(&PAYER, &GUARDIAN, &params)
    })
}

fn model(world: &World, id: u16, kind: u8, enabled: u8, name: [u8; 32]) -> Instruction {
    world.at.set_model(&GUARDIAN, &SetModel { id, model_kind: kind, enabled, multiplier_milli: 1, name })
}

/// A proposal of these bytes.
fn proposal(action: u8, bytes: &[u8]) -> (World, Instruction) {
    with(0, |world| {
        rich(world);
        let mut payload = [0; 64];
        payload[..bytes.len()].copy_from_slice(bytes);
        let mut call = world.at.propose(&OWNER, 0, &Action::SetGuardian(STRANGER.to_bytes()));
        call.data = Propose { action, payload }.to_bytes().to_vec();
        call
    })
}

/// Two parameters are changed, each in its range, so that together they break a rule.
fn breaks_a_rule() -> (World, Instruction) {
    with(0, |world| {
        rich(world);
        for (id, number, value) in [(0, Param::SampleSize, 4), (1, Param::SampleQuorum, 2)] {
            world.must(world.at.propose(&OWNER, id, &Action::SetParam { number: number as u8, value }));
            world.must(world.at.cast_vote(&OWNER, id, true));
        }
        world.at_protocol_time(world.proposal(0).execute_at + 1);
        // A quorum of 2 in a committee of 4: two quorums could disagree.
        world.at.execute(&PAYER, &world.proposal(0))
    })
}

cases! {
    Initialise Exists "again" => || with(0, |world| world.at.initialise(&PAYER, &GUARDIAN, &DEFAULTS));
    Initialise Parameter "below its least" => || with_param(Param::EpochS, 59);
    Initialise Parameter "above its most" => || with_param(Param::GpuBps, 10_001);
    Initialise Parameter "two quorums could disagree" => || with_param(Param::AppealSize, 12);
    Initialise Parameter "a quorum above its committee" => || with_param(Param::ChallengeQuorum, 6);
    Initialise Parameter "stake moves faster than a vote" => || with_param(Param::UnbondingS, 432_000);
    Initialise Parameter "seats leave before an appeal" => || with_param(Param::SeatUnbondingS, 2_592_000);
    Initialise WrongTokens "IO whose authority is another" => || initialise(|world| {
        let mint = world.at.io_mint;
        world.make_mint(&mint, STRANGER, 0);
        world.at.initialise(&PAYER, &GUARDIAN, &DEFAULTS)
    });
    Initialise WrongTokens "no mint" => || with_account(5, STRANGER);
    Initialise WrongAddress "the configuration" => || with_account(1, STRANGER);
    Initialise WrongAddress "the vault" => || with_account(3, STRANGER);
    Initialise WrongAddress "a token account" => || with_account(8, wallet(59));

    Pause Paused "" => || with(0, |world| {
        world.must(world.at.pause(&GUARDIAN));
        world.at.pause(&GUARDIAN)
    });
    Pause PauseTooSoon "" => || with(0, |world| {
        world.must(world.at.pause(&GUARDIAN));
        world.pass(10);
        world.must(world.at.resume(&GUARDIAN));
        world.pass(604_799);
        world.at.pause(&GUARDIAN)
    });
    Pause NotGuardian "" => || with(0, |world| world.at.pause(&STRANGER));
    Resume NotPaused "" => || with(0, |world| world.at.resume(&GUARDIAN));
    Resume TooEarly "" => || with(0, |world| {
        world.must(world.at.pause(&GUARDIAN));
        world.pass(604_799);
        world.at.resume(&STRANGER)
    });

    SetModel NotGuardian "" => || with(0, |world| {
        let asked = SetModel { id: 9, model_kind: 0, enabled: 1, multiplier_milli: 1, name: name("x") };
        world.at.set_model(&STRANGER, &asked)
    });
    SetModel Exists "" => || with(0, |world| model(world, GPU, 0, 1, name("x")));
    SetModel Value "any model" => || with(0, |world| model(world, u16::MAX, 0, 1, name("x")));
    SetModel Value "a kind" => || with(0, |world| model(world, 9, 2, 1, name("x")));
    SetModel Value "enabled" => || with(0, |world| model(world, 9, 0, 2, name("x")));
    SetModel Value "no text" => || with(0, |world| model(world, 9, 0, 1, [0xff; 32]));
    SetModel Value "text after zeros" => || with(0, |world| model(world, 9, 0, 1, name("a\0b")));

    Propose NotEnoughStake "" => || with(0, |world| world.at.propose(&OWNER, 0, &Action::SetGuardian(STRANGER.to_bytes())));
    Propose Action "no such action" => || proposal(4, &[]);
    Propose Action "more than the payload" => || proposal(0, &[5, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    Propose Action "nobody" => || proposal(2, &[]);
    Propose Action "no such parameter" => || proposal(0, &[47, 1]);
    Propose Action "no such currency" => || proposal(3, &[2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    Propose Action "no fees" => || proposal(3, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    Propose Action "a model whose name is no text" => || proposal(1, &[9, 0, 0, 1, 1, 0, 0, 0, 0xff]);
    Propose Parameter "the first of the emission table" => || proposal(0, &[29, 100]);
    Propose Parameter "outside its range" => || proposal(0, &[5, 1]);
    Propose Parameter "the last" => || proposal(0, &[33, 100]);

    CastVote Voted "" => || with(0, |world| {
        proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.must(world.at.cast_vote(&OWNER, 0, true));
        world.at.cast_vote(&OWNER, 0, false)
    });
    CastVote VoteOver "" => || with(0, |world| {
        proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.at_protocol_time(world.proposal(0).vote_until + 1);
        world.at.cast_vote(&OWNER, 0, true)
    });
    CastVote NotEnoughStake "" => || with(0, |world| {
        proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.must(world.at.register_provider(&STRANGER, *b"DE", *b"EU"));
        world.at.cast_vote(&STRANGER, 0, true)
    });
    CastVote Value "" => || with(0, |world| {
        proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
        let mut call = world.at.cast_vote(&OWNER, 0, true);
        call.data[1] = 2;
        call
    });
    Execute TooEarly "" => || with(0, |world| {
        carried(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.at_protocol_time(world.proposal(0).execute_at);
        world.at.execute(&PAYER, &world.proposal(0))
    });
    Execute VoteOver "" => || with(0, |world| {
        let call = carried(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.must(call.clone());
        call
    });
    Execute Parameter "the set breaks a rule" => breaks_a_rule;
    CloseVote VoteOver "" => || with(0, |world| {
        proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
        world.must(world.at.cast_vote(&OWNER, 0, true));
        world.at_protocol_time(world.proposal(0).vote_until);
        world.at.close_vote(0, &OWNER)
    });
}
