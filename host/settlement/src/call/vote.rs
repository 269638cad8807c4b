//! Proposals and votes.

use assay_settlement_interface::account::{Proposal, state};
use assay_settlement_interface::instruction::{CastVote, CloseVote, Execute, Propose};
use assay_settlement_interface::rules::vote::Action;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;

use super::{call, changes, more, reads};
use crate::address::Addresses;

/// Number and payload of what a proposal does.
fn payload(action: &Action) -> (u8, [u8; 64]) {
    let (number, parts): (u8, Vec<u8>) = match action {
        Action::SetParam { number, value } => (state::action::SET_PARAM, [&[*number][..], &value.to_le_bytes()].concat()),
        Action::SetModel(model) => {
            let flags = [model.kind, model.enabled];
            (state::action::SET_MODEL, [&model.id.to_le_bytes()[..], &flags, &model.multiplier_milli.to_le_bytes(), &model.name].concat())
        }
        Action::SetGuardian(key) => (state::action::SET_GUARDIAN, key.to_vec()),
        Action::PayFees { currency, amount, owner } => (state::action::PAY_FEES, [&[*currency][..], &amount.to_le_bytes(), owner].concat()),
    };
    let mut payload = [0; 64];
    payload.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    (number, payload)
}

impl Addresses {
    /// Proposes; `id` is `Totals.proposals`.
    pub fn propose(&self, owner: &Pubkey, id: u64, action: &Action) -> Instruction {
        let (action, payload) = payload(action);
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
        // What is none of the actions is refused by the program.
        let needs: Vec<AccountMeta> = match Action::read(proposal.action, &proposal.payload) {
            Ok(Action::SetModel(model)) => vec![changes(self.model(model.id)), reads(solana_system_interface::program::ID)],
            Ok(Action::PayFees { currency, owner, .. }) => {
                let destination = self.wallet(&owner.into(), currency);
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

#[cfg(test)]
mod tests {
    use assay_settlement_interface::rules::vote::ModelChange;

    use super::*;

    #[test]
    fn actions_are_read_back() {
        let mut name = [0; 32];
        name[..4].copy_from_slice(b"H100");
        for action in [
            Action::SetParam { number: 5, value: 0x0102 },
            Action::SetModel(ModelChange { id: 258, kind: 1, enabled: 1, multiplier_milli: 3, name }),
            Action::SetGuardian([7; 32]),
            Action::PayFees { currency: 1, amount: 9, owner: [8; 32] },
        ] {
            let (number, bytes) = payload(&action);
            assert_eq!(Action::read(number, &bytes), Ok(action));
        }
    }
}
