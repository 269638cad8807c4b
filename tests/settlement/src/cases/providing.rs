//! Providers, devices, stake.

use assay_settlement_interface::account::state::provider as status;
use assay_settlement_interface::instruction::{AddDevice, UpdateDevice, UpdateProvider};
use assay_settlement_interface::params::Param;
use solana_sdk::instruction::Instruction;

use super::cases;
use super::ways::*;
use crate::world::*;

/// The provider has terminated itself.
fn gone(call: impl FnOnce(&mut World) -> Instruction) -> (World, Instruction) {
    with(0, |world| {
        let update = UpdateProvider { status: status::TERMINATED, country: *b"DE", continent: *b"EU" };
        world.must(world.at.update_provider(&OWNER, &update));
        call(world)
    })
}

/// Removes the device.
fn remove(world: &mut World) {
    let update = UpdateDevice { status: 2, quantity: 2, price_io: 1, price_iosd: 1 };
    world.must(world.at.update_device(&OWNER, 0, GPU, &update));
}

fn region(status: u8, country: &[u8; 2], continent: &[u8; 2]) -> (World, Instruction) {
    let update = UpdateProvider { status, country: *country, continent: *continent };
    with(0, |world| world.at.update_provider(&OWNER, &update))
}

fn attest(at: usize, value: u8) -> (World, Instruction) {
    with(0, |world| {
        let mut call = world.at.attest_provider(&GUARDIAN, &world.at.provider(&OWNER), false, 0);
        call.data[at] = value;
        call
    })
}

fn add(device: AddDevice) -> (World, Instruction) {
    with(0, |world| world.at.add_device(&OWNER, 1, &device))
}

fn update(update: UpdateDevice) -> (World, Instruction) {
    with(0, |world| world.at.update_device(&OWNER, 0, GPU, &update))
}

const UP: UpdateDevice = UpdateDevice { status: 0, quantity: 2, price_io: 1, price_iosd: 1 };

cases! {
    RegisterProvider Exists "" => || with(0, |world| world.at.register_provider(&OWNER, *b"DE", *b"EU"));
    RegisterProvider Value "country" => || with(0, |world| world.at.register_provider(&STRANGER, *b"D1", *b"EU"));
    RegisterProvider Value "continent" => || with(0, |world| world.at.register_provider(&STRANGER, *b"DE", *b"eu"));
    UpdateProvider NotSigned "" => || with(0, |world| {
        let mut call = world.at.update_provider(&OWNER, &UpdateProvider { status: 1, country: *b"DE", continent: *b"EU" });
        call.accounts[1].is_signer = false;
        call
    });
    UpdateProvider Value "blocks itself" => || region(status::BLOCKED, b"DE", b"EU");
    UpdateProvider Value "no such status" => || region(4, b"DE", b"EU");
    UpdateProvider Value "country" => || region(0, b"\0\0", b"EU");
    UpdateProvider Value "continent" => || region(0, b"DE", b"E ");
    UpdateProvider Terminated "" => || gone(|world| {
        world.at.update_provider(&OWNER, &UpdateProvider { status: 0, country: *b"DE", continent: *b"EU" })
    });
    AttestProvider NotGuardian "" => || with(0, |world| world.at.attest_provider(&OWNER, &world.at.provider(&OWNER), false, 3));
    AttestProvider Value "blocked" => || attest(1, 2);
    AttestProvider Value "tier" => || attest(2, 4);
    AttestProvider Terminated "" => || gone(|world| world.at.attest_provider(&GUARDIAN, &world.at.provider(&OWNER), false, 3));

    AddDevice Zero "quantity" => || add(device_of(GPU, 0));
    AddDevice Zero "prices" => || add(AddDevice { price_io: 0, price_iosd: 0, ..device_of(GPU, 1) });
    AddDevice ModelDisabled "" => || with(0, |world| {
        use assay_settlement_interface::instruction::SetModel;
        let model = SetModel { id: 9, model_kind: 0, enabled: 0, multiplier_milli: 1, name: name("x") };
        world.must(world.at.set_model(&GUARDIAN, &model));
        world.at.add_device(&OWNER, 1, &device_of(9, 1))
    });
    AddDevice Terminated "" => || gone(|world| world.at.add_device(&OWNER, 1, &device_of(GPU, 1)));
    AddDevice Overflow "what all devices need" => || with(0, |world| {
        use assay_settlement_interface::instruction::SetModel;
        let model = SetModel { id: 9, model_kind: 0, enabled: 1, multiplier_milli: u32::MAX, name: name("x") };
        world.must(world.at.set_model(&GUARDIAN, &model));
        world.at.add_device(&OWNER, 1, &device_of(9, u32::MAX))
    });
    UpdateDevice DeviceBusy "" => || with(0, |world| {
        world.accepted(1);
        world.at.update_device(&OWNER, 0, GPU, &UP)
    });
    UpdateDevice DeviceDown "" => || with(0, |world| {
        remove(world);
        world.at.update_device(&OWNER, 0, GPU, &UP)
    });
    UpdateDevice Zero "quantity" => || update(UpdateDevice { quantity: 0, ..UP });
    UpdateDevice Zero "prices" => || update(UpdateDevice { price_io: 0, price_iosd: 0, ..UP });
    UpdateDevice Value "" => || update(UpdateDevice { status: 3, ..UP });
    AttestDevice NotGuardian "" => || with(0, |world| world.at.attest_device(&OWNER, &world.at.provider(&OWNER), 0, true));
    AttestDevice DeviceDown "" => || with(0, |world| {
        remove(world);
        world.at.attest_device(&GUARDIAN, &world.at.provider(&OWNER), 0, true)
    });
    AttestDevice Value "" => || with(0, |world| {
        let mut call = world.at.attest_device(&GUARDIAN, &world.at.provider(&OWNER), 0, true);
        call.data[1] = 2;
        call
    });

    Stake Zero "" => || with(0, |world| world.at.stake(&OWNER, 0));
    Stake Terminated "" => || gone(|world| world.at.stake(&OWNER, 1));
    Stake Overflow "" => || with(0, |world| world.at.stake(&OWNER, u64::MAX));
    RequestUnstake Zero "" => || with(0, |world| world.at.request_unstake(&OWNER, 0));
    RequestUnstake StakeBusy "a job" => || with(0, |world| {
        world.accepted(1);
        world.at.request_unstake(&OWNER, 1)
    });
    RequestUnstake StakeBusy "a dispute" => || with(9, |world| {
        world.disputed(1);
        world.at.request_unstake(&OWNER, 1)
    });
    RequestUnstake NotEnoughStake "" => || with(0, |world| world.at.request_unstake(&OWNER, world.provider(&OWNER).stake + 1));
    RequestUnstake UnbondingFull "" => || with(0, |world| {
        for _ in 0..4 {
            world.must(world.at.request_unstake(&OWNER, 1));
        }
        world.at.request_unstake(&OWNER, 1)
    });
    Withdraw NothingToPay "nothing was asked for" => || with(0, |world| world.at.withdraw(&OWNER));
    Withdraw NothingToPay "nothing is ripe" => || with(0, |world| {
        world.must(world.at.request_unstake(&OWNER, 1));
        world.pass(world.param(Param::UnbondingS) as i64 - 1);
        world.at.withdraw(&OWNER)
    });
}
