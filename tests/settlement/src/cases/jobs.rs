//! Jobs up to their proof, and their ends.

use assay_settlement_interface::instruction::{OpenJob, UpdateDevice, UpdateProvider};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::cases;
use super::ways::*;
use crate::world::*;

fn open(asked: OpenJob) -> (World, Instruction) {
    with(0, |world| world.at.open_job(&REQUESTER, &asked))
}

/// An open job that is accepted after something else has happened.
fn accept(before: impl FnOnce(&mut World, Pubkey)) -> (World, Instruction) {
    with(0, |world| {
        let job = world.opened(1);
        before(world, job);
        world.at.accept_job(&OWNER, 0, &job)
    })
}

/// A job with these demands.
fn demanding(asked: OpenJob) -> (World, Instruction) {
    with(0, |world| {
        world.must(world.at.open_job(&REQUESTER, &asked));
        world.at.accept_job(&OWNER, 0, &world.at.job(&REQUESTER, asked.nonce))
    })
}

fn prove(world: &World, job: &Pubkey) -> Instruction {
    world.at.prove(&OWNER, &world.job(job), &proof())
}

fn update(world: &mut World, status: u8, prices: [u64; 2]) {
    let update = UpdateDevice { status, quantity: 2, price_io: prices[0], price_iosd: prices[1] };
    world.must(world.at.update_device(&OWNER, 0, GPU, &update));
}

