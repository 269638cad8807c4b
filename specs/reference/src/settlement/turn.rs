//! # One call, and why it is refused
//!
//! The page names the refusals of an instruction, and leaves open which check comes first. So a call is not refused for
//! one reason here but for all that apply, and whoever compares asks whether the program's one is [among them](Refused::allows).
//!
//! Two kinds of reasons: the *shape* of a call (accounts that are missing, forged, not signed for: numbers 102 to 110
//! but `Exists`), which count as one, since which of them is seen first means little; and all others, which are told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::Addresses;
use super::instructions::Instruction;
use super::layout::Key;
use super::refusals::{
    self, DUPLICATE, EXISTS, MISSING_ACCOUNT, NOT_SIGNED, NOT_WRITABLE, Number, OVERFLOW, TOKENS_MISSING, WRONG_ADDRESS, WRONG_KIND,
};

/// An account as a call passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Where it is.
    pub address: Key,
    /// Whether it has signed.
    pub signer: bool,
    /// Whether it may change.
    pub writable: bool,
}

/// An instruction and its accounts, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is asked.
    pub instruction: Instruction,
    /// Of whom.
    pub accounts: Vec<Passed>,
}

/// All reasons that were found against a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// Their numbers.
    pub found: BTreeSet<Number>,
    /// Whether checks were left out, because an account that they need is not there.
    pub blind: bool,
    /// Whether the sums at the end were left out, because something else was refused before.
    pub unsummed: bool,
}

impl Refused {
    /// Whether a program that keeps to the page may refuse this call with this number.
    pub fn allows(&self, number: Number) -> bool {
        let shape = self.found.iter().any(|found| is_shape(*found));
        let sums = [OVERFLOW, TOKENS_MISSING].contains(&number);
        self.blind || self.found.contains(&number) || (shape && is_shape(number)) || (self.unsummed && sums)
    }
}

/// Whether a refusal is about the accounts that were passed, not about what is in them.
pub fn is_shape(number: Number) -> bool {
    (MISSING_ACCOUNT..=DUPLICATE).contains(&number) && number != EXISTS
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.found.iter().map(|number| refusals::name(*number)).collect();
        f.write_str(&names.join(", "))
    }
}

/// There is a reason against the call, and going on makes no sense.
#[derive(Debug)]
pub(super) struct Stop;

/// A step of an instruction.
pub(super) type Step<T = ()> = Result<T, Stop>;

/// A call while it is judged.
pub(super) struct Turn<'a> {
    pub(super) addresses: &'a dyn Addresses,
    passed: &'a [Passed],
    names: Vec<&'static str>,
    pub(super) refused: Refused,
}

impl<'a> Turn<'a> {
    /// Looks at what needs no account: are all passed, have they signed, may they change?
    pub(super) fn new(addresses: &'a dyn Addresses, call: &'a Call) -> Turn<'a> {
        let mut turn = Turn { addresses, passed: &call.accounts, names: Vec::new(), refused: Refused::default() };
        for (place, wanted) in call.instruction.accounts().split(", ").enumerate() {
            let (name, flags) = wanted.split_once(' ').unwrap_or((wanted, ""));
            turn.names.push(name);
            let Some(passed) = call.accounts.get(place) else {
                turn.refuse(true, MISSING_ACCOUNT);
                continue;
            };
            turn.refuse(flags.contains('s') && !passed.signer, NOT_SIGNED);
            turn.refuse(flags.contains('w') && !passed.writable, NOT_WRITABLE);
        }
        turn
    }

    /// Notes a reason, and goes on: others may apply as well.
    pub(super) fn refuse(&mut self, applies: bool, number: Number) {
        if applies {
            self.refused.found.insert(number);
        }
    }

    /// Stops if there is any reason: what follows changes something.
    pub(super) fn go(&mut self) -> Step {
        if self.refused.found.is_empty() {
            return Ok(());
        }
        self.refused.unsummed = true;
        Err(Stop)
    }

    /// Stops because of `number`.
    pub(super) fn stop(&mut self, number: Number) -> Stop {
        self.refused.found.insert(number);
        Stop
    }

    /// Stops because an account that checks need is not there.
    fn blind(&mut self, number: Number) -> Stop {
        self.refused.blind = true;
        self.stop(number)
    }

    /// A sum, or `Overflow`.
    pub(super) fn sum<T>(&mut self, sum: Option<T>) -> Step<T> {
        sum.ok_or_else(|| self.stop(OVERFLOW))
    }

    /// Address of the account of this name in the page's list.
    pub(super) fn key(&mut self, name: &str) -> Step<Key> {
        let place = self.names.iter().position(|one| *one == name);
        match place.and_then(|place| self.passed.get(place)) {
            Some(passed) => Ok(passed.address),
            None => Err(self.blind(MISSING_ACCOUNT)),
        }
    }

    /// What was passed after the accounts that are always there.
    pub(super) fn rest(&self) -> &'a [Passed] {
        self.passed.get(self.names.len()..).unwrap_or_default()
    }

    /// Names the accounts after those, where an instruction needs more of them; all of them change but `r`.
    pub(super) fn more(&mut self, names: &[&'static str]) -> Step {
        for (name, passed) in names.iter().zip(self.rest()) {
            self.refuse(!passed.writable && !["vault", "token_program", "system_program"].contains(name), NOT_WRITABLE);
        }
        if self.rest().len() < names.len() {
            return Err(self.blind(MISSING_ACCOUNT));
        }
        self.names.extend(names);
        Ok(())
    }

    /// The account of this name, if it is of the kind that `accounts` holds.
    pub(super) fn account<T: Clone>(&mut self, accounts: &BTreeMap<Key, T>, name: &str) -> Step<T> {
        let key = self.key(name)?;
        self.at(accounts, &key)
    }

    /// The account at this address, if it is of the kind that `accounts` holds.
    pub(super) fn at<T: Clone>(&mut self, accounts: &BTreeMap<Key, T>, key: &Key) -> Step<T> {
        accounts.get(key).cloned().ok_or_else(|| self.blind(WRONG_KIND))
    }

    /// The account of this name is the one that another names.
    pub(super) fn names(&mut self, name: &str, named: &Key) -> Step {
        let differs = self.key(name)? != *named;
        self.refuse(differs, WRONG_ADDRESS);
        Ok(())
    }

    /// The account of this name is at the address of these seeds; the bump.
    pub(super) fn derived(&mut self, name: &str, seeds: &[&[u8]]) -> Step<u8> {
        let (address, bump) = self.addresses.address(seeds);
        self.names(name, &address)?;
        Ok(bump)
    }
}
