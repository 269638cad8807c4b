//! What goes wrong with a ledger, as the command line says it: whose fault, and what to do.

use assay_settlement::{LedgerError, Refused};
use assay_settlement_interface::error::Refusal;

use crate::failure::Failure;

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let said = error.to_string();
        match error {
            LedgerError::Refused(refused) => refused.into(),
            LedgerError::Missing { .. } => {
                Self::usage(said).hint("check the address, and with `assay ledger status` that this is the ledger you mean")
            }
            LedgerError::Foreign { .. } => Self::refused("ledger.account", said).hint("that address holds something else: check it"),
            LedgerError::Unsendable(_) | LedgerError::Overflow => Self::failed(said).hint("nothing was sent: ask for less at once"),
            LedgerError::Already(_) => Self::failed(said).hint("it was sent before: look with the status command before you send it again"),
            LedgerError::Expired(_) => Self::abstained(said).hint("nothing has changed: run the command again"),
            LedgerError::Uncertain { .. } => Self::abstained(said)
                .hint("run the same command again when the cluster answers: it first finds out what became of this one, and pays once"),
            LedgerError::Locked(_) => {
                Self::abstained(said).hint("another assay command has the ledger open: run this again when it has ended")
            }
            LedgerError::Exists(_) => Self::usage(said).hint("use it, or name another folder with --url embedded:DIR"),
            LedgerError::NoLedger(_) => Self::usage(said).hint("make one with `assay ledger init`, or name another with --url"),
            LedgerError::Io { .. } => Self::abstained(said).hint("check the folder, its permissions and free space"),
            LedgerError::Damaged { .. } => Self::abstained(said).hint("restore the folder from a copy: nothing of it was changed"),
            LedgerError::Version { .. } => Self::abstained(said).hint("use the version of assay that wrote it, or a newer one"),
            LedgerError::Broken(_) => Self::abstained(said).hint("check the disk, then run the command again"),
            LedgerError::Program(_) => Self::abstained(said).hint("this is a fault of this build of assay: report it"),
            LedgerError::Rpc { .. } => Self::abstained(said)
                .hint("check the URL and the network, or ask another node by --url; nothing was paid that is not said so here"),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused.refusal() {
            Some(refusal) => refusal.into(),
            None => Self::failed(refused.to_string()).hint(
                "nothing has changed but perhaps a fee; `assay ledger balance` shows whether the wallet has the SOL and the tokens for it",
            ),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::failed(refusal.message()).by(&format!("ledger.{}", refusal.name())).hint(hint(refusal))
    }
}

/// What to do about it.
fn hint(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotSigned => "another key must sign this: name it by --keypair",
        Refusal::NotOurs | Refusal::WrongKind | Refusal::WrongAddress => {
            "what was named is not there, is another's, or changed meanwhile: check names, numbers and --keypair; else this program and the one on the ledger do not agree"
        }
        Refusal::Instruction | Refusal::MissingAccount | Refusal::NotWritable | Refusal::Duplicate => {
            "this program and the one on the ledger do not agree, or the accounts changed meanwhile: try again, then check the versions"
        }
        Refusal::WrongTokens => "a token account is missing: `assay ledger balance` shows the wallet's",
        Refusal::Paused => "`assay ledger status` shows since when; `assay ledger resume` ends a pause that has lasted long enough",
        Refusal::NotGuardian => "`assay ledger status` shows who that is; sign with its key by --keypair",
        Refusal::NotEligible => "`assay provider status` shows what is missing",
        Refusal::StakeBusy => "`assay provider status` shows which",
        Refusal::NotEnoughStake => "`assay provider status` shows how much is free; `assay provider stake` adds to it",
        Refusal::UnbondingFull => "`assay provider withdraw`",
        Refusal::DeviceBusy | Refusal::DeviceDown => "`assay provider device list` shows its state",
        Refusal::Demands | Refusal::Price => "`assay job show` shows what it demands and pays; `assay provider device list` what you offer",
        Refusal::JobState | Refusal::RoundOpen | Refusal::RoundState | Refusal::DisputeState | Refusal::TooEarly | Refusal::TooLate => {
            "`assay job show` shows what can happen now, and by when"
        }
        Refusal::NotDrawn | Refusal::SlotNotYet => "`assay verifier draw` decides it",
        Refusal::EpochBehind => "`assay ledger advance`, then again",
        Refusal::NotMember => "`assay verifier status` shows the rounds that wait for your seats",
        Refusal::Exists => "`assay ledger status` and the status commands show what is there",
        Refusal::Overflow | Refusal::Zero | Refusal::Value => {
            "look at the numbers: none may be 0, or more than the ledger's parameters and tokens allow"
        }
        Refusal::Parameter => "`assay ledger status --params` shows all; the emission table never changes",
        Refusal::NotPaused => "there is nothing to resume",
        Refusal::PauseTooSoon => "`assay ledger status --params` shows how long must pass: pause_s",
        Refusal::NothingToPay => "the status commands show what is earned, and what is ripe when",
        Refusal::Terminated => "register another key as a provider",
        Refusal::ModelDisabled => "`assay ledger model list` shows which there are",
        Refusal::OwnJob => "accept it as another provider",
        Refusal::AlreadyDrawn => "`assay job show` shows what follows",
        Refusal::AlreadyCommitted | Refusal::AlreadyRevealed => "there is nothing left to do in this step: `assay job show`",
        Refusal::WrongReveal => "reveal on the machine, and as the user, that committed",
        Refusal::NotComplete => "`assay job show` shows who is waited for, and until when",
        Refusal::WrongSeats => "the ledger has changed meanwhile: run the command again",
        Refusal::NotPunishable => "only who contradicted in an overturned round is punished, and once",
        Refusal::RoundsLeft | Refusal::Punishable => "`assay dispute punish`, then `assay job close`",
        Refusal::SeatTaken | Refusal::VacantSeats => "somebody was faster: run the command again",
        Refusal::SeatState => "`assay verifier status` shows the state of your seats",
        Refusal::SeatBusy => "`assay verifier status` shows in which rounds: they must be counted first",
        Refusal::EpochCurrent => "wait for the end of the epoch",
        Refusal::NotLapsed => "`assay provider status` shows until when it counts",
        Refusal::Voted | Refusal::VoteOver => "`assay gov list` shows how it stands",
        Refusal::Action => "`assay gov propose --help` shows what can be proposed",
    }
}