cases! {
    OpenJob Exists "" => || with(0, |world| {
        world.opened(1);
        world.at.open_job(&REQUESTER, &plain(1, 0))
    });
    OpenJob Zero "price" => || open(OpenJob { price_hour: 0, ..plain(1, 0) });
    OpenJob Zero "hours" => || open(OpenJob { hours: 0, ..plain(1, 0) });
    OpenJob Zero "hours above hours_max" => || open(OpenJob { hours: 721, ..plain(1, 0) });
    OpenJob Value "currency" => || with(0, |world| {
        let mut call = world.at.open_job(&REQUESTER, &plain(1, 0));
        call.data[9] = 2;
        call
    });
    OpenJob Value "tier" => || open(OpenJob { tier: 4, ..plain(1, 0) });
    OpenJob Value "country" => || open(OpenJob { country: *b"de", ..plain(1, 0) });
    OpenJob Overflow "the price" => || open(OpenJob { price_hour: u64::MAX, ..plain(1, 0) });
    OpenJob Overflow "the price and what is added to it" => || open(OpenJob { price_hour: u64::MAX / 3, ..plain(1, 0) });

    AcceptJob JobState "" => || with(0, |world| {
        let job = world.accepted(1);
        world.at.accept_job(&OWNER, 0, &job)
    });
    AcceptJob TooLate "" => || accept(|world, job| world.at_protocol_time(world.job(&job).accept_by + 1));
    AcceptJob NotEligible "too little stake" => || accept(|world, _| world.must(world.at.request_unstake(&OWNER, 10_000_000_001)));
    AcceptJob NotEligible "blocked" => || accept(|world, _| {
        world.must(world.at.attest_provider(&GUARDIAN, &world.at.provider(&OWNER), true, 0));
    });
    AcceptJob NotEligible "paused" => || accept(|world, _| {
        world.must(world.at.update_provider(&OWNER, &UpdateProvider { status: 1, country: *b"DE", continent: *b"EU" }));
    });
    AcceptJob OwnJob "" => || with(0, |world| {
        world.must(world.at.open_job(&OWNER, &plain(1, 0)));
        world.at.accept_job(&OWNER, 0, &world.at.job(&OWNER, 1))
    });
    AcceptJob DeviceBusy "" => || with(0, |world| {
        world.accepted(1);
        let job = world.opened(2);
        world.at.accept_job(&OWNER, 0, &job)
    });
    AcceptJob DeviceDown "paused" => || accept(|world, _| update(world, 1, [1, 1]));
    AcceptJob DeviceDown "removed" => || with(0, |world| {
        // Another device keeps the provider eligible.
        world.must(world.at.add_device(&OWNER, 1, &device_of(CPU, 1)));
        update(world, 2, [1, 1]);
        let job = world.opened(1);
        world.at.accept_job(&OWNER, 0, &job)
    });
    AcceptJob Demands "model" => || demanding(OpenJob { model: CPU, ..plain(1, 0) });
    AcceptJob Demands "tier" => || demanding(OpenJob { tier: 1, ..plain(1, 0) });
    AcceptJob Demands "country" => || demanding(OpenJob { country: *b"FR", ..plain(1, 0) });
    AcceptJob Price "too high" => || demanding(OpenJob { price_hour: PRICES[0] - 1, ..plain(1, 0) });
    AcceptJob Price "not for this currency" => || accept(|world, _| update(world, 0, [0, 1]));

    Prove JobState "it was proved" => || with(0, |world| {
        let job = world.proved(1);
        prove(world, &job)
    });
    Prove TooLate "" => || with(0, |world| {
        let job = world.accepted(1);
        world.at_protocol_time(world.job(&job).prove_by + 1);
        prove(world, &job)
    });

    CancelJob JobState "proved" => || with(0, |world| {
        let job = world.proved(1);
        world.at.cancel_job(&world.job(&job), Some(&OWNER))
    });
    CancelJob JobState "cancelled" => || with(0, |world| {
        let job = world.opened(1);
        world.must(world.at.cancel_job(&world.job(&job), None));
        world.at.cancel_job(&world.job(&job), None)
    });
    ExpireJob JobState "proved" => || with(0, |world| {
        let job = world.proved(1);
        world.at.expire_job(&world.job(&job))
    });
    ExpireJob JobState "expired" => || with(0, |world| {
        let job = world.opened(1);
        world.at_protocol_time(world.job(&job).accept_by + 1);
        world.must(world.at.expire_job(&world.job(&job)));
        world.at.expire_job(&world.job(&job))
    });
    ExpireJob TooEarly "open" => || with(0, |world| {
        let job = world.opened(1);
        world.at_protocol_time(world.job(&job).accept_by);
        world.at.expire_job(&world.job(&job))
    });
    ExpireJob TooEarly "accepted" => || with(0, |world| {
        let job = world.accepted(1);
        world.at_protocol_time(world.job(&job).prove_by);
        world.at.expire_job(&world.job(&job))
    });

    Settle JobState "it was settled" => || with(9, |world| {
        let job = world.settled(1);
        world.at.settle(&world.job(&job), &OWNER)
    });
    Settle JobState "disputed" => || with(9, |world| {
        let job = world.disputed(1);
        world.at.settle(&world.job(&job), &OWNER)
    });
    Settle TooEarly "" => || with(9, |world| {
        let job = confirmed(world, 1);
        world.at_protocol_time(world.job(&job).challenge_until);
        world.at.settle(&world.job(&job), &OWNER)
    });
    Settle RoundOpen "" => || with(9, |world| {
        let job = waiting(world, 1);
        world.at_protocol_time(world.job(&job).challenge_until + 1);
        world.at.settle(&world.job(&job), &OWNER)
    });
    Settle NotDrawn "" => || with(9, |world| {
        let job = world.proved(1);
        world.at_protocol_time(world.job(&job).challenge_until + 1);
        world.at.settle(&world.job(&job), &OWNER)
    });
    CloseJob JobState "" => || with(0, |world| {
        let job = world.proved(1);
        world.at.close_job(&world.job(&job), None)
    });
    CloseJob TooEarly "an acceptance may be under way" => || with(0, |world| {
        let job = world.opened(1);
        world.must(world.at.cancel_job(&world.job(&job), None));
        world.at.close_job(&world.job(&job), None)
    });
    CloseJob RoundsLeft "" => || with(9, |world| {
        let job = world.settled(1);
        world.at.close_job(&world.job(&job), None)
    });
}
