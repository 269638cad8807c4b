//! # Verifiers' seats (settlement.md, section 9)

use super::accounts::Seat;
use super::ledger::{Ledger, STAKE};
use super::parameters as p;
use super::refusals::{NOT_ENOUGH_STAKE, NOTHING_TO_PAY, SEAT_BUSY, SEAT_STATE, SEAT_TAKEN, TOO_EARLY, VACANT_SEATS, VALUE, ZERO};
use super::turn::{Step, Turn};

pub(super) const VACANT: u8 = 0;
pub(super) const ACTIVE: u8 = 1;
pub(super) const LEAVING: u8 = 2;

impl Ledger {
    pub(super) fn register_seat(&mut self, turn: &mut Turn, amount: u64) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let (key, owner) = (turn.key("seat")?, turn.key("owner")?);
        let from = self.theirs(turn, "source", &config.io_mint, &owner)?;
        let to = self.ours(turn, "stake_tokens", &config, STAKE)?;
        turn.refuse(amount < config.params[p::SEAT_STAKE], NOT_ENOUGH_STAKE);
        let old = self.seats.get(&key).cloned();
        let mut seat = match old {
            Some(seat) => {
                turn.refuse(seat.state != VACANT, SEAT_TAKEN);
                turn.go()?;
                totals.vacant = turn.sum(totals.vacant.checked_sub(1))?;
                seat
            }
            None => {
                turn.refuse(totals.vacant > 0, VACANT_SEATS);
                let bump = turn.derived("seat", &[b"seat", &totals.seats.to_le_bytes()])?;
                turn.go()?;
                let seat = vacant(bump, totals.seats);
                totals.seats = turn.sum(totals.seats.checked_add(1))?;
                seat
            }
        };
        self.transfer(turn, &from, &to, amount)?;
        seat.owner = owner;
        seat.state = ACTIVE;
        seat.stake = amount;
        seat.taken_at = self.now(&config);
        seat.taken_slot = self.clock.slot;
        self.seats.insert(key, seat);
        self.totals.insert(turn.key("totals")?, totals);
        Ok(())
    }

    pub(super) fn top_up_seat(&mut self, turn: &mut Turn, amount: u64) -> Step {
        let config = self.config(turn)?;
        let mut seat = self.own_seat(turn)?;
        let from = self.theirs(turn, "source", &config.io_mint, &seat.owner)?;
        let to = self.ours(turn, "stake_tokens", &config, STAKE)?;
        turn.refuse(amount == 0, ZERO);
        turn.refuse(seat.state != ACTIVE, SEAT_STATE);
        turn.go()?;
        self.transfer(turn, &from, &to, amount)?;
        if seat.stake < config.params[p::SEAT_STAKE] {
            seat.taken_slot = self.clock.slot;
        }
        seat.stake = turn.sum(seat.stake.checked_add(amount))?;
        self.seats.insert(turn.key("seat")?, seat);
        Ok(())
    }

    pub(super) fn leave_seat(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut seat = self.own_seat(turn)?;
        turn.refuse(seat.state != ACTIVE, SEAT_STATE);
        turn.go()?;
        seat.state = LEAVING;
        seat.free_at = config.after(self.now(&config), p::SEAT_UNBONDING_S);
        self.seats.insert(turn.key("seat")?, seat);
        Ok(())
    }

    pub(super) fn withdraw_seat(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let seat = self.own_seat(turn)?;
        turn.refuse(seat.state != LEAVING, SEAT_STATE);
        turn.refuse(seat.busy > 0, SEAT_BUSY);
        turn.refuse(self.now(&config) < seat.free_at, TOO_EARLY);
        turn.names("vault", &config.vault)?;
        let from = ["stake_tokens", "escrow_io", "escrow_iosd"];
        let mut payments = Vec::new();
        for (n, from) in from.into_iter().enumerate() {
            let (to, mint) = if n == 2 { ("destination_iosd", &config.iosd_mint) } else { ("destination_io", &config.io_mint) };
            let amount = if n == STAKE { turn.sum(seat.stake.checked_add(seat.earned[n]))? } else { seat.earned[n] };
            payments.push((self.ours(turn, from, &config, n)?, self.theirs(turn, to, mint, &seat.owner)?, amount));
        }
        turn.go()?;
        for (from, to, amount) in payments {
            self.transfer(turn, &from, &to, amount)?;
        }
        totals.vacant = turn.sum(totals.vacant.checked_add(1))?;
        self.totals.insert(turn.key("totals")?, totals);
        self.seats.insert(turn.key("seat")?, vacant(seat.bump, seat.index));
        Ok(())
    }

    pub(super) fn claim_seat(&mut self, turn: &mut Turn, tokens: u8) -> Step {
        let config = self.config(turn)?;
        let mut seat = self.own_seat(turn)?;
        let n = usize::from(tokens);
        turn.names("vault", &config.vault)?;
        turn.refuse(n > 2, VALUE);
        turn.refuse(seat.earned.get(n).is_some_and(|earned| *earned == 0), NOTHING_TO_PAY);
        let mint = if n == 2 { &config.iosd_mint } else { &config.io_mint };
        let (from, to) = (self.ours(turn, "from", &config, n)?, self.theirs(turn, "destination", mint, &seat.owner)?);
        turn.go()?;
        if let Some(earned) = seat.earned.get_mut(n) {
            self.transfer(turn, &from, &to, std::mem::take(earned))?;
        }
        self.seats.insert(turn.key("seat")?, seat);
        Ok(())
    }
}

/// A seat without a holder.
fn vacant(bump: u8, index: u32) -> Seat {
    Seat { bump, index, owner: [0; 32], state: VACANT, stake: 0, busy: 0, taken_at: 0, taken_slot: 0, free_at: 0, earned: [0; 3], good: 0 }
}
