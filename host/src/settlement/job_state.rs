//! What can happen to a job next: who can do it, by which command, from when and until when. Decided without the ledger, from what was read.
//!
//! `specs/settlement.md` draws the states, in sections 5, 7 and 8. A deadline is included in its time.

use assay_settlement::call::Committee;
use assay_settlement_interface::account::state::{dispute, job as state, round as round_state, sampled};
use assay_settlement_interface::account::{Dispute, Job, Round};
use assay_settlement_interface::rules::{round as rounds, tally};
use serde_json::{Value, json};

use super::show::Times;

/// Something that can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who does it.
    pub who: &'static str,
    /// By which command, without the job.
    pub command: &'static str,
    /// What it does.
    pub what: &'static str,
    /// Only after this time.
    pub after: Option<i64>,
    /// Until this time.
    pub until: Option<i64>,
}

impl Step {
    fn new(who: &'static str, command: &'static str, what: &'static str) -> Self {
        Self { who, command, what, after: None, until: None }
    }

    fn after(self, time: i64) -> Self {
        Self { after: Some(time), ..self }
    }

    fn until(self, time: i64) -> Self {
        Self { until: Some(time), ..self }
    }

    /// Whether it can happen now.
    pub fn is_now(&self, now: i64) -> bool {
        self.after.is_none_or(|after| now > after) && self.until.is_none_or(|until| now <= until)
    }

    /// In words, for a job that people call `job`.
    pub fn line(&self, job: &str, times: &Times) -> String {
        let mut line = format!("{}: `assay {} {job}` {}", self.who, self.command, self.what);
        if let Some(after) = self.after.filter(|after| times.now <= *after) {
            line.push_str(&format!("; after {}", times.due(after)));
        }
        if let Some(until) = self.until {
            line.push_str(&format!("; until {}", times.due(until)));
        }
        line
    }

    /// What is said of steps: none goes through during a pause, and that is said in their place.
    pub fn lines(steps: &[Self], job: &str, times: &Times) -> Vec<String> {
        match times.pause_line() {
            Some(line) => vec![format!("  paused    {line}")],
            None => steps.iter().map(|step| format!("  next      {}", step.line(job, times))).collect(),
        }
    }

    /// For programs.
    pub fn json(&self, times: &Times) -> Value {
        let time = |time: Option<i64>| time.map_or(Value::Null, |time| times.json(time));
        json!({ "who": self.who, "command": self.command, "what": self.what, "now": times.pause().is_none() && self.is_now(times.now), "after": time(self.after), "until": time(self.until) })
    }
}

/// A job, with what stands beside it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The job.
    pub job: Job,
    /// Its rounds that are not closed.
    pub rounds: Vec<Committee>,
    /// Its dispute.
    pub dispute: Option<Dispute>,
}

impl Whole {
    /// The round that is not decided.
    pub fn open_round(&self) -> Option<&Committee> {
        let last = self.rounds.iter().max_by_key(|committee| committee.round.number)?;
        (self.job.round_open != 0 && last.round.number.checked_add(1) == Some(self.job.rounds)).then_some(last)
    }

    /// Who can still be punished: places in rounds.
    pub fn punishable(&self) -> impl Iterator<Item = (&Committee, u8)> {
        self.rounds.iter().flat_map(|committee| {
            let round = &committee.round;
            let open = |place: u8| 1_u16.checked_shl(u32::from(place)).is_some_and(|bit| round.punished & bit == 0);
            committee
                .members
                .iter()
                .zip(0_u8..)
                .filter(move |(member, place)| round.state == round_state::OVERTURNED && open(*place) && tally::is_finder(round, member))
                .map(move |(_, place)| (committee, place))
        })
    }

    /// What can happen next.
    pub fn steps(&self, now: i64) -> Vec<Step> {
        let job = &self.job;
        if let Some(committee) = self.open_round() {
            return round_steps(&committee.round, now);
        }
        let settle = Step::new("anyone", "job settle", "pays the provider");
        match job.state {
            state::OPEN if now > job.accept_by => vec![Step::new("anyone", "job expire", "gives all back to the requester")],
            state::OPEN => vec![
                Step::new("a provider", "job accept", "takes it").until(job.accept_by),
                Step::new("the requester", "job cancel", "gives all back"),
                Step::new("anyone", "job expire", "gives all back to the requester").after(job.accept_by),
            ],
            state::ACCEPTED if now > job.prove_by => vec![
                Step::new("anyone", "job expire", "gives all back to the requester"),
                Step::new("the requester", "job cancel", "pays for the hours begun"),
            ],
            state::ACCEPTED => vec![
                Step::new("the provider", "job prove", "proves it, with --receipt").until(job.prove_by),
                Step::new("the requester", "job cancel", "pays for the hours begun"),
                Step::new("anyone", "job expire", "gives all back to the requester").after(job.prove_by),
            ],
            state::PROVED if job.sampled == sampled::UNKNOWN => vec![
                Step::new("anyone", "verifier draw", "decides whether the proof is checked"),
                Step::new("anyone", "job challenge", "has it checked, for a bond").until(job.challenge_until),
            ],
            state::PROVED | state::CONFIRMED | state::INDETERMINATE | state::UNDECIDED => {
                let settle = match job.state {
                    state::UNDECIDED if job.contradicted != 0 => Step::new("anyone", "job settle", "gives all back to the requester"),
                    _ => settle,
                };
                let challenge = Step::new("anyone", "job challenge", "has it checked, for a bond").until(job.challenge_until);
                let open = (now <= job.challenge_until).then_some(challenge);
                open.into_iter().chain([settle.after(job.challenge_until)]).collect()
            }
            state::DISPUTED => self.dispute.iter().flat_map(|dispute| dispute_steps(dispute, now)).collect(),
            _ if self.punishable().next().is_some() => vec![Step::new("anyone", "dispute punish", "fines who contradicted it wrongly")],
            _ => {
                let close = Step::new("anyone", "job close", "gives rent and bonds back");
                let accepted = job.provider != [0; 32];
                vec![if accepted || now > job.accept_by { close } else { close.after(job.accept_by) }]
            }
        }
    }
}

