//! What a transaction would do on a cluster, and what it would cost: asked of a node, which carries it out and forgets it.

use solana_rpc_client_api::config::{RpcSimulateTransactionAccountsConfig, RpcSimulateTransactionConfig, UiAccountEncoding};
use solana_rpc_client_api::response::RpcSimulateTransactionResult;
use solana_sdk::account::Account;
use solana_sdk::message::Message;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signer::Signer;

use super::cluster::{Cluster, Fault, fault};
use super::settings::commitment;
use super::{RpcLedger, decode, fees};
use crate::error::{LedgerError, Refused};
use crate::ledger::{Effect, Ledger, Simulation, Spec};
use crate::wire;

/// What a node says to a transaction that it tries out.
pub(super) struct Tried {
    pub units: u64,
    pub refused: Option<Refused>,
    logs: Vec<String>,
    fee: Option<u64>,
    /// The accounts that were asked for, after it.
    after: Vec<Option<Account>>,
    message: Message,
}

impl RpcLedger {
    /// Has it tried out, and asks for some of its accounts after it.
    pub(super) fn ask_for(&self, spec: &Spec<'_>, accounts: &[Pubkey]) -> Result<Tried, LedgerError> {
        let (instructions, added) = fees::with_budget(spec.instructions, fees::UNITS_MAX, 0);
        let transaction = wire::unsigned(spec, &instructions)?;
        let wanted = RpcSimulateTransactionAccountsConfig {
            encoding: Some(UiAccountEncoding::Base64),
            addresses: accounts.iter().map(Pubkey::to_string).collect(),
        };
        let config = RpcSimulateTransactionConfig {
            replace_recent_blockhash: true,
            commitment: Some(commitment(self.settings.level)),
            accounts: (!accounts.is_empty()).then_some(wanted),
            ..RpcSimulateTransactionConfig::default()
        };
        let step = "simulate a transaction";
        let answer = self.ask(step, || self.node.client.simulate_transaction_with_config(&transaction, config.clone()))?.value;
        let after = decoded(&answer, accounts).ok_or_else(|| self.failed(step, Fault::Never("accounts that cannot be decoded".into())))?;
        Ok(Tried {
            units: answer.units_consumed.unwrap_or(0),
            refused: answer.err.map(|error| self.refused(&error.into(), &transaction, added)),
            logs: answer.logs.unwrap_or_default(),
            fee: answer.fee,
            after,
            message: transaction.message,
        })
    }

    /// What a node says that it would do and cost.
    pub(super) fn try_out(&self, spec: &Spec<'_>) -> Result<Simulation, LedgerError> {
        let changed = writable(spec);
        let before = self.accounts(&changed)?;
        let tried = self.ask_for(spec, &changed)?;
        let base = match tried.fee {
            Some(fee) => fee,
            None => self.base_fee(&tried.message)?,
        };
        let price = self.price(spec.instructions);
        let priority = fees::priority(price, fees::limit(tried.units));
        let mut effects: Vec<Effect> = changed
            .into_iter()
            .zip(before)
            .zip(tried.after)
            .map(|((address, before), after)| Effect { address, before, after: after.filter(|account| account.lamports > 0) })
            .collect();
        charge(&mut effects, &spec.payer.pubkey(), base, priority);
        effects.retain(|effect| effect.before != effect.after);
        if tried.refused.is_some() {
            effects.clear();
        }
        let fee = base.saturating_add(priority);
        Ok(Simulation { units: tried.units, logs: tried.logs, refused: tried.refused, fee, effects })
    }

    /// The fee without priority, of a node that does not say it unasked.
    fn base_fee(&self, message: &Message) -> Result<u64, LedgerError> {
        let blockhash = self.ask_node("give a blockhash", || self.node.blockhash())?;
        let message = Message { recent_blockhash: blockhash.hash, ..message.clone() };
        self.ask_node("say what a transaction costs", || self.node.client.get_fee_for_message(&message).map_err(|error| fault(&error)))
    }
}

/// Accounts that a transaction may change, each once, its payer first.
fn writable(spec: &Spec<'_>) -> Vec<Pubkey> {
    let mut all = vec![spec.payer.pubkey()];
    for meta in spec.instructions.iter().flat_map(|instruction| &instruction.accounts) {
        if meta.is_writable && !all.contains(&meta.pubkey) {
            all.push(meta.pubkey);
        }
    }
    all
}

/// The accounts of an answer, as many as were asked for. Of a transaction that fails, there need be none.
fn decoded(answer: &RpcSimulateTransactionResult, asked: &[Pubkey]) -> Option<Vec<Option<Account>>> {
    match &answer.accounts {
        Some(accounts) if accounts.len() == asked.len() => {
            accounts.iter().map(|account| account.as_ref().map_or(Some(None), |account| decode::account(account).map(Some))).collect()
        }
        _ if asked.is_empty() || answer.err.is_some() => Some(vec![None; asked.len()]),
        _ => None,
    }
}

/// Takes the fee from the payer, as a block would. Whether the node has taken the part without priority already shows in the sum: lamports are neither made nor lost otherwise.
fn charge(effects: &mut [Effect], payer: &Pubkey, base: u64, priority: u64) {
    let sum = |of: fn((u64, u64)) -> u64| effects.iter().map(|effect| u128::from(of(effect.lamports()))).sum::<u128>();
    let taken = sum(|(before, _)| before) != sum(|(_, after)| after);
    let left = if taken { priority } else { priority.saturating_add(base) };
    let payers = effects.iter_mut().filter(|effect| effect.address == *payer).filter_map(|effect| effect.after.as_mut());
    payers.for_each(|account| account.lamports = account.lamports.saturating_sub(left));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(of: u8, before: u64, after: u64) -> Effect {
        let account = |lamports| Account { lamports, ..Account::default() };
        Effect { address: [of; 32].into(), before: Some(account(before)), after: Some(account(after)) }
    }

    #[test]
    fn the_fee_is_taken_once() {
        let payer = Pubkey::from([1; 32]);
        for (payers, fee_in_it) in [(1_000_000, false), (995_000, true)] {
            let mut effects = [effect(1, 2_000_000, payers), effect(2, 0, 1_000_000)];
            charge(&mut effects, &payer, 5_000, 7);
            assert_eq!(effects[0].lamports(), (2_000_000, 994_993), "taken by the node: {fee_in_it}");
            assert_eq!(effects[1].lamports(), (0, 1_000_000));
        }
    }
}
