//! Doing something on the ledger: shown, checked, sent, reported. All commands that change anything go through here.

use assay_settlement::token::{Amount, Token};
use assay_settlement::{LedgerError, Reads, Receipt, Spec};
use serde_json::{Value, json};
use solana_sdk::instruction::Instruction;
use solana_sdk::signer::Signer;

use super::connect::Place;
use super::explain;
use super::pending::{Asked, Pending};
use super::session::Session;
use super::show;
use crate::failure::{Code, Failure};
use crate::report;
use crate::say::out;

/// Something to do, in one transaction.
pub struct Act {
    command: &'static str,
    instructions: Vec<Instruction>,
    takes: Vec<(&'static str, Amount)>,
    once: Option<Pending>,
}

/// What was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    receipt: Receipt,
    again: bool,
}

impl Act {
    /// Instructions of a command.
    pub fn new(command: &'static str, instructions: Vec<Instruction>) -> Self {
        Self { command, instructions, takes: Vec::new(), once: None }
    }

    /// Puts an instruction before the others, if there is one.
    #[must_use]
    pub fn after(mut self, first: impl IntoIterator<Item = Instruction>) -> Self {
        self.instructions.splice(0..0, first);
        self
    }

    /// Says what it takes from the wallet.
    #[must_use]
    pub fn takes(mut self, what: &'static str, amount: Amount) -> Self {
        self.takes.push((what, amount));
        self
    }

    /// It is carried out once.
    #[must_use]
    pub fn once(mut self, pending: Pending) -> Self {
        self.once = Some(pending);
        self
    }
}

fn end(pending: Option<Pending>) {
    if let Some(pending) = pending {
        pending.end();
    }
}

impl Session {
    /// Begins something that must not happen twice, and whose number is chosen when it begins. A dry run writes nothing down.
    pub fn begin(&self, command: &str, details: &[u8], number: impl FnOnce() -> Result<u64, Failure>) -> Result<Pending, Failure> {
        if self.chain.dry_run {
            return Ok(Pending::unwritten(number()?));
        }
        Pending::begin(&Asked { place: &self.place, wallet: &self.me()?, command, details }, number)
    }

    /// Sends it. None: it was a dry run, and that was reported.
    pub fn carry_out(&mut self, act: Act) -> Result<Option<Sent>, Failure> {
        if self.chain.dry_run {
            return self.rehearse(&act).map(|()| None);
        }
        let wallet = self.wallet()?.insecure_clone();
        let again = act.once.as_ref().is_some_and(|pending| pending.again);
        if !again && let Err(why) = self.afford(&act) {
            end(act.once);
            return Err(why);
        }
        let before = self.ledger().clock()?.slot;
        let intent = act.once.as_ref().map(|pending| pending.intent);
        let sent = self.open.ledger_mut().send(&Spec { intent, ..Spec::new(&act.instructions, &wallet) });
        match sent {
            Ok(receipt) => {
                self.unreported.borrow_mut().extend(act.once);
                Ok(Some(Sent { receipt, again: again && receipt.slot < before }))
            }
            Err(error) => {
                if Pending::is_over(&error) {
                    end(act.once);
                }
                Err(self.refused(&act.instructions, error))
            }
        }
    }

    fn refused(&self, instructions: &[Instruction], error: LedgerError) -> Failure {
        let at = match &error {
            LedgerError::Refused(
                assay_settlement::Refused::ByProgram { instruction, .. } | assay_settlement::Refused::Instruction { instruction, .. },
            ) => instructions.get(*instruction),
            _ => None,
        };
        let failure = Failure::from(error);
        match at {
            Some(instruction) => failure.about(explain::name(&self.at, instruction)),
            None => failure,
        }
    }

    /// Whether the wallet holds what it takes.
    fn afford(&self, act: &Act) -> Result<(), Failure> {
        let me = self.me()?;
        let cost = explain::cost(self, &act.instructions)?;
        for token in Token::ALL {
            let asked: u64 =
                act.takes.iter().filter(|(_, amount)| amount.token == token).fold(0, |sum, (_, amount)| sum.saturating_add(amount.units));
            let needed = if token == Token::Sol { asked.saturating_add(cost.lamports()) } else { asked };
            if needed == 0 {
                continue;
            }
            let held = self.ledger().balance(&self.at, &me, token)?;
            if held.units < needed {
                let needed = token.units(needed);
                let what: Vec<&str> = act.takes.iter().filter(|(_, amount)| amount.token == token).map(|(what, _)| *what).collect();
                let what = if what.is_empty() { "fee and rent".to_owned() } else { what.join(", ") };
                let hint = match self.place {
                    Place::Embedded(_) => format!("`assay ledger airdrop {me} {}`", needed.to_string().replace(' ', "")),
                    Place::Cluster(_) => format!("send {token} to {me}, or sign with another key by --keypair"),
                };
                return Err(Failure::failed(format!("{me} holds {held}, and {} takes {needed} ({what})", act.command))
                    .by("ledger.funds")
                    .hint(hint));
            }
        }
        Ok(())
    }

