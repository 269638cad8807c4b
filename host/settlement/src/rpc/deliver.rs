//! Drives a [`Submission`] with a cluster's answers until its end is certain, or the time for it is over.

use std::time::Duration;

use solana_sdk::signature::Signature;
use solana_sdk::transaction::TransactionError;

use super::backoff::{Backoff, luck};
use super::cluster::{Answer, Cluster};
use super::submission::{Action, Event, Submission};

/// How patient the sender is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Between two looks at a transaction that was sent.
    pub poll: Duration,
    /// After answers that did not come.
    pub backoff: Backoff,
    /// For a transaction in all.
    pub most: Duration,
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It is on the ledger.
    Landed(u64),
    /// It is, and failed.
    Failed(TransactionError),
    /// It was never handed on.
    Refused(TransactionError),
    /// It can never land.
    Expired,
    /// It is not known, for this reason.
    Uncertain(String),
}

/// Hands a transaction to the cluster until its end is known.
pub fn deliver(cluster: &dyn Cluster, patience: &Patience, submission: &mut Submission, signature: &Signature, wire: &[u8]) -> Delivered {
    let until = cluster.elapsed().saturating_add(patience.most);
    let mut action: Action<TransactionError> = submission.start();
    let mut unanswered = 0_u32;
    let mut why = String::from("it is in no block yet");
    loop {
        let event = match action {
            Action::Landed(slot) => return Delivered::Landed(slot),
            Action::Failed(_, error) => return Delivered::Failed(error),
            Action::Refused(error) => return Delivered::Refused(error),
            Action::Expired => return Delivered::Expired,
            Action::Unknown => {
                return Delivered::Uncertain("the node does not keep the slots in which it would be: ask one that does".into());
            }
            Action::Wait => {
                if cluster.elapsed() >= until {
                    return Delivered::Uncertain(why);
                }
                let time = if unanswered == 0 { patience.poll } else { patience.backoff.delay(unanswered - 1, luck()) };
                cluster.pause(time);
                Event::Waited
            }
            Action::Send => match cluster.send(wire) {
                Answer::Taken => Event::Taken,
                Answer::Refused(error) => Event::Refused(error),
                Answer::NotNow => Event::NotNow,
                Answer::None(fault) => {
                    why = fault;
                    Event::Unanswered
                }
            },
            Action::AskStatus => match cluster.status(signature) {
                // Only an answer that nothing was found leans on what the node keeps.
                Ok(looked) if looked.found.is_some() => Event::Status { found: looked.found, seen: looked.seen, keeps_from: None },
                Ok(looked) => {
                    let keeps_from = if submission.is_beyond() { cluster.keeps_from().ok() } else { None };
                    Event::Status { found: None, seen: looked.seen, keeps_from }
                }
                Err(fault) => no_answer(&mut why, fault.why()),
            },
            Action::AskHeight => match cluster.height() {
                Ok((height, slot)) => Event::Height { height, slot },
                Err(fault) => no_answer(&mut why, fault.why()),
            },
        };
        unanswered = match event {
            Event::NoAnswer | Event::Unanswered => unanswered.saturating_add(1),
            Event::Waited => unanswered,
            _ => 0,
        };
        action = submission.on(event);
    }
}

fn no_answer(why: &mut String, fault: String) -> Event<TransactionError> {
    *why = fault;
    Event::NoAnswer
}
