//! Epochs, heartbeats, claims.

use assay_settlement_interface::account::state::provider as status;
use assay_settlement_interface::instruction::UpdateProvider;

use super::cases;
use super::ways::*;
use crate::world::*;

cases! {
    Advance EpochCurrent "" => || with(0, |world| {
        world.at_protocol_time(world.config().genesis + 3_599);
        world.at.advance()
    });
    Heartbeat EpochBehind "" => || with(0, |world| {
        world.at_protocol_time(world.config().genesis + 3_600);
        world.at.heartbeat(&OWNER)
    });
    Heartbeat Terminated "" => || with(0, |world| {
        let update = UpdateProvider { status: status::TERMINATED, country: *b"DE", continent: *b"EU" };
        world.must(world.at.update_provider(&OWNER, &update));
        world.at.heartbeat(&OWNER)
    });
    Lapse EpochBehind "" => || with(0, |world| {
        world.must(world.at.heartbeat(&OWNER));
        world.pass(5_000);
        world.at.lapse(&world.at.provider(&OWNER))
    });
    Lapse NotLapsed "its heartbeat counts" => || with(0, |world| {
        world.must(world.at.heartbeat(&OWNER));
        world.at_protocol_time(world.provider(&OWNER).beat_until);
        world.must(world.at.advance());
        world.at.lapse(&world.at.provider(&OWNER))
    });
    Lapse NotLapsed "it has no score" => || with(0, |world| world.at.lapse(&world.at.provider(&OWNER)));
    Claim NothingToPay "" => || with(0, |world| world.at.claim(&OWNER));
}
