//! Proposals and votes.

use assay_settlement_interface::account::{Proposal, state};
use assay_settlement_interface::instruction::{CastVote, CloseVote, Execute, Propose};
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;

use super::{call, changes, more, reads};
use crate::address::Addresses;

/// What a proposal does when it is executed (`specs/settlement.md`, section 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sets a parameter.
    SetParam {
        /// Which.
        number: u8,
        /// To what.
        value: u64,
    },
    /// Adds or changes a model.
    SetModel {
        /// Its number.
        id: u16,
        /// 0 GPU, 1 CPU.
        kind: u8,
        /// Whether devices of it may be added.
        enabled: bool,
        /// Thousandths.
        multiplier_milli: u32,
        /// UTF-8, then zeros.
        name: [u8; 32],
    },
    /// Names another guardian.
    SetGuardian(Pubkey),
    /// Pays fees out.
    PayFees {
        /// In which currency.
        currency: u8,
        /// Base units.
        amount: u64,
        /// To whose wallet.
        owner: Pubkey,
    },
}

impl Action {
    /// Its number, and its payload.
    pub fn to_bytes(&self) -> (u8, [u8; 64]) {
        let (number, parts): (u8, Vec<u8>) = match *self {
            Self::SetParam { number, value } => (state::action::SET_PARAM, [&[number][..], &value.to_le_bytes()].concat()),
            Self::SetModel { id, kind, enabled, multiplier_milli, name } => (
                state::action::SET_MODEL,
                [&id.to_le_bytes()[..], &[kind, enabled.into()], &multiplier_milli.to_le_bytes(), &name].concat(),
            ),
            Self::SetGuardian(key) => (state::action::SET_GUARDIAN, key.to_bytes().to_vec()),
            Self::PayFees { currency, amount, owner } => {
                (state::action::PAY_FEES, [&[currency][..], &amount.to_le_bytes(), owner.as_ref()].concat())
            }
        };
        let mut payload = [0; 64];
        payload.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        (number, payload)
    }
}

fn key(payload: &[u8; 64], at: usize) -> Pubkey {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(payload.iter().skip(at)).for_each(|(to, from)| *to = *from);
    bytes.into()
}

impl Addresses {
    /// Proposes; `id` is `Totals.proposals`.
    pub fn propose(&self, owner: &Pubkey, id: u64, action: &Action) -> Instruction {
        let (action, payload) = action.to_bytes();
        call!(self, Propose { action, payload }, [
            owner: *owner, provider: self.provider(owner), proposal: self.proposal(id),
        ])
    }

    /// Votes.
    pub fn cast_vote(&self, owner: &Pubkey, id: u64, yes: bool) -> Instruction {
        let provider = self.provider(owner);
        call!(self, CastVote { yes: yes.into() }, [
            owner: *owner, provider: provider, proposal: self.proposal(id), vote: self.vote(id, &provider),
        ])
    }

    /// Executes or rejects a proposal.
    pub fn execute(&self, payer: &Pubkey, proposal: &Proposal) -> Instruction {
        let payload = &proposal.payload;
        let needs: Vec<AccountMeta> = match proposal.action {
            state::action::SET_MODEL => {
                let id = u16::from_le_bytes([payload[0], payload[1]]);
                vec![changes(self.model(id)), reads(solana_system_interface::program::ID)]
            }
            state::action::PAY_FEES => {
                let currency = payload[0];
                let destination = self.wallet(&key(payload, 9), currency);
                vec![changes(self.fees(currency)), changes(destination), reads(self.vault), reads(spl_token_interface::ID)]
            }
            _ => Vec::new(),
        };
        more(call!(self, Execute {}, [payer: *payer, proposal: self.proposal(proposal.id)]), needs)
    }

    /// Closes the vote of a wallet's provider.
    pub fn close_vote(&self, id: u64, owner: &Pubkey) -> Instruction {
        let provider = self.provider(owner);
        call!(self, CloseVote {}, [
            proposal: self.proposal(id), provider: provider, vote: self.vote(id, &provider), owner: *owner,
        ])
    }
}
