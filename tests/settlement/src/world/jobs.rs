//! The way of a job up to its proof, and its end.

use assay_settlement_interface::Key;
use assay_settlement_interface::account::state::code;
use assay_settlement_interface::instruction::{OpenJob, Prove};
use solana_sdk::pubkey::Pubkey;

use super::{OWNER, PRICES, REQUESTER, World};

/// The outcome that providers claim here.
pub const CLAIMED: Key = [0xaa; 32];
/// The package of all jobs here.
pub const PACKAGE: Key = [0x11; 32];

/// What a verifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// The provider's outcome.
    Same,
    /// This outcome.
    Other(u8),
    /// A dispatch is racy.
    Racy,
    /// This machine cannot tell.
    Abstain,
    /// It commits, and does not reveal.
    Hide,
    /// Nothing.
    Silent,
}

impl Say {
    /// Code and outcome.
    pub fn verdict(self) -> (u8, Key) {
        match self {
            Self::Same | Self::Hide | Self::Silent => (code::OUTCOME, CLAIMED),
            Self::Other(byte) => (code::OUTCOME, [byte; 32]),
            Self::Racy => (code::INDETERMINATE, [0; 32]),
            Self::Abstain => (code::ABSTAIN, [0; 32]),
        }
    }
}

/// A job that any device here takes.
pub fn plain(nonce: u64, currency: u8) -> OpenJob {
    OpenJob {
        nonce,
        currency,
        model: u16::MAX,
        tier: 0,
        country: [0; 2],
        package: PACKAGE,
        job: [0x22; 32],
        price_hour: PRICES[usize::from(currency)] + 7,
        hours: 3,
    }
}

/// A proof of the outcome that providers claim here.
pub fn proof() -> Prove {
    Prove { outcome: CLAIMED, transcript: [0x33; 32], fuel: 1_234_567, profile: *b"assay-1\0\0\0\0\0\0\0\0\0" }
}

impl World {
    /// A job that was opened.
    pub fn opened(&mut self, nonce: u64) -> Pubkey {
        self.opened_in(nonce, 0)
    }

    /// The same, in this currency.
    pub fn opened_in(&mut self, nonce: u64, currency: u8) -> Pubkey {
        self.must(self.at.open_job(&REQUESTER, &plain(nonce, currency)));
        self.at.job(&REQUESTER, nonce)
    }

    /// A job that the first provider has accepted.
    pub fn accepted(&mut self, nonce: u64) -> Pubkey {
        let job = self.opened(nonce);
        self.must(self.at.accept_job(&OWNER, 0, &job));
        job
    }

    /// A job that it has proved.
    pub fn proved(&mut self, nonce: u64) -> Pubkey {
        let job = self.accepted(nonce);
        self.prove(&job);
        job
    }

    /// Proves an accepted job.
    pub fn prove(&mut self, job: &Pubkey) {
        self.must(self.at.prove(&OWNER, &self.job(job), &proof()));
    }

    /// Settles a job.
    pub fn settle(&mut self, job: &Pubkey) {
        self.must(self.at.settle(&self.job(job), &OWNER));
    }

    /// A job that a sample has confirmed, and whose time for challenges is over.
    pub fn settled(&mut self, nonce: u64) -> Pubkey {
        let job = self.proved(nonce);
        self.sample(&job);
        self.judge(&job, &[Say::Same; 3]);
        let until = self.job(&job).challenge_until;
        self.at_protocol_time(until + 1);
        self.settle(&job);
        job
    }

    /// A job whose sample contradicted it.
    pub fn disputed(&mut self, nonce: u64) -> Pubkey {
        let job = self.proved(nonce);
        self.sample(&job);
        self.judge(&job, &[Say::Other(9), Say::Other(9), Say::Same]);
        job
    }

    /// A job whose dispute was appealed; the round that judges it waits.
    pub fn appealed(&mut self, nonce: u64) -> Pubkey {
        let job = self.disputed(nonce);
        self.must(self.at.appeal(&OWNER, &self.job(&job)));
        job
    }

    /// A job whose appeal overturned the round that contradicted it.
    pub fn overturned(&mut self, nonce: u64) -> Pubkey {
        let job = self.appealed(nonce);
        self.judge(&job, &[Say::Same; 9]);
        job
    }
}
