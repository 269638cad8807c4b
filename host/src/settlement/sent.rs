//! What a command has sent, and how that is told: in its report, or, when a later step fails, in the error. Whoever reads only the error must learn what was paid before it.

use assay_settlement::Receipt;
use assay_settlement::token::Token;
use serde_json::{Value, json};

use super::session::Session;
use super::show;
use crate::cli::Chain;
use crate::failure::Failure;
use crate::report;

/// How far a node of a cluster may be behind another: a minute.
const BEHIND_SLOTS: u64 = 150;

/// A transaction that is on the ledger.
#[derive(Debug, Clone)]
pub struct Sent {
    receipt: Receipt,
    /// Names of its instructions.
    what: String,
    /// Lamports held by the accounts that it made, as far as could be told before; none if it was not asked.
    deposit: Option<u64>,
    again: bool,
}

impl Sent {
    /// `again`: it is there since an earlier run of the command.
    pub(super) fn new(receipt: Receipt, what: String, deposit: Option<u64>, again: bool) -> Self {
        Self { receipt, what, deposit, again }
    }

    /// Whether it is there since an earlier run of the command, and so long that what it made and cannot be found is gone. Nodes of a cluster may be some slots behind each other: what one of them
    /// does not know yet must not be made a second time.
    pub fn is_of_before(&self, session: &Session) -> Result<bool, Failure> {
        let seen_by_all = !session.open.is_cluster() || session.ledger().clock()?.slot > self.receipt.slot.saturating_add(BEHIND_SLOTS);
        Ok(self.again && seen_by_all)
    }

    /// Whether it is there since an earlier run.
    pub fn is_again(&self) -> bool {
        self.again
    }

    /// For people.
    pub(super) fn lines(&self, session: &Session) -> Vec<String> {
        let (receipt, sol) = (&self.receipt, |lamports: u64| Token::Sol.units(lamports));
        let mut line = format!(
            "transaction {} · slot {} · {} compute units · {}",
            receipt.signature,
            receipt.slot,
            report::grouped(receipt.units),
            sol(receipt.fee)
        );
        if let Some(deposit) = self.deposit.filter(|deposit| *deposit > 0) {
            line.push_str(&format!(" · deposit {}", sol(deposit)));
        }
        let mut lines = vec![line];
        lines.extend(session.open.explorer(&receipt.signature.to_string()));
        if self.again {
            lines.push("it was carried out when the command was run before; nothing was paid a second time".to_owned());
        }
        lines
    }

    /// For programs.
    pub(super) fn json(&self, session: &Session) -> Value {
        let receipt = &self.receipt;
        let mut shown = json!({
            "signature": receipt.signature.to_string(), "instructions": self.what, "slot": receipt.slot, "compute_units": receipt.units,
            "fee": show::amount_json(Token::Sol.units(receipt.fee)), "deposit": self.deposit.map(|deposit| show::amount_json(Token::Sol.units(deposit))),
            "carried_out_before": self.again,
        });
        if let Some(link) = session.open.explorer(&receipt.signature.to_string()) {
            shown["explorer"] = json!(link);
        }
        shown
    }
}

impl Session {
    /// Runs a command in a session of its own.
    pub fn run(chain: &Chain, as_json: bool, command: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut session = Self::open(chain, as_json)?;
        let ended = command(&mut session);
        session.ended(ended)
    }

    /// How a command ends. One that fails after it has sent something names that in its error: nothing that was paid goes untold.
    pub fn ended(&self, ended: Result<(), Failure>) -> Result<(), Failure> {
        let sent = self.sent.take();
        ended.map_err(|failure| {
            if sent.is_empty() {
                return failure;
            }
            let lines = sent.iter().flat_map(|sent| {
                let mut lines = sent.lines(self).into_iter();
                let first = lines.next().map(|line| format!("sent before that: {}, {line}", sent.what));
                first.into_iter().chain(lines).collect::<Vec<_>>()
            });
            failure.after(lines.collect(), sent.iter().map(|sent| sent.json(self)).collect())
        })
    }
}
