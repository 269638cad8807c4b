//! What goes wrong with a ledger: refused by the program, a fault of who asked, of the disk, or of the cluster.

use std::path::PathBuf;

use assay_settlement_interface::error::Refusal;
use solana_sdk::instruction::InstructionError;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::TransactionError;
use thiserror::Error;

/// Why a transaction is not on the ledger. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The settlement program refused.
    #[error("instruction {instruction} is refused, {}: {}", refusal.name(), refusal.message())]
    ByProgram {
        /// Which of the transaction's instructions, from 0.
        instruction: usize,
        /// Why.
        refusal: Refusal,
    },
    /// Another program refused, or the runtime while it executed one.
    #[error("instruction {instruction} failed: {why}")]
    Instruction {
        /// Which of the transaction's instructions, from 0.
        instruction: usize,
        /// Why, as Solana says it.
        why: String,
    },
    /// The transaction as a whole: no money for its fee, an account that is missing.
    #[error("the transaction is refused: {0}")]
    Transaction(String),
}

impl Refused {
    /// The program's reason, if it was the program.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::ByProgram { refusal, .. } => Some(*refusal),
            _ => None,
        }
    }

    /// What Solana's error says. `invoked(i)` is the program of instruction `i`: a number is only ours if the program is.
    pub(crate) fn new(error: &TransactionError, program: &Pubkey, invoked: impl Fn(usize) -> Option<Pubkey>) -> Self {
        let TransactionError::InstructionError(at, why) = error else {
            return Self::Transaction(error.to_string());
        };
        let instruction = usize::from(*at);
        let ours = invoked(instruction).as_ref() == Some(program);
        match why {
            InstructionError::Custom(code) if ours => match Refusal::from_code(*code) {
                Some(refusal) => Self::ByProgram { instruction, refusal },
                // The program's own numbers start above those of the programs that it calls, whose refusals come through it.
                None => Self::Instruction { instruction, why: called(*code).unwrap_or_else(|| why.to_string()) },
            },
            _ => Self::Instruction { instruction, why: why.to_string() },
        }
    }
}

/// What a refusal of a program that ours calls says. The token program and the system program use the same numbers: 1 is too few tokens, or too little SOL for an account.
fn called(code: u32) -> Option<String> {
    if code == 1 {
        return Some("a program that it calls refuses: insufficient tokens, or insufficient SOL for what is to be stored".into());
    }
    let why = spl_token_interface::error::TokenError::try_from(code).ok()?;
    Some(format!("the token program refuses: {why}"))
}

/// Why a ledger does not do what it was asked.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The transaction is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What was asked for is not there.
    #[error("there is no {what} at {address}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Pubkey,
    },
    /// What is there is something else.
    #[error("{address} is no {what}: {why}")]
    Foreign {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Pubkey,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The transaction cannot be sent as it is.
    #[error("the transaction cannot be sent: {0}")]
    Unsendable(String),
    /// The same signed transaction is on the ledger.
    #[error("transaction {0} is on the ledger already")]
    Already(Signature),
    /// The blockhash of a signed transaction is too old.
    #[error("transaction {0} has expired: sign it anew")]
    Expired(Signature),
    /// The cluster does not say what became of a transaction. It is in the outbox; `resume` asks again.
    #[error(
        "it is not known yet what became of transaction {signature} ({why}): it stays in the outbox, and must not be sent in another way"
    )]
    Uncertain {
        /// Which.
        signature: Signature,
        /// Why it is not known.
        why: String,
    },
    /// Another process has it open.
    #[error("{} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// There is a ledger already.
    #[error("there is a ledger in {} already", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no ledger in {}", .0.display())]
    NoLedger(PathBuf),
    /// A file could not be read or written.
    #[error("cannot {step} {}: {error}", path.display())]
    Io {
        /// What was tried.
        step: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// A file of the ledger is damaged.
    #[error("{} is damaged at byte {at}: {why}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        at: u64,
        /// What is wrong.
        why: String,
    },
    /// A file of the ledger is of another version.
    #[error("{} is of version {found}, and this program reads version {wanted}", path.display())]
    Version {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The one that is read.
        wanted: u32,
    },
    /// An earlier write failed, so that memory and disk may differ.
    #[error("an earlier write to {} failed: open the ledger anew", .0.display())]
    Broken(PathBuf),
    /// The program does not load.
    #[error("the settlement program does not load: {0}")]
    Program(String),
    /// An amount is too large.
    #[error("an amount is too large")]
    Overflow,
    /// The cluster's RPC did not answer as it should.
    #[error("the cluster ({url}) failed to {step}: {why}")]
    Rpc {
        /// Which, without what may be secret in it.
        url: String,
        /// What was asked.
        step: &'static str,
        /// What it said.
        why: String,
    },
}
