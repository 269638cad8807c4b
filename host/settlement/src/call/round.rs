//! Rounds: drawing a committee, its verdicts, what follows from them.

use assay_settlement_interface::account::{Dispute, Job, Member, Round, state};
use assay_settlement_interface::instruction::{
    Appeal, Challenge, CloseRound, Commit, Draw, ExecuteSlash, Punish, Redraw, Reveal, Sample, Tally,
};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::{call, changes, more};
use crate::address::{Addresses, wallet_tokens};

/// A round with those of its members that were drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// The round.
    pub round: Round,
    /// Its members, in order.
    pub members: Vec<Member>,
}

impl Addresses {
    /// The account of a round that was read.
    pub fn of_round(&self, round: &Round) -> Pubkey {
        self.round(&round.job.into(), round.number)
    }

    /// The round that an appeal reviews. Of another round this is an account that does not exist: one of this number is never made, a job's rounds being fewer.
    fn previous(&self, round: &Round) -> Pubkey {
        let number = if round.purpose == state::purpose::APPEAL { round.previous } else { state::NO_ROUND };
        self.round(&round.job.into(), number)
    }

    /// The next round of a job.
    fn next_round(&self, job: &Job) -> Pubkey {
        self.round(&self.of_job(job), job.rounds)
    }

    /// Decides whether a proof is sampled.
    pub fn sample(&self, payer: &Pubkey, job: &Job) -> Instruction {
        call!(self, Sample {}, [payer: *payer, provider: job.provider.into(), job: self.of_job(job), round: self.next_round(job)])
    }

    /// Looks at the candidates with these seats, in order.
    pub fn draw(&self, job: &Job, round: &Round, candidates: &[u32]) -> Instruction {
        let draws = call!(self, Draw {}, [
            provider: job.provider.into(), job: round.job.into(), round: self.of_round(round), previous: self.previous(round),
        ]);
        more(draws, candidates.iter().map(|seat| changes(self.seat(*seat))))
    }

    /// Commits to a verdict.
    pub fn commit(&self, owner: &Pubkey, seat: u32, round: &Round, commitment: [u8; 32]) -> Instruction {
        call!(self, Commit { commitment }, [owner: *owner, seat: self.seat(seat), round: self.of_round(round)])
    }

    /// Reveals it.
    pub fn reveal(&self, owner: &Pubkey, seat: u32, round: &Round, verdict: &Reveal) -> Instruction {
        call!(self, Reveal, verdict, [owner: *owner, seat: self.seat(seat), job: round.job.into(), round: self.of_round(round)])
    }

    /// Counts a round.
    pub fn tally(&self, payer: &Pubkey, job: &Job, committee: &Committee) -> Instruction {
        let round = &committee.round;
        let counts = call!(self, Tally {}, [
            payer: *payer,
            provider: job.provider.into(),
            job: round.job.into(),
            round: self.of_round(round),
            previous: self.previous(round),
            dispute: self.dispute(&round.job.into()),
            mark: self.mark(&job.package),
        ]);
        more(counts, committee.members.iter().map(|member| changes(self.seat(member.seat))))
    }

    /// Makes the next round after `round`, which had no quorum.
    pub fn redraw(&self, payer: &Pubkey, job: &Job, round: &Round) -> Instruction {
        call!(self, Redraw {}, [payer: *payer, job: self.of_job(job), round: self.of_round(round), next: self.next_round(job)])
    }

    /// Challenges a proof.
    pub fn challenge(&self, challenger: &Pubkey, job: &Job) -> Instruction {
        let source = wallet_tokens(challenger, &self.io_mint);
        call!(self, Challenge {}, [challenger: *challenger, job: self.of_job(job), round: self.next_round(job), source: source])
    }

    /// Appeals.
    pub fn appeal(&self, owner: &Pubkey, job: &Job) -> Instruction {
        let address = self.of_job(job);
        call!(self, Appeal {}, [
            owner: *owner,
            provider: job.provider.into(),
            job: address,
            dispute: self.dispute(&address),
            round: self.next_round(job),
            source: wallet_tokens(owner, &self.io_mint),
        ])
    }

    /// Burns frozen stake; the committee is that of `Dispute.round`.
    pub fn execute_slash(&self, job: &Job, dispute: &Dispute, committee: &Committee) -> Instruction {
        let address = self.of_job(job);
        let slashes = call!(self, ExecuteSlash {}, [
            job: address,
            dispute: self.dispute(&address),
            provider: dispute.provider.into(),
            round: self.of_round(&committee.round),
            escrow: self.escrow(job.currency),
            refund: self.wallet(&job.requester.into(), job.currency),
        ]);
        more(slashes, committee.members.iter().map(|member| changes(self.seat(member.seat))))
    }

    /// Punishes the member at `position` of an overturned round, who holds `seat`.
    pub fn punish(&self, round: &Round, position: u8, seat: u32) -> Instruction {
        call!(self, Punish { position }, [round: self.of_round(round), seat: self.seat(seat)])
    }

    /// Closes a round of a job that has ended. The bond goes to its opener; without one, an account of who paid for the round is named, and gets nothing.
    pub fn close_round(&self, round: &Round) -> Instruction {
        let to = if round.opener == [0; 32] { round.payer } else { round.opener };
        call!(self, CloseRound {}, [
            job: round.job.into(),
            round: self.of_round(round),
            payer: round.payer.into(),
            destination: wallet_tokens(&to.into(), &self.io_mint),
        ])
    }
}
