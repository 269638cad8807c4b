//! The way of a round: drawn, voted, counted.

use assay_settlement_interface::Key;
use assay_settlement_interface::account::Round;
use assay_settlement_interface::account::state::round as state;
use assay_settlement_interface::instruction::Reveal;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::draw;
use assay_settlement_interface::rules::round::{Place, commitment};
use solana_sdk::pubkey::Pubkey;

use super::{PAYER, Say, World, hash};

/// Salt of all verdicts here.
const SALT: Key = [0x44; 32];

impl World {
    /// The seed of a round, if its slot has come.
    pub fn seed(&self, round: &Round) -> Option<Key> {
        if round.state != state::WAITING {
            return Some(round.seed);
        }
        let (_, slot_hash) = self.hashes().rev().find(|(slot, _)| *slot >= round.draw_slot)?;
        Some(draw::seed(hash, &round.job, round.number, slot_hash))
    }

    /// The next candidates of a round.
    pub fn candidates(&self, round: &Round, count: u16) -> Vec<u32> {
        let Some(seed) = self.seed(round) else { return Vec::new() };
        (0..count).filter_map(|i| draw::candidate(hash, &seed, round.cursor + i, round.seats).ok()).collect()
    }

    /// Draws, with so many candidates.
    pub fn draw_call(&self, job: &Pubkey, round: &Pubkey, count: u16) -> solana_sdk::instruction::Instruction {
        let round = self.round(round).round;
        self.at.draw(&self.job(job), &round, &self.candidates(&round, count))
    }

    /// Lets the slot of a draw come.
    pub fn wait_for_draw(&mut self) {
        self.pass_slots(self.param(Param::DrawDelaySlots) + 1);
    }

    /// Decides that a proof is sampled, which it is while its provider is not trusted.
    pub fn sample(&mut self, job: &Pubkey) {
        self.wait_for_draw();
        self.must(self.at.sample(&PAYER, &self.job(job)));
        assert_eq!(self.job(job).round_open, 1);
    }

    /// Draws the newest round of a job, to its end.
    pub fn draw(&mut self, job: &Pubkey) -> Pubkey {
        self.wait_for_draw();
        let round = self.last_round(job);
        while self.round(&round).round.state <= state::DRAWING {
            self.must(self.draw_call(job, &round, 8));
        }
        round
    }

    /// The verdict of a seat, as it is revealed.
    pub fn verdict(&self, say: Say) -> Reveal {
        let (code, outcome) = say.verdict();
        let receipt = if outcome == [0; 32] { [0; 32] } else { hash(&[&outcome]) };
        Reveal { code, outcome, receipt, call: 5, salt: SALT }
    }

    /// The commitment of a seat to it.
    pub fn commitment(&self, round: &Round, seat: u32, verdict: &Reveal) -> Key {
        let opened_at = self.job(&round.job.into()).opened_at;
        commitment(hash, &Place { job: round.job, opened_at, number: round.number, seat }, verdict)
    }

    /// Commits for the member at a position.
    pub fn commit(&mut self, round: &Pubkey, position: usize, say: Say) {
        let committee = self.round(round);
        let seat = committee.members[position].seat;
        let commitment = self.commitment(&committee.round, seat, &self.verdict(say));
        let owner = self.seat(seat).owner.into();
        self.must(self.at.commit(&owner, seat, &committee.round, commitment));
    }

    /// Reveals for the member at a position.
    pub fn reveal(&mut self, round: &Pubkey, position: usize, say: Say) {
        let call = self.reveal_call(round, position, say);
        self.must(call);
    }

    /// The call for it.
    pub fn reveal_call(&self, round: &Pubkey, position: usize, say: Say) -> solana_sdk::instruction::Instruction {
        let committee = self.round(round);
        let seat = committee.members[position].seat;
        let owner = self.seat(seat).owner.into();
        self.at.reveal(&owner, seat, &committee.round, &self.verdict(say))
    }

    /// All members commit and reveal; what is not said for one is what the last says.
    pub fn vote(&mut self, round: &Pubkey, says: &[Say]) {
        let committee = self.round(round);
        let all = |position: usize| says.get(position).or(says.last()).copied().unwrap_or(Say::Silent);
        let members = 0..committee.members.len();
        for position in members.clone().filter(|position| all(*position) != Say::Silent) {
            self.commit(round, position, all(position));
        }
        if members.clone().any(|position| all(position) == Say::Silent) {
            self.at_protocol_time(committee.round.commit_by + 1);
        }
        for position in members.clone().filter(|position| !matches!(all(*position), Say::Silent | Say::Hide)) {
            self.reveal(round, position, all(position));
        }
        if members.clone().any(|position| all(position) == Say::Hide) {
            let until = self.round(round).round.reveal_by;
            self.at_protocol_time(until + 1);
        }
    }

    /// The call that counts the newest round of a job.
    pub fn tally_call(&self, job: &Pubkey) -> solana_sdk::instruction::Instruction {
        self.at.tally(&PAYER, &self.job(job), &self.round(&self.last_round(job)))
    }

    /// Draws, votes and counts the newest round of a job.
    pub fn judge(&mut self, job: &Pubkey, says: &[Say]) -> Pubkey {
        let round = self.draw(job);
        self.vote(&round, says);
        self.must(self.tally_call(job));
        round
    }

    /// Nobody says anything, until there are no more redraws.
    pub fn undecided(&mut self, job: &Pubkey) {
        self.judge(job, &[Say::Silent]);
        while self.job(job).round_open == 1 {
            let round = self.round(&self.last_round(job)).round;
            self.must(self.at.redraw(&PAYER, &self.job(job), &round));
            self.judge(job, &[Say::Silent]);
        }
    }
}
