//! Transactions as bytes: signed, measured, and back.

use solana_sdk::hash::Hash;
use solana_sdk::message::Message;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use crate::error::LedgerError;
use crate::ledger::Spec;

/// The most bytes that a transaction may have: what fits into one packet, and into the outbox.
pub use assay_protocol::ledger_files::outbox::WIRE_MAX as LENGTH_MAX;

/// Signs a transaction.
pub fn sign(spec: &Spec<'_>, blockhash: Hash) -> Result<Transaction, LedgerError> {
    sign_these(spec, spec.instructions, blockhash)
}

/// Signs a transaction with other instructions than `spec` has.
pub fn sign_these(
    spec: &Spec<'_>,
    instructions: &[solana_sdk::instruction::Instruction],
    blockhash: Hash,
) -> Result<Transaction, LedgerError> {
    let message = Message::new_with_blockhash(instructions, Some(&spec.payer.pubkey()), &blockhash);
    let mut transaction = Transaction::new_unsigned(message);
    transaction.try_sign(&spec.keys(), blockhash).map_err(|error| LedgerError::Unsendable(error.to_string()))?;
    check(&transaction)?;
    Ok(transaction)
}

/// The bytes that are sent: a count of signatures, the signatures, the message.
pub fn bytes(transaction: &Transaction) -> Vec<u8> {
    let mut bytes = vec![transaction.signatures.len() as u8];
    transaction.signatures.iter().for_each(|signature| bytes.extend_from_slice(signature.as_ref()));
    bytes.extend(transaction.message_data());
    bytes
}

/// Refuses what a cluster would not take.
pub fn check(transaction: &Transaction) -> Result<(), LedgerError> {
    let length = 1 + 64 * transaction.signatures.len() + transaction.message_data().len();
    if length > LENGTH_MAX {
        return Err(LedgerError::Unsendable(format!("it has {length} bytes, and {LENGTH_MAX} fit: send fewer instructions at once")));
    }
    Ok(())
}

/// The program of an instruction of a message.
pub fn invoked(message: &Message, instruction: usize) -> Option<Pubkey> {
    let instruction = message.instructions.get(instruction)?;
    message.account_keys.get(usize::from(instruction.program_id_index)).copied()
}

/// A transaction with room for its signatures, to be tried out.
pub fn unsigned(spec: &Spec<'_>, instructions: &[solana_sdk::instruction::Instruction]) -> Result<Transaction, LedgerError> {
    let transaction = Transaction::new_unsigned(Message::new(instructions, Some(&spec.payer.pubkey())));
    check(&transaction)?;
    Ok(transaction)
}