    /// Shows what would be signed, what it would cost, and whether it would be refused.
    fn rehearse(&self, act: &Act) -> Result<(), Failure> {
        let wallet = self.wallet()?;
        let simulated = self.ledger().simulate(&Spec::new(&act.instructions, wallet))?;
        let cost = explain::cost(self, &act.instructions)?;
        let refused = simulated.refused.clone().map(Failure::from);
        if self.as_json {
            let instructions: Vec<Value> = act.instructions.iter().map(|instruction| explain::json(&self.at, instruction)).collect();
            let takes: Vec<Value> =
                act.takes.iter().map(|(what, amount)| json!({ "what": what, "amount": show::amount_json(*amount) })).collect();
            report::print_json(&json!({
                "dry_run": act.command, "ledger": self.place.shown(), "signer": wallet.pubkey().to_string(), "instructions": instructions, "takes": takes,
                "compute_units": simulated.units, "fee": show::amount_json(Token::Sol.units(cost.fee)), "rent": show::amount_json(Token::Sol.units(cost.rent)),
                "refused": simulated.refused.as_ref().map(ToString::to_string),
            }));
        } else {
            out!("{}: a dry run, nothing is sent", act.command);
            out!("  ledger   {}", self.place.shown());
            out!("  signer   {}", wallet.pubkey());
            for instruction in &act.instructions {
                explain::lines(&self.at, instruction).iter().for_each(|line| out!("  {line}"));
            }
            act.takes.iter().for_each(|(what, amount)| out!("  takes    {amount} · {what}"));
            out!(
                "  costs    {} · fee; {} · rent, which comes back when the account is closed",
                Token::Sol.units(cost.fee),
                Token::Sol.units(cost.rent)
            );
            out!("  compute  {} units", report::grouped(simulated.units));
        }
        match (refused, self.as_json) {
            (None, _) => Ok(()),
            (Some(_), true) => Err(Failure::silent(Code::Failed)),
            (Some(failure), false) => Err(failure.about("it would be refused")),
        }
    }

    /// Reports what was done. Only then has it ended: whoever is interrupted before has not heard of it, and will ask again.
    pub fn done(&self, command: &str, sent: &[Sent], own: Value, lines: &[String]) {
        self.report(command, sent, own, lines);
        if !crate::say::lost() {
            self.unreported.take().into_iter().for_each(Pending::end);
        }
    }

    fn report(&self, command: &str, sent: &[Sent], mut own: Value, lines: &[String]) {
        if self.as_json {
            let mut all = json!({ "done": command, "ledger": self.place.shown() });
            if let (Some(all), Some(own)) = (all.as_object_mut(), own.as_object_mut()) {
                all.append(own);
            }
            all["transactions"] = sent.iter().map(|sent| self.sent_json(sent)).collect();
            report::print_json(&all);
            return;
        }
        lines.iter().for_each(|line| out!("{line}"));
        for sent in sent {
            let receipt = &sent.receipt;
            let units = report::grouped(receipt.units);
            out!("  transaction {} · slot {} · {units} compute units · {}", receipt.signature, receipt.slot, Token::Sol.units(receipt.fee));
            if let Some(link) = self.place.explorer(&receipt.signature.to_string()) {
                out!("  {link}");
            }
            if sent.again {
                out!("  it was carried out when the command was run before; nothing was paid a second time");
            }
        }
    }

    fn sent_json(&self, sent: &Sent) -> Value {
        let receipt = &sent.receipt;
        let mut shown = json!({
            "signature": receipt.signature.to_string(), "slot": receipt.slot, "compute_units": receipt.units,
            "fee": show::amount_json(Token::Sol.units(receipt.fee)), "carried_out_before": sent.again,
        });
        if let Some(link) = self.place.explorer(&receipt.signature.to_string()) {
            shown["explorer"] = json!(link);
        }
        shown
    }
}
