//! A dry run: what would be signed, what it would cost, and whether it would be refused; nothing is sent.
//!
//! ```text
//! embedded   each transaction is carried out in memory, which ends with this process: the next one finds what it left, and so does the command, up to its end
//! cluster    the node tries the first one out. What a later one depends on is not there: it is shown, with what its accounts cost, and that it was not tried
//! ```

use assay_settlement::token::Token;
use assay_settlement::{Ledger, Refused, Simulation, Spec};
use serde_json::{Value, json};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::act::Act;
use super::bill::Bill;
use super::connect::Open;
use super::explain::{self, Cost};
use super::sent::Sent;
use super::session::Session;
use super::show;
use crate::failure::{Code, Failure};
use crate::report;
use crate::say::out;

/// A transaction of a dry run.
pub struct Rehearsed {
    act: Act,
    end: End,
}

enum End {
    /// The ledger has tried it.
    Tried { units: u64, bill: Box<Bill>, refused: Option<Refused> },
    /// It depends on one before it, which was not carried out.
    Untried { cost: Cost },
}

impl Rehearsed {
    /// Lamports: fee, deposits that are taken, deposits that come back.
    fn lamports(&self) -> (u64, u64, u64) {
        match &self.end {
            End::Tried { bill, .. } => (bill.fee, bill.rent().0, bill.rent().1),
            End::Untried { cost } => (cost.fee, cost.rent, 0),
        }
    }

    fn json(&self, session: &Session) -> Value {
        let takes: Vec<Value> =
            self.act.takes.iter().map(|(what, amount)| json!({ "what": what, "amount": show::amount_json(*amount) })).collect();
        let instructions: Vec<Value> = self.act.instructions.iter().map(|instruction| explain::json(&session.at, instruction)).collect();
        let mut shown = match &self.end {
            End::Tried { units, bill, refused } => {
                let mut shown = bill.json();
                shown["compute_units"] = json!(units);
                shown["refused"] = json!(refused.as_ref().map(ToString::to_string));
                shown
            }
            End::Untried { cost } => {
                json!({ "fee": show::amount_json(Token::Sol.units(cost.fee)), "rent": show::amount_json(Token::Sol.units(cost.rent)) })
            }
        };
        shown["rehearsed"] = json!(matches!(self.end, End::Tried { .. }));
        shown["command"] = json!(self.act.command);
        shown["instructions"] = json!(instructions);
        shown["takes"] = json!(takes);
        shown
    }

    fn lines(&self, session: &Session) -> Vec<String> {
        let mut lines: Vec<String> =
            self.act.instructions.iter().flat_map(|instruction| explain::lines(&session.at, instruction)).collect();
        lines.extend(self.act.takes.iter().map(|(what, amount)| format!("takes    {amount} · {what}")));
        match &self.end {
            End::Tried { units, bill, .. } => {
                lines.extend(bill.lines());
                lines.push(format!("compute  {} units", report::grouped(*units)));
            }
            End::Untried { cost } => {
                lines.push(
                    "untried  it depends on the transaction before it: a cluster cannot try it before that one is carried out".to_owned(),
                );
                lines.push(format!("fee      {}, and what priority costs then", Token::Sol.units(cost.fee)));
                lines.push(format!("deposit  {} · held by the accounts that it makes", Token::Sol.units(cost.rent)));
            }
        }
        lines
    }
}

/// A command that ends with a refusal of its own, in the middle of a dry run, has tried something: people see that as well. Programs get one object, the error.
impl Drop for Session {
    fn drop(&mut self) {
        if !self.as_json {
            self.show_rehearsal();
        }
    }
}

impl Session {
    /// Tries a transaction out. Some: it was carried out in memory, and what follows can be tried as well.
    pub(super) fn rehearse(&mut self, act: Act) -> Result<Option<Sent>, Failure> {
        let wallet = self.wallet()?.insecure_clone();
        let (instructions, signers) = (act.instructions.clone(), act.signers());
        self.try_out(act, &wallet)?;
        let Open::Embedded(ledger) = &mut self.open else {
            self.show_rehearsal();
            return Ok(None);
        };
        let signers: Vec<&Keypair> = signers.iter().collect();
        let receipt = ledger.send(&Spec { signers: &signers, ..Spec::new(&instructions, &wallet) })?;
        Ok(Some(Sent::new(receipt, String::new(), None, false)))
    }

