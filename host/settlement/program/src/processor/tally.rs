//! Tally: a round is counted, and what follows from it.

use super::members;
use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::{Call, Ground};
use crate::{Outcome, accounts};
use assay_settlement_interface::account::state::{purpose, round as state};
use assay_settlement_interface::account::{Account, Dispute, Job, PackageMark, Provider, Round, Totals, seeds, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Tally;
use assay_settlement_interface::rules::add;
use assay_settlement_interface::rules::round::is_complete;
use assay_settlement_interface::rules::tally::{self as rules, Conclusion, Count, DisputeAt};
use pinocchio::AccountView;

/// Counts a round and draws its consequences.
#[inline(never)]
pub fn tally(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let (all, seats) = accounts::take(accounts)?;
    let [totals, payer, provider, job, round, previous, dispute, mark, stake_tokens, io_mint, vault, token_program, system_program] = all;
    Tally::read(data)?;
    accounts::system_program(system_program)?;
    accounts::signer(payer)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(judged: Job = accounts::read_mut(job, ground.program));
    super::accepted_by(judged, provider)?;
    held!(voted = members::round_of(job, round, ground));
    if voted.state != state::VOTING {
        return Err(Refusal::RoundState);
    }
    if !is_complete(voted, ground.now) {
        return Err(Refusal::NotComplete);
    }
    let count = {
        let bytes = accounts::bytes(round)?;
        rules::count(voted, &judged.outcome, |i| assay_settlement_interface::account::Member::read(&bytes, i))?
    };
    let appealed = voted.purpose == purpose::APPEAL;
    let (job_view, round_view) = (&*job, &*round);
    let mut case =
        Case { ground, payer, totals, provider, job_view, round_view, previous, dispute, mark, job: judged, round: voted, count: &count };
    let conclusion = if appealed { case.appeal()? } else { case.first()? };
    if conclusion.mark {
        case.mark()?;
    }
    let fines = case.seats(seats, &conclusion)?;
    vault.burn(stake_tokens, io_mint, add(conclusion.shares.burned, fines)?)?;
    accounts::write(round, voted)?;
    accounts::write(job, judged)
}

/// What was counted, and whom it concerns.
struct Case<'a> {
    ground: &'a Ground<'a>,
    payer: &'a AccountView,
    totals: &'a mut AccountView,
    provider: &'a mut AccountView,
    job_view: &'a AccountView,
    round_view: &'a AccountView,
    previous: &'a mut AccountView,
    dispute: &'a mut AccountView,
    mark: &'a mut AccountView,
    job: &'a mut Job,
    round: &'a mut Round,
    count: &'a Count,
}

impl Case<'_> {
    /// A sample or a challenge.
    #[inline(never)]
    fn first(&mut self) -> Outcome<Conclusion> {
        let ground = self.ground;
        held!(own: Provider = accounts::read_mut(self.provider, ground.program));
        let (job, provider, payer) = (*accounts::key(self.job_view), *accounts::key(self.provider), *accounts::key(self.payer));
        let at = DisputeAt { job, provider, payer, bump: 0 };
        let conclusion = rules::conclude(self.job, self.round, own, self.count, &at, ground.now, &ground.config.params)?;
        if let Some(mut opened) = conclusion.dispute {
            let new = cpi::New::of(ground.program, self.payer, self.dispute, Dispute::LENGTH);
            opened.bump = new.create(&[seeds::DISPUTE, &at.job])?;
            accounts::write(self.dispute, &opened)?;
        }
        accounts::write(self.provider, own)?;
        Ok(conclusion)
    }

    /// An appeal.
    #[inline(never)]
    fn appeal(&mut self) -> Outcome<Conclusion> {
        let ground = self.ground;
        held!(sums: Totals = accounts::read_mut(self.totals, ground.program));
        held!(own: Provider = accounts::read_mut(self.provider, ground.program));
        held!(open: Dispute = accounts::read_mut(self.dispute, ground.program));
        accounts::at(self.job_view, &open.job)?;
        held!(reviewed = members::numbered(self.job_view, self.previous, self.round.previous, ground));
        accounts::writable(self.previous)?;
        let conclusion =
            rules::conclude_appeal(self.job, self.round, reviewed, own, open, sums, self.count, ground.now, &ground.config.params)?;
        accounts::write(self.previous, reviewed)?;
        accounts::write(self.dispute, open)?;
        accounts::write(self.provider, own)?;
        accounts::write(self.totals, sums)?;
        Ok(conclusion)
    }

    /// Marks the package: a dispatch of it is racy.
    #[inline(never)]
    fn mark(&mut self) -> Outcome {
        let program = self.ground.program;
        let package = self.job.package;
        let mut own = if self.mark.owned_by(program) {
            let own: PackageMark = accounts::read_mut(self.mark, program)?;
            if own.package != package {
                return Err(Refusal::WrongAddress);
            }
            own
        } else {
            let bump = cpi::New::of(program, self.payer, self.mark, PackageMark::LENGTH).create(&[seeds::PACKAGE, &package])?;
            PackageMark { bump, package, racy: 0, job: [0; 32], call: 0 }
        };
        own.racy = own.racy.saturating_add(1);
        own.job = *accounts::key(self.job_view);
        own.call = self.count.first.call;
        accounts::write(self.mark, &own)
    }

    /// Pays and fines the members; says what is to be burned of their stake.
    #[inline(never)]
    fn seats(&self, views: &mut [AccountView], conclusion: &Conclusion) -> Outcome<u64> {
        let mut fines = 0;
        for (view, position) in members::seats(views, self.round)?.iter_mut().zip(0..) {
            held!(seat = members::seat(view, self.round_view, position, self.ground));
            held!(member = members::read(self.round_view, position));
            let (shares, currency, params) = (&conclusion.shares, self.job.currency, &self.ground.config.params);
            let effect = rules::conclude_seat(seat, member, self.round, self.count, shares, currency, params)?;
            fines = add(fines, effect.burned)?;
            accounts::write(view, seat)?;
        }
        Ok(fines)
    }
}
