//! Questions, until they are answered.

use solana_rpc_client_api::client_error::Error;

use super::cluster::{Cluster, Fault, Node, fault};
use super::{Settings, backoff};
use crate::error::LedgerError;

/// Puts a question until it is answered, cannot be, or the time for it is over.
pub fn ask<T>(
    node: &Node,
    settings: &Settings,
    shown: &str,
    step: &'static str,
    question: impl Fn() -> Result<T, Error>,
) -> Result<T, LedgerError> {
    let until = node.elapsed().saturating_add(settings.patience_read);
    let mut attempt = 0;
    loop {
        let fault = match question() {
            Ok(answer) => return Ok(answer),
            Err(error) => fault(&error),
        };
        let delay = settings.patience.backoff.delay(attempt, backoff::luck());
        if matches!(fault, Fault::Never(_)) || node.elapsed().saturating_add(delay) >= until {
            return Err(LedgerError::Rpc { url: shown.to_owned(), step, why: fault.why() });
        }
        tracing::debug!(url = shown, step, ?fault, "asking again");
        node.pause(delay);
        attempt += 1;
    }
}
