//! Doing something on the ledger: checked, sent, reported. All commands that change anything go through here; with `--dry-run` it goes on in `rehearsal`.

use assay_settlement::token::{Amount, Token};
use assay_settlement::{LedgerError, Reads, Spec};
use serde_json::{Value, json};
use solana_sdk::instruction::Instruction;
use solana_sdk::signature::Keypair;

use super::connect::Place;
use super::explain::{self, Cost};
use super::pending::{Asked, Pending};
use super::sent::Sent;
use super::session::Session;
use crate::failure::Failure;
use crate::report;
use crate::say::out;

/// Something to do, in one transaction.
pub struct Act {
    pub(super) command: &'static str,
    pub(super) instructions: Vec<Instruction>,
    pub(super) takes: Vec<(&'static str, Amount)>,
    /// What comes after it, and cannot be shown before it is carried out.
    pub(super) follows: Option<&'static str>,
    signers: Vec<Keypair>,
    once: Option<Pending>,
}

impl Act {
    /// Instructions of a command.
    pub fn new(command: &'static str, instructions: Vec<Instruction>) -> Self {
        Self { command, instructions, takes: Vec::new(), follows: None, signers: Vec::new(), once: None }
    }

    /// Instructions of a command that are more than one transaction holds: `most` in each.
    pub fn several(command: &'static str, instructions: &[Instruction], most: usize) -> Vec<Self> {
        instructions.chunks(most).map(|some| Self::new(command, some.to_vec())).collect()
    }

    /// Says who signs besides the wallet: keys of accounts that it makes.
    #[must_use]
    pub fn signed_by(mut self, signers: impl IntoIterator<Item = Keypair>) -> Self {
        self.signers.extend(signers);
        self
    }

    /// Says what comes after it, for a dry run that cannot show that.
    #[must_use]
    pub fn then(mut self, follows: &'static str) -> Self {
        self.follows = Some(follows);
        self
    }

    pub(super) fn signers(&self) -> Vec<Keypair> {
        self.signers.iter().map(Keypair::insecure_clone).collect()
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

    /// Sends it. None: it was a dry run that ends here, and was reported.
    pub fn carry_out(&mut self, act: Act) -> Result<Option<Sent>, Failure> {
        if self.chain.dry_run {
            return self.rehearse(act);
        }
        let wallet = self.wallet()?.insecure_clone();
        let again = act.once.as_ref().is_some_and(|pending| pending.again);
        let mut deposit = None;
        if !again {
            match self.afford(&act) {
                Ok(cost) => deposit = Some(cost.rent),
                Err(why) => {
                    end(act.once);
                    return Err(why);
                }
            }
        }
        let before = self.ledger().clock()?.slot;
        let intent = act.once.as_ref().map(|pending| pending.intent);
        let signers: Vec<&Keypair> = act.signers.iter().collect();
        let sent = self.open.sender()?.send(&Spec { intent, signers: &signers, ..Spec::new(&act.instructions, &wallet) });
        match sent {
            Ok(receipt) => {
                self.unreported.borrow_mut().extend(act.once);
                let what: Vec<String> = act.instructions.iter().map(|instruction| explain::name(&self.at, instruction)).collect();
                let sent = Sent::new(receipt, what.join(", "), deposit, again && receipt.slot < before);
                self.sent.borrow_mut().push(sent.clone());
                Ok(Some(sent))
            }
            Err(error) => {
                if Pending::is_over(&error) {
                    end(act.once);
                }
                Err(self.refused(&act.instructions, error))
            }
        }
    }

    /// Sends several, one after the other. None: it was a dry run that ends here, and was reported.
    pub fn carry_out_all(&mut self, acts: Vec<Act>) -> Result<Option<Vec<Sent>>, Failure> {
        if self.chain.dry_run && self.open.is_cluster() {
            return self.rehearse_all(acts).map(|()| None);
        }
        let mut sent = Vec::with_capacity(acts.len());
        for act in acts {
            match self.carry_out(act)? {
                Some(one) => sent.push(one),
                None => return Ok(None),
            }
        }
        Ok(Some(sent))
    }

    pub(super) fn refused(&self, instructions: &[Instruction], error: LedgerError) -> Failure {
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

    /// Whether the wallet holds what it takes: what that is in lamports.
    pub(super) fn afford(&self, act: &Act) -> Result<Cost, Failure> {
        let me = self.me()?;
        let cost = explain::cost(self, act, &mut Vec::new())?;
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
        Ok(cost)
    }

    /// What was begun by an earlier run has ended since, and this command says so: it can be begun anew.
    pub fn forget(&self) {
        self.unreported.take().into_iter().for_each(Pending::end);
    }

    /// Reports what was done. Only then has it ended: whoever is interrupted before has not heard of it, and will ask again.
    pub fn done(&self, command: &str, sent: &[Sent], own: Value, lines: &[String]) {
        if self.chain.dry_run && self.show_rehearsal() {
            return;
        }
        self.report(command, sent, own, lines);
        self.sent.take();
        if !crate::say::lost() {
            self.forget();
        }
    }

    fn report(&self, command: &str, sent: &[Sent], mut own: Value, lines: &[String]) {
        if self.as_json {
            let mut all = json!({ "done": command, "ledger": self.place.shown() });
            if let (Some(all), Some(own)) = (all.as_object_mut(), own.as_object_mut()) {
                all.append(own);
            }
            all["transactions"] = sent.iter().map(|sent| sent.json(self)).collect();
            report::print_json(&all);
            return;
        }
        lines.iter().for_each(|line| out!("{line}"));
        sent.iter().flat_map(|sent| sent.lines(self)).for_each(|line| out!("  {line}"));
    }
}