    /// On a cluster: the first of several is tried out, the others are shown.
    pub(super) fn rehearse_all(&mut self, acts: Vec<Act>) -> Result<(), Failure> {
        let wallet = self.wallet()?.insecure_clone();
        let mut acts = acts.into_iter();
        let first = acts.next();
        let mut made = Vec::new();
        let mut untried = Vec::new();
        if let Some(first) = &first {
            explain::cost(self, first, &mut made)?;
        }
        for act in acts {
            let cost = explain::cost(self, &act, &mut made)?;
            untried.push(Rehearsed { act, end: End::Untried { cost } });
        }
        // The others are shown also when the first is refused.
        self.unrehearsed.borrow_mut().extend(untried);
        if let Some(first) = first {
            self.try_out(first, &wallet)?;
        }
        self.show_rehearsal();
        Ok(())
    }

    fn try_out(&mut self, act: Act, wallet: &Keypair) -> Result<(), Failure> {
        let signers = act.signers();
        let signers: Vec<&Keypair> = signers.iter().collect();
        let Simulation { units, refused, fee, effects, .. } =
            self.ledger().simulate(&Spec { signers: &signers, ..Spec::new(&act.instructions, wallet) })?;
        let failure = match &refused {
            None => None,
            // Too little money is said in the words of who has it.
            Some(refused) => Some(match self.afford(&act) {
                Err(why) => why,
                Ok(_) => self.refused(&act.instructions, refused.clone().into()),
            }),
        };
        let bill = Bill::of(&self.at, &wallet.pubkey(), &act.instructions, fee, &effects);
        self.rehearsal.borrow_mut().push(Rehearsed { act, end: End::Tried { units, bill: Box::new(bill), refused } });
        match failure {
            None => Ok(()),
            Some(failure) => {
                self.show_rehearsal();
                Err(if self.as_json { Failure::silent(Code::Failed) } else { failure.about("it would be refused") })
            }
        }
    }

    /// Shows what was tried out since the last time. Whether there was anything.
    pub(super) fn show_rehearsal(&self) -> bool {
        let mut all = self.rehearsal.take();
        all.extend(self.unrehearsed.take());
        let Some(command) = all.last().map(|last| last.act.command) else { return false };
        let signer = self.me().map(|me| me.to_string()).unwrap_or_default();
        let (fee, taken, returned) =
            all.iter().map(Rehearsed::lamports).fold((0_u64, 0_u64, 0_u64), |(fee, taken, returned), (more, held, back)| {
                (fee.saturating_add(more), taken.saturating_add(held), returned.saturating_add(back))
            });
        let sol = |lamports: u64| Token::Sol.units(lamports);
        if self.as_json {
            let transactions: Vec<Value> = all.iter().map(|one| one.json(self)).collect();
            report::print_json(&json!({
                "dry_run": command, "ledger": self.place.shown(), "signer": signer, "transactions": transactions,
                "fee": show::amount_json(sol(fee)), "rent": show::amount_json(sol(taken)), "rent_returned": show::amount_json(sol(returned)),
            }));
            return true;
        }
        out!("{command}: a dry run, nothing is sent");
        out!("  ledger   {}", self.place.shown());
        out!("  signer   {signer}");
        for (number, one) in (1..).zip(&all) {
            if all.len() > 1 {
                out!("  transaction {number} of {}", all.len());
            }
            one.lines(self).iter().for_each(|line| out!("  {line}"));
        }
        if all.len() > 1 {
            out!("  in all   {} of fees, {} of deposits, {} of deposits back", sol(fee), sol(taken), sol(returned));
        }
        // In memory it was tried to its end: nothing is left to be said.
        let mut follows: Vec<&str> = all.iter().filter_map(|one| one.act.follows).filter(|_| self.open.is_cluster()).collect();
        follows.dedup();
        follows.iter().for_each(|follows| out!("  then     {follows}"));
        true
    }
}