fn round_steps(round: &Round, now: i64) -> Vec<Step> {
    let tally = Step::new("anyone", "verifier tally", "counts the verdicts");
    match round.state {
        round_state::WAITING | round_state::DRAWING => vec![Step::new("anyone", "verifier draw", "draws the committee")],
        round_state::NO_QUORUM => vec![Step::new("anyone", "verifier draw", "draws another committee")],
        round_state::VOTING if rounds::is_complete(round, now) => vec![tally],
        round_state::VOTING if round.committed < round.drawn && now <= round.commit_by => {
            vec![Step::new("its members", "verifier commit", "commits to a verdict").until(round.commit_by)]
        }
        round_state::VOTING => {
            vec![Step::new("its members", "verifier reveal", "reveals the verdict").until(round.reveal_by), tally.after(round.reveal_by)]
        }
        _ => Vec::new(),
    }
}

fn dispute_steps(own: &Dispute, now: i64) -> Vec<Step> {
    let execute = Step::new("anyone", "dispute execute", "burns the frozen stake and refunds the requester");
    match own.state {
        dispute::FROZEN if now > own.appeal_until => vec![execute],
        dispute::FROZEN => {
            vec![
                Step::new("the provider", "dispute appeal", "has a larger committee judge, for a bond").until(own.appeal_until),
                execute.after(own.appeal_until),
            ]
        }
        dispute::LOST => vec![execute],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use assay_settlement_interface::account::Account;
    use assay_settlement_interface::account::state::purpose;

    use super::*;

    fn job(state: u8) -> Job {
        Job {
            state,
            sampled: sampled::NO,
            requester: [1; 32],
            provider: [2; 32],
            device: [3; 32],
            hours: 1,
            accept_by: 100,
            prove_by: 200,
            challenge_until: 300,
            ..Job::blank()
        }
    }

    /// Of a program that is paused, or is not.
    fn times(paused: u8) -> Times {
        let mut config = assay_settlement_interface::account::Config::blank();
        config.paused = paused;
        Times::new(&config, 0)
    }

    #[test]
    fn nothing_can_happen_during_a_pause() {
        let steps = Whole { job: job(state::OPEN), rounds: Vec::new(), dispute: None }.steps(0);
        assert_eq!(Step::lines(&steps, "1", &times(0)).len(), 3);
        let lines = Step::lines(&steps, "1", &times(1));
        assert!(lines.len() == 1 && lines[0].contains("assay ledger resume"), "{lines:?}");
        assert!(steps[0].json(&times(0))["now"] == true && steps[0].json(&times(1))["now"] == false);
    }

    fn commands(job: Job, now: i64) -> Vec<&'static str> {
        Whole { job, rounds: Vec::new(), dispute: None }
            .steps(now)
            .iter()
            .filter(|step| step.is_now(now))
            .map(|step| step.command)
            .collect()
    }

    #[test]
    fn a_deadline_is_included_in_its_time() {
        assert_eq!(commands(job(state::OPEN), 100), ["job accept", "job cancel"]);
        assert_eq!(commands(job(state::OPEN), 101), ["job expire"]);
        assert_eq!(commands(job(state::ACCEPTED), 200), ["job prove", "job cancel"]);
        assert_eq!(commands(job(state::ACCEPTED), 201), ["job expire", "job cancel"]);
        assert_eq!(commands(job(state::PROVED), 300), ["job challenge"]);
        assert_eq!(commands(job(state::CONFIRMED), 301), ["job settle"]);
        assert_eq!(commands(Job { sampled: sampled::UNKNOWN, ..job(state::PROVED) }, 300), ["verifier draw", "job challenge"]);
        assert_eq!(commands(job(state::SETTLED), 0), ["job close"]);
        let unaccepted = Job { provider: [0; 32], ..job(state::CANCELLED) };
        assert_eq!((commands(unaccepted, 100), commands(unaccepted, 101)), (vec![], vec!["job close"]));
    }

    #[test]
    fn whatever_a_ledger_says_is_answered() {
        let round = Round {
            bump: 0,
            job: [0; 32],
            number: 0,
            purpose: purpose::SAMPLE,
            state: 0,
            size: 255,
            quorum: 0,
            drawn: 255,
            committed: 3,
            revealed: 3,
            found_code: 1,
            found: [0; 32],
            opener: [0; 32],
            payer: [0; 32],
            bond: 0,
            draw_slot: 0,
            since: 0,
            seats: 0,
            seed: [0; 32],
            cursor: 0,
            commit_by: i64::MIN,
            reveal_by: i64::MAX,
            decided_at: 0,
            punished: u16::MAX,
            previous: 255,
        };
        let times = times(0);
        for state in 0..=u8::MAX {
            let members = vec![assay_settlement_interface::account::Member::drawn(0); 40];
            for round_open in 0..=1 {
                let job = Job { rounds: 1, round_open, ..job(state) };
                let rounds = vec![Committee { round: Round { state, ..round }, members: members.clone() }];
                let whole = Whole { job, rounds, dispute: None };
                for step in whole.steps(0) {
                    let _ = (step.line("1", &times), step.json(&times));
                }
                assert_eq!(whole.punishable().count(), 0);
            }
        }
    }
}
