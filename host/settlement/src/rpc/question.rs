//! Questions, until they are answered.

use std::time::Duration;

use super::cluster::{Cluster, Fault, Node};
use super::{Settings, backoff};
use crate::error::LedgerError;

/// Puts a question until it is answered, cannot be, or the time for it, `patience`, is over.
pub fn ask<T>(
    node: &Node,
    settings: &Settings,
    shown: &str,
    step: &'static str,
    patience: Duration,
    question: impl Fn() -> Result<T, Fault>,
) -> Result<T, LedgerError> {
    let until = node.elapsed().saturating_add(patience);
    let mut attempt = 0;
    loop {
        let fault = match question() {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
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
