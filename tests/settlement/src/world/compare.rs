//! One call, sent to both, and what came of it compared.

use std::collections::BTreeMap;

use assay_reference::settlement::instructions::Instruction as ModelInstruction;
use assay_reference::settlement::refusals::{TOKENS_MISSING, WRONG_SEATS};
use assay_reference::settlement::turn::{Passed, Refused, is_shape};
use assay_settlement_interface::account::state::proposal::REJECTED;
use assay_settlement_interface::account::state::round::WAITING;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{Draw, Execute};
use solana_sdk::account::{AccountSharedData, ReadableAccount};
use solana_sdk::instruction::{Instruction, InstructionError};
use solana_sdk::message::Message;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::transaction::{Transaction, TransactionError};

use super::{FEES, PROGRAM, World};

/// What the program made of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done.
    Taken,
    /// It was refused by the program.
    Refused(Refusal),
    /// It was refused by another program, or by the runtime.
    Other(String),
}

/// The token program's own refusal: less is there than is to be moved. A transaction that a call of it fails in ends with its number.
const TOO_FEW_TOKENS: u32 = 1;

impl Answer {
    pub(super) fn of(error: &TransactionError) -> Self {
        match error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => {
                Refusal::from_code(*code).map_or_else(|| Self::Other(format!("custom {code}")), Self::Refused)
            }
            other => Self::Other(format!("{other:?}")),
        }
    }

    fn too_few_tokens() -> Self {
        Self::Other(format!("custom {TOO_FEW_TOKENS}"))
    }

    /// Whether the model allows this refusal.
    pub fn is_allowed(&self, by: &Refused) -> bool {
        match self {
            Self::Taken => false,
            // What is passed as a seat and is none is a wrong seat to the model.
            Self::Refused(refusal) if is_shape(refusal.code()) && by.found.contains(&WRONG_SEATS) => true,
            Self::Refused(refusal) => by.allows(refusal.code()),
            Self::Other(_) => *self == Self::too_few_tokens() && by.allows(TOKENS_MISSING),
        }
    }
}

/// The flags that accounts have on the cluster: those of a transaction, so an account that is passed twice has the flags of both.
pub(super) fn passed(call: &Instruction) -> Vec<Passed> {
    let mut flags: BTreeMap<Pubkey, (bool, bool)> = BTreeMap::new();
    for meta in &call.accounts {
        let (signer, writable) = flags.entry(meta.pubkey).or_default();
        *signer |= meta.is_signer;
        *writable |= meta.is_writable;
    }
    // Nobody writes programs that are called, or sysvars: the runtime takes that flag from them.
    let fixed = [PROGRAM, solana_sdk_ids::system_program::ID, assay_settlement::call::SLOT_HASHES];
    let one = |key: &Pubkey| Passed { address: key.to_bytes(), signer: flags[key].0, writable: flags[key].1 && !fixed.contains(key) };
    call.accounts.iter().map(|meta| one(&meta.pubkey)).collect()
}

/// Whether a program or sysvar that an instruction names is another one: the model does not know these.
fn names_strangers(call: &Instruction) -> bool {
    let Some(info) = call.data.first().and_then(|tag| super::INSTRUCTIONS.get(usize::from(*tag))) else { return false };
    // Of those that follow, Execute has the system program second, or the token program fourth.
    let more: &[&str] = match (info.name, call.accounts.len() - info.accounts.len().min(call.accounts.len())) {
        ("Execute", 2) => &["model", "system_program"],
        ("Execute", 4) => &["fees", "destination", "vault", "token_program"],
        _ => &[],
    };
    let names = info.accounts.iter().map(|account| account.name).chain(more.iter().copied());
    names.zip(&call.accounts).any(|(name, meta)| match name {
        "system_program" => meta.pubkey != solana_sdk_ids::system_program::ID,
        "token_program" => meta.pubkey != spl_token_interface::ID,
        "slot_hashes" => meta.pubkey != assay_settlement::call::SLOT_HASHES,
        _ => false,
    })
}

/// What the model says of a call.
pub(super) fn modelled_by(known: &super::Known, model: &mut super::Model, call: &Instruction) -> Result<(), Refused> {
    if let Err(number) = ModelInstruction::decode(&call.data) {
        // Whoever cannot read it cannot look at its accounts; the program looks at them first.
        return Err(Refused { found: [number].into(), blind: true, ..Refused::default() });
    }
    let strangers = names_strangers(call);
    let before = strangers.then(|| model.clone());
    let judged = model.apply_bytes(known, &call.data, passed(call));
    let Some(before) = before else { return judged };
    // What is rejected needs no more than the proposal.
    let proposal = call.accounts.get(2).and_then(|meta| model.proposals.get(&meta.pubkey.to_bytes()));
    if call.data.first() == Some(&Execute::TAG) && judged.is_ok() && proposal.is_some_and(|proposal| proposal.state == REJECTED) {
        return judged;
    }
    // A seed that is set needs no hashes of slots.
    let round = call.accounts.get(3).and_then(|meta| before.rounds.get(&meta.pubkey.to_bytes()));
    if call.data.first() == Some(&Draw::TAG) && round.is_some_and(|round| round.head.state != WAITING) {
        return judged;
    }
    *model = before;
    let mut refused = judged.err().unwrap_or_default();
    refused.found.insert(Refusal::WrongAddress.code());
    Err(refused)
}

