//! Who must sign what, told before anything is sent: the program would only say that an account is not the one it needs.

use assay_settlement::Reads;
use assay_settlement_interface::Key;
use assay_settlement_interface::account::Provider;
use solana_sdk::pubkey::Pubkey;

use super::session::Session;
use super::show;
use crate::failure::Failure;

/// Refuses to go on if the key at hand is not that of the provider whose account a job names.
pub fn signs(session: &Session, job: &Pubkey, provider: &Key, to: &str) -> Result<(), Failure> {
    let me = session.me()?;
    if session.at.provider(&me).to_bytes() == *provider {
        return Ok(());
    }
    let whose = match session.ledger().find::<Provider>("provider", &(*provider).into())? {
        Some(own) => show::key(&own.owner),
        None => show::key(provider),
    };
    Err(Failure::failed(format!("job {job} is provider {whose}'s to {to}, and this key is {me}"))
        .by("ledger.NotSigned")
        .hint("sign with that provider's key by --keypair"))
}
