//! Verifiers' seats (`specs/settlement.md`, section 9).

use super::{add, time};
use crate::Key;
use crate::account::state::seat as state;
use crate::account::{Account, Seat, Totals};
use crate::error::Refusal;
use crate::params::{Param, Params};

/// Kinds of earnings: IO of the stake account, IO and IOSD of escrow.
pub const EARNINGS: usize = 3;

/// A seat nobody holds.
pub fn vacant(index: u32, bump: u8) -> Seat {
    Seat { bump, index, state: state::VACANT, ..Seat::blank() }
}

/// Opens the next seat, which nobody holds yet. Only when none is vacant.
pub fn open(totals: &mut Totals, bump: u8) -> Result<Seat, Refusal> {
    if totals.vacant > 0 {
        return Err(Refusal::VacantSeats);
    }
    let seat = vacant(totals.seats, bump);
    totals.seats = totals.seats.checked_add(1).ok_or(Refusal::Overflow)?;
    totals.vacant = 1;
    Ok(seat)
}

/// When a seat is taken.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Protocol time.
    pub now: i64,
    /// The slot.
    pub slot: u64,
}

/// Takes a vacant seat.
pub fn take(seat: &mut Seat, totals: &mut Totals, owner: Key, amount: u64, at: Taken, params: &Params) -> Result<(), Refusal> {
    if seat.state != state::VACANT {
        return Err(Refusal::SeatTaken);
    }
    if amount < params[Param::SeatStake as usize] {
        return Err(Refusal::NotEnoughStake);
    }
    *seat = Seat { owner, state: state::ACTIVE, stake: amount, taken_at: at.now, taken_slot: at.slot, ..vacant(seat.index, seat.bump) };
    totals.vacant = totals.vacant.checked_sub(1).ok_or(Refusal::Overflow)?;
    Ok(())
}

/// Adds to its stake. A seat that had too little to be drawn is as good as taken in this slot.
pub fn top_up(seat: &mut Seat, amount: u64, slot: u64, params: &Params) -> Result<(), Refusal> {
    if amount == 0 {
        return Err(Refusal::Zero);
    }
    if seat.state != state::ACTIVE {
        return Err(Refusal::SeatState);
    }
    if seat.stake < params[Param::SeatStake as usize] {
        seat.taken_slot = slot;
    }
    seat.stake = add(seat.stake, amount)?;
    Ok(())
}

/// Starts to leave: it is not drawn any more, and finishes the rounds that it sits in.
pub fn leave(seat: &mut Seat, now: i64, params: &Params) -> Result<(), Refusal> {
    if seat.state != state::ACTIVE {
        return Err(Refusal::SeatState);
    }
    seat.state = state::LEAVING;
    seat.free_at = time::after(now, params[Param::SeatUnbondingS as usize])?;
    Ok(())
}

/// What is paid out of the three token accounts when a seat is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// IO, stake account: stake and earnings.
    pub stake: u64,
    /// IO, escrow.
    pub escrow_io: u64,
    /// IOSD, escrow.
    pub escrow_iosd: u64,
}

/// Leaves it vacant.
pub fn withdraw(seat: &mut Seat, totals: &mut Totals, now: i64) -> Result<Leaving, Refusal> {
    if seat.state != state::LEAVING {
        return Err(Refusal::SeatState);
    }
    if seat.busy > 0 {
        return Err(Refusal::SeatBusy);
    }
    if now < seat.free_at {
        return Err(Refusal::TooEarly);
    }
    let leaving = Leaving { stake: add(seat.stake, seat.earned[0])?, escrow_io: seat.earned[1], escrow_iosd: seat.earned[2] };
    *seat = vacant(seat.index, seat.bump);
    totals.vacant = totals.vacant.checked_add(1).ok_or(Refusal::Overflow)?;
    Ok(leaving)
}

/// Takes earnings out.
pub fn claim(seat: &mut Seat, tokens: u8) -> Result<u64, Refusal> {
    let place = usize::from(tokens);
    if place >= EARNINGS {
        return Err(Refusal::Value);
    }
    let amount = seat.earned[place];
    seat.earned[place] = 0;
    if amount == 0 { Err(Refusal::NothingToPay) } else { Ok(amount) }
}
