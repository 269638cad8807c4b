//! From a transaction that is wanted to one whose end is known.

use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};

use super::cluster::Cluster;
use super::deliver::{Delivered, deliver};
use super::outbox::{Begun, End, Standing};
use super::submission::Submission;
use super::{RpcLedger, Settled, fees};
use crate::error::{LedgerError, Refused};
use crate::ledger::{Receipt, Spec};
use crate::wire;

impl RpcLedger {
    pub(super) fn settle(&mut self, begun: &Begun) -> Result<Settled, LedgerError> {
        let signature = Signature::from(begun.signature);
        let mut submission = Submission::resumed(begun.last_valid, begun.signed, self.settings.counts());
        Ok(match deliver(&self.node, &self.settings.patience, &mut submission, &signature, &begun.wire) {
            Delivered::Landed(slot) => Settled::Landed(self.landed(&signature, slot, 0)?),
            Delivered::Failed(_) => self.ended(signature, End::Failed, Settled::Failed(signature))?,
            Delivered::Refused(_) | Delivered::Expired => self.ended(signature, End::Expired, Settled::Expired(signature))?,
            Delivered::Uncertain(_) => Settled::Uncertain(signature),
        })
    }

    fn ended<T>(&mut self, signature: Signature, end: End, what: T) -> Result<T, LedgerError> {
        self.outbox()?.end(signature.as_array(), end)?;
        Ok(what)
    }

    fn landed(&mut self, signature: &Signature, slot: u64, expected_units: u64) -> Result<Receipt, LedgerError> {
        let (units, fee) = self.node.cost(signature).unwrap_or((expected_units, 0));
        self.outbox()?.end(signature.as_array(), End::Landed { units, fee, slot })?;
        Ok(Receipt { signature: *signature, units, fee, slot })
    }

    pub(super) fn refused(&self, error: &TransactionError, transaction: &Transaction, added: usize) -> Refused {
        let refused = Refused::new(error, &self.settings.program, |at| wire::invoked(&transaction.message, at));
        fees::without_budget(refused, added)
    }

    pub(super) fn price(&self, instructions: &[Instruction]) -> u64 {
        let metas = instructions.iter().flat_map(|one| &one.accounts);
        let mut writable: Vec<Pubkey> = metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
        writable.sort_unstable();
        writable.dedup();
        writable.truncate(128);
        // Who cannot be asked what others pay is paid nothing more.
        let paid = self.node.client.get_recent_prioritization_fees(&writable).unwrap_or_default();
        self.settings.priority.price(paid.into_iter().map(|fee| fee.prioritization_fee).collect())
    }

    /// Signs it with a fresh blockhash, writes it down, hands it on until its end is known.
    pub(super) fn attempt(
        &mut self,
        spec: &Spec<'_>,
        instructions: &[Instruction],
        added: usize,
        units: u64,
    ) -> Result<Option<Receipt>, LedgerError> {
        let blockhash = self.ask_node("give a blockhash", || self.node.blockhash())?;
        let transaction = wire::sign_these(spec, instructions, blockhash.hash)?;
        let signature = *transaction.signatures.first().ok_or_else(|| LedgerError::Unsendable("it is not signed".into()))?;
        let wire = wire::bytes(&transaction);
        self.outbox()?.begin(Begun {
            signature: *signature.as_array(),
            intent: spec.intent,
            last_valid: blockhash.last_valid,
            signed: blockhash.slot,
            wire: wire.clone(),
        })?;
        let mut submission = Submission::new(blockhash.last_valid, blockhash.slot, self.settings.counts());
        match deliver(&self.node, &self.settings.patience, &mut submission, &signature, &wire) {
            Delivered::Landed(slot) => Ok(Some(self.landed(&signature, slot, units)?)),
            Delivered::Failed(error) => {
                let refused = self.refused(&error, &transaction, added);
                self.ended(signature, End::Failed, Err(refused.into()))?
            }
            Delivered::Refused(error) => {
                let refused = self.refused(&error, &transaction, added);
                self.ended(signature, End::Refused, Err(refused.into()))?
            }
            Delivered::Expired => self.ended(signature, End::Expired, Ok(None))?,
            Delivered::Uncertain(why) => Err(LedgerError::Uncertain { signature, why }),
        }
    }

    /// What an intent is owed: a receipt if it is met; an error while that is open.
    pub(super) fn met(&mut self, spec: &Spec<'_>) -> Result<Option<Receipt>, LedgerError> {
        let Some(intent) = spec.intent else { return Ok(None) };
        match self.outbox()?.standing(&intent) {
            Standing::Free => Ok(None),
            Standing::Met(signature, End::Landed { units, fee, slot }) => {
                Ok(Some(Receipt { signature: Signature::from(signature), units, fee, slot }))
            }
            Standing::Met(..) => Ok(None),
            Standing::Open(begun) => match self.settle(&begun)? {
                Settled::Landed(receipt) => Ok(Some(receipt)),
                Settled::Failed(_) | Settled::Expired(_) => Ok(None),
                Settled::Uncertain(signature) => Err(LedgerError::Uncertain { signature, why: "an earlier attempt is open".into() }),
            },
        }
    }
}
