//! Tally: a round is counted, and what follows from it.

use super::members;
use crate::cpi::{self, Vault};
use crate::entry::Ground;
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
pub fn tally(ground: &Ground, accounts: &mut [AccountView], data: &[u8]) -> Outcome {
    let (all, seats) = accounts::take(accounts)?;
    let [totals, payer, provider, job, round, previous, dispute, mark, stake_tokens, io_mint, vault, token_program, system_program] = all;
    Tally::read(data)?;
    accounts::system_program(system_program)?;
    accounts::signer(payer)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    let mut judged: Job = accounts::read_mut(job, ground.program)?;
    super::accepted_by(&judged, provider)?;
    let mut voted = members::round_of(job, round, ground)?;
    if voted.state != state::VOTING {
        return Err(Refusal::RoundState);
    }
    if !is_complete(&voted, ground.now) {
        return Err(Refusal::NotComplete);
    }
    let count = {
        let bytes = accounts::bytes(round)?;
        rules::count(&voted, &judged.outcome, |i| assay_settlement_interface::account::Member::read(&bytes, i))?
    };
    let mut case = Case { job: &mut judged, round: &mut voted, count: &count };
    let conclusion = if case.round.purpose == purpose::APPEAL {
        case.appeal(ground, totals, provider, job, previous, dispute)?
    } else {
        case.first(ground, payer, provider, job, dispute)?
    };
    if conclusion.mark {
        case.mark(ground, payer, job, mark)?;
    }
    let fines = case.seats(ground, round, seats, &conclusion)?;
    vault.burn(stake_tokens, io_mint, add(conclusion.shares.burned, fines)?)?;
    accounts::write(round, &voted)?;
    accounts::write(job, &judged)
}

/// What was counted.
struct Case<'a> {
    job: &'a mut Job,
    round: &'a mut Round,
    count: &'a Count,
}

impl Case<'_> {
    /// A sample or a challenge.
    #[inline(never)]
    fn first(
        &mut self,
        ground: &Ground,
        payer: &AccountView,
        provider: &mut AccountView,
        job: &AccountView,
        dispute: &mut AccountView,
    ) -> Outcome<Conclusion> {
        let mut own: Provider = accounts::read_mut(provider, ground.program)?;
        let at = DisputeAt { job: *accounts::key(job), provider: *accounts::key(provider), payer: *accounts::key(payer), bump: 0 };
        let conclusion = rules::conclude(self.job, self.round, &mut own, self.count, &at, ground.now, &ground.config.params)?;
        if let Some(mut opened) = conclusion.dispute {
            opened.bump = cpi::create(ground.program, payer, dispute, &[seeds::DISPUTE, &at.job], Dispute::LENGTH)?;
            accounts::write(dispute, &opened)?;
        }
        accounts::write(provider, &own)?;
        Ok(conclusion)
    }

    /// An appeal.
    #[inline(never)]
    fn appeal(
        &mut self,
        ground: &Ground,
        totals: &mut AccountView,
        provider: &mut AccountView,
        job: &AccountView,
        previous: &mut AccountView,
        dispute: &mut AccountView,
    ) -> Outcome<Conclusion> {
        let mut sums: Totals = accounts::read_mut(totals, ground.program)?;
        let mut own: Provider = accounts::read_mut(provider, ground.program)?;
        let mut open: Dispute = accounts::read_mut(dispute, ground.program)?;
        accounts::at(job, &open.job)?;
        let mut reviewed = members::numbered(job, previous, self.round.previous, ground)?;
        accounts::writable(previous)?;
        let conclusion = rules::conclude_appeal(
            self.job,
            self.round,
            &mut reviewed,
            &mut own,
            &mut open,
            &mut sums,
            self.count,
            ground.now,
            &ground.config.params,
        )?;
        accounts::write(previous, &reviewed)?;
        accounts::write(dispute, &open)?;
        accounts::write(provider, &own)?;
        accounts::write(totals, &sums)?;
        Ok(conclusion)
    }

    /// Marks the package: a dispatch of it is racy.
    #[inline(never)]
    fn mark(&self, ground: &Ground, payer: &AccountView, job: &AccountView, mark: &mut AccountView) -> Outcome {
        let package = self.job.package;
        let mut own = if mark.owned_by(ground.program) {
            let own: PackageMark = accounts::read_mut(mark, ground.program)?;
            if own.package != package {
                return Err(Refusal::WrongAddress);
            }
            own
        } else {
            let bump = cpi::create(ground.program, payer, mark, &[seeds::PACKAGE, &package], PackageMark::LENGTH)?;
            PackageMark { bump, package, racy: 0, job: [0; 32], call: 0 }
        };
        own.racy = own.racy.saturating_add(1);
        own.job = *accounts::key(job);
        own.call = self.count.first.call;
        accounts::write(mark, &own)
    }

    /// Pays and fines the members; says what is to be burned of their stake.
    #[inline(never)]
    fn seats(&self, ground: &Ground, round: &AccountView, views: &mut [AccountView], conclusion: &Conclusion) -> Outcome<u64> {
        let mut fines = 0;
        for (view, position) in members::seats(views, self.round)?.iter_mut().zip(0..) {
            let mut seat = members::seat(view, round, position, ground)?;
            let member = members::read(round, position)?;
            let effect = rules::conclude_seat(
                &mut seat,
                &member,
                self.round,
                self.count,
                &conclusion.shares,
                self.job.currency,
                &ground.config.params,
            )?;
            fines = add(fines, effect.burned)?;
            accounts::write(view, &seat)?;
        }
        Ok(fines)
    }
}
