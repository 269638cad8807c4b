//! Verifiers' seats.

use assay_settlement_interface::account::tokens;
use assay_settlement_interface::instruction::{ClaimSeat, LeaveSeat, RegisterSeat, TopUpSeat, WithdrawSeat};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::call;
use crate::address::{Addresses, wallet_tokens};

impl Addresses {
    /// Takes seat number `index`: a vacant one, or `Totals.seats` if none is.
    pub fn register_seat(&self, owner: &Pubkey, index: u32, amount: u64) -> Instruction {
        let source = wallet_tokens(owner, &self.io_mint);
        call!(self, RegisterSeat { amount }, [owner: *owner, seat: self.seat(index), source: source])
    }

    /// Adds to a seat's stake.
    pub fn top_up_seat(&self, owner: &Pubkey, index: u32, amount: u64) -> Instruction {
        let source = wallet_tokens(owner, &self.io_mint);
        call!(self, TopUpSeat { amount }, [owner: *owner, seat: self.seat(index), source: source])
    }

    /// Starts to leave a seat.
    pub fn leave_seat(&self, owner: &Pubkey, index: u32) -> Instruction {
        call!(self, LeaveSeat {}, [owner: *owner, seat: self.seat(index)])
    }

    /// Pays a seat's stake and earnings out.
    pub fn withdraw_seat(&self, owner: &Pubkey, index: u32) -> Instruction {
        call!(self, WithdrawSeat {}, [
            owner: *owner,
            seat: self.seat(index),
            destination_io: wallet_tokens(owner, &self.io_mint),
            destination_iosd: wallet_tokens(owner, &self.iosd_mint),
        ])
    }

    /// Pays a seat's earnings out of token account 0, 1 or 2. Of another number it is refused by the program.
    pub fn claim_seat(&self, owner: &Pubkey, index: u32, from: u8) -> Instruction {
        let mint = if from == tokens::ESCROW_IOSD { &self.iosd_mint } else { &self.io_mint };
        let account = self.tokens.get(usize::from(from)).copied().unwrap_or(self.vault);
        call!(self, ClaimSeat { tokens: from }, [
            owner: *owner, seat: self.seat(index), from: account, destination: wallet_tokens(owner, mint),
        ])
    }
}
