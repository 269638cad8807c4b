//! Verifiers' seats.

use super::cases;
use super::ways::*;
use crate::world::*;
use assay_settlement_interface::params::Param;

cases! {
    RegisterSeat SeatTaken "" => || with(3, |world| world.at.register_seat(&STRANGER, 1, SEAT_STAKE));
    RegisterSeat VacantSeats "" => || with(3, |world| {
        vacate(world, 1);
        world.at.register_seat(&STRANGER, 3, SEAT_STAKE)
    });
    RegisterSeat NotEnoughStake "" => || with(3, |world| world.at.register_seat(&STRANGER, 3, 199_999_999_999));
    TopUpSeat Zero "" => || with(3, |world| world.at.top_up_seat(&holder(1), 1, 0));
    TopUpSeat SeatState "" => || with(3, |world| {
        world.must(world.at.leave_seat(&holder(1), 1));
        world.at.top_up_seat(&holder(1), 1, 1)
    });
    LeaveSeat SeatState "" => || with(3, |world| {
        world.must(world.at.leave_seat(&holder(1), 1));
        world.at.leave_seat(&holder(1), 1)
    });
    WithdrawSeat SeatBusy "it left while it sat in a round" => || with(9, |world| {
        let job = drawn(world, 1);
        let seat = world.round(&world.last_round(&job)).members[0].seat;
        world.must(world.at.leave_seat(&holder(seat), seat));
        world.pass(world.param(Param::SeatUnbondingS) as i64);
        world.at.withdraw_seat(&holder(seat), seat)
    });
    WithdrawSeat SeatState "" => || with(3, |world| world.at.withdraw_seat(&holder(1), 1));
    WithdrawSeat TooEarly "" => || with(3, |world| {
        world.must(world.at.leave_seat(&holder(1), 1));
        world.at_protocol_time(world.seat(1).free_at - 1);
        world.at.withdraw_seat(&holder(1), 1)
    });
    ClaimSeat Value "" => || with(3, |world| world.at.claim_seat(&holder(1), 1, 3));
    ClaimSeat NothingToPay "" => || with(3, |world| world.at.claim_seat(&holder(1), 1, 0));
}