/// A transaction of some calls, which nobody signs.
pub fn transaction(calls: &[Instruction]) -> Transaction {
    Transaction::new_unsigned(Message::new(calls, Some(&FEES)))
}

impl World {
    /// Sends a call to both. The error says in what they differ.
    pub fn try_send(&mut self, call: &Instruction) -> Result<Answer, String> {
        let tag = call.data.first().copied().unwrap_or(u8::MAX);
        let judged = modelled_by(&self.known, &mut self.model, call);
        let answer = match self.svm.send_transaction(transaction(std::slice::from_ref(call))) {
            Ok(done) => {
                let most = self.units.entry(tag).or_default();
                *most = (*most).max(done.compute_units_consumed);
                *self.taken.entry(tag).or_default() += 1;
                Answer::Taken
            }
            Err(failed) => {
                let answer = Answer::of(&failed.err);
                if let Answer::Other(why) = &answer
                    && answer != Answer::too_few_tokens()
                {
                    return Err(format!("{}: neither taken nor refused, but {why}: {:?}", self.name(call), failed.meta.logs));
                }
                answer
            }
        };
        match (&judged, &answer) {
            (Ok(()), Answer::Taken) => self
                .compare(call.accounts.iter().map(|meta| &meta.pubkey))
                .map_err(|why| format!("{}: taken by both, but {why}", self.name(call)))?,
            (Err(by), refused) if refused.is_allowed(by) => {}
            (Ok(()), _) => return Err(format!("{}: the program says {answer:?}, the model takes it", self.name(call))),
            (Err(by), _) => {
                let accounts: Vec<String> = call.accounts.iter().map(|meta| meta.pubkey.to_string()).collect();
                let accounts = accounts.join(" ");
                return Err(format!("{}: the program says {answer:?}, the model {by}; accounts {accounts}", self.name(call)));
            }
        }
        Ok(answer)
    }

    /// Sends a call to both, which must agree.
    pub fn send(&mut self, call: &Instruction) -> Answer {
        self.try_send(call).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Sends a call that must be taken.
    pub fn must(&mut self, call: Instruction) {
        let answer = self.send(&call);
        assert_eq!(answer, Answer::Taken, "{}", self.name(&call));
    }

    /// Name of the instruction.
    pub fn name(&self, call: &Instruction) -> &'static str {
        let info = call.data.first().and_then(|tag| super::INSTRUCTIONS.get(usize::from(*tag)));
        info.map_or("no instruction", |info| info.name)
    }

    /// Compares what both have at these addresses.
    pub fn compare<'a>(&self, addresses: impl IntoIterator<Item = &'a Pubkey>) -> Result<(), String> {
        addresses.into_iter().try_for_each(|address| compare_in(&self.model, address, self.svm.accounts_db().get_account_ref(address)))
    }

    /// Compares all that there is, in both directions, and asks for the invariants.
    pub fn compare_all(&self) -> Result<(), String> {
        let here = self.svm.accounts_db().inner.iter();
        let ours = here.filter(|(_, account)| *account.owner() == PROGRAM || *account.owner() == spl_token_interface::ID);
        let ours: Vec<Pubkey> = ours.map(|(address, _)| *address).collect();
        self.compare(&ours)?;
        let ours: std::collections::BTreeSet<Pubkey> = ours.into_iter().collect();
        match modelled(&self.model).map(Pubkey::from).find(|address| !ours.contains(address)) {
            Some(address) => Err(format!("the model has {address}, the cluster does not")),
            None => self.model.invariants(),
        }
    }
}

/// Addresses of all that the model has.
fn modelled(model: &super::Model) -> impl Iterator<Item = [u8; 32]> {
    let first = model.configs.keys().chain(model.totals.keys()).chain(model.models.keys()).chain(model.providers.keys());
    let second = model.devices.keys().chain(model.jobs.keys()).chain(model.rounds.keys()).chain(model.seats.keys());
    let third = model.disputes.keys().chain(model.marks.keys()).chain(model.proposals.keys()).chain(model.votes.keys());
    first.chain(second).chain(third).chain(model.tokens.keys()).chain(model.mints.keys()).copied()
}

/// Compares what a model has at an address with an account.
pub(super) fn compare_in(model: &super::Model, address: &Pubkey, account: Option<&AccountSharedData>) -> Result<(), String> {
    let key = address.to_bytes();
    let account = account.filter(|account| account.lamports() > 0);
    let ours = account.filter(|account| *account.owner() == PROGRAM);
    let modelled = model.account(&key);
    if ours.map(ReadableAccount::data) != modelled.as_deref() {
        return Err(format!("the account {address} is {:?} and {modelled:?}", ours.map(ReadableAccount::data)));
    }
    let tokens = account.and_then(super::reads::tokens_in);
    let modelled = model.tokens.get(&key).map(|tokens| (tokens.mint, tokens.owner, tokens.amount));
    if tokens != modelled {
        return Err(format!("the tokens in {address} are {tokens:?} and {modelled:?}"));
    }
    let supply = account.and_then(super::reads::supply_in);
    let modelled = model.mints.get(&key).map(|mint| mint.supply);
    if supply != modelled {
        return Err(format!("the supply of {address} is {supply:?} and {modelled:?}"));
    }
    Ok(())
}
