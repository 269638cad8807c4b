//! Whose receipt is given. A receipt says what the one who signed it has computed, so a verifier who hands on the provider's has checked nothing.
//!
//! Keys of receipts and of wallets may differ, and the ledger does not know which belong together: another signer is a warning, and only what the provider's own wallet key has signed is refused.

use std::path::Path;

use assay_protocol::receipt::ReceiptFile;
use assay_settlement::Reads;
use assay_settlement_interface::account::{Job, Provider};
use solana_sdk::pubkey::Pubkey;

use super::session::Session;
use crate::failure::Failure;
use crate::say::note;

/// Says so on stderr if another key than the wallet's has signed it.
pub fn warn(session: &Session, receipt: &ReceiptFile, path: &Path) -> Result<(), Failure> {
    let (signer, me) = (Pubkey::from(receipt.receipt.provider), session.me()?);
    if signer != me {
        note!("assay: warning: {} is signed by {signer}, and this wallet is {me}: go on only if that key is yours, too", path.display());
    }
    Ok(())
}

/// Refuses a receipt that a job's provider has signed with its wallet's key, in the hands of somebody else.
pub fn is_not_the_providers(session: &Session, receipt: &ReceiptFile, path: &Path, job: &Job) -> Result<(), Failure> {
    let signer = receipt.receipt.provider;
    if signer == session.me()?.to_bytes() {
        return Ok(());
    }
    match session.ledger().find::<Provider>("provider", &job.provider.into())? {
        Some(own) if own.owner == signer => Err(Failure::refused(
            "receipt.signer",
            format!("{}: this receipt is signed by {}, the provider whose proof is to be checked", path.display(), Pubkey::from(signer)),
        )
        .hint("run the job yourself: `assay run --receipt`, and commit to what came of it")),
        _ => Ok(()),
    }
}
