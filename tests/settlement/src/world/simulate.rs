//! What a call would do, without doing it; and accounts that nobody could have made.

use std::collections::BTreeMap;

use assay_reference::settlement::ledger::Ledger as Model;
use assay_reference::settlement::turn::Refused;
use solana_sdk::account::{AccountSharedData, ReadableAccount};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::compare::{Answer, modelled_by, transaction};
use super::{FEES, World};

/// What a call does: the answer, and every account that is another one after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// What the program says.
    pub answer: Answer,
    /// Owner, lamports and data of each account that has changed.
    pub changes: BTreeMap<Pubkey, (Pubkey, u64, Vec<u8>)>,
}

impl World {
    /// What calls in one transaction would do to the cluster.
    pub fn simulate(&self, calls: &[Instruction]) -> Effect {
        match self.svm.simulate_transaction(transaction(calls)) {
            Ok(done) => {
                let changed = |(address, after): (Pubkey, AccountSharedData)| {
                    let gone = AccountSharedData::default();
                    let before = self.svm.accounts_db().get_account_ref(&address).unwrap_or(&gone);
                    let same = before.lamports() == after.lamports() && before.owner() == after.owner() && before.data() == after.data();
                    (address != FEES && !same).then(|| (address, (*after.owner(), after.lamports(), after.data().to_vec())))
                };
                Effect { answer: Answer::Taken, changes: done.post_accounts.into_iter().filter_map(changed).collect() }
            }
            Err(failed) => Effect { answer: Answer::of(&failed.err), changes: BTreeMap::new() },
        }
    }

    /// What a call would do to the model.
    pub fn model_of(&self, call: &Instruction) -> Result<Model, Refused> {
        let mut model = self.model.clone();
        modelled_by(&self.known, &mut model, call)?;
        Ok(model)
    }

    /// Whether the model has, of what has changed, the same.
    pub fn compare_effect(&self, effect: &Effect, model: &Model) -> Result<(), String> {
        for (address, (owner, lamports, data)) in &effect.changes {
            let mut account = AccountSharedData::new(*lamports, data.len(), owner);
            account.set_data_from_slice(data);
            super::compare::compare_in(model, address, Some(&account))?;
        }
        Ok(())
    }

    /// What a call would do if an account were this one. Nothing stays.
    pub fn simulate_with(&mut self, calls: &[Instruction], address: &Pubkey, account: AccountSharedData) -> Effect {
        let before = self.svm.accounts_db().get_account(address).unwrap_or_default();
        self.svm.set_account(*address, account.into()).expect("it is there");
        let effect = self.simulate(calls);
        self.svm.set_account(*address, before.into()).expect("it is there");
        effect
    }
}
