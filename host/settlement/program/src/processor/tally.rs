//! Tally: a round is counted, and what follows from it.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::{Call, Ground};
use crate::{Outcome, accounts};
use assay_settlement_interface::account::state::{purpose, round as state};
use assay_settlement_interface::account::{Account, Dispute, Job, PackageMark, Provider, Round, Seat, Totals, seeds, tokens};
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
    held!(judged: mut Job = job, ground.program);
    super::accepted_by(judged, provider)?;
    held!(voted, members: mut Round = round, ground.program);
    accounts::at(job, &voted.job)?;
    if voted.state != state::VOTING {
        return Err(Refusal::RoundState);
    }
    if !is_complete(voted, ground.now) {
        return Err(Refusal::NotComplete);
    }
    let members = super::drawn(voted, members)?;
    let count = rules::count(voted, &judged.outcome, members);
    let mut case = Case { ground, payer, job_view: job, job: judged, round: voted, count: &count };
    let conclusion = if case.round.purpose == purpose::APPEAL {
        case.appeal(Reviewed { totals, provider, previous, dispute })?
    } else {
        case.first(provider, dispute)?
    };
    if conclusion.mark {
        case.mark(mark)?;
    }
    let (shares, currency) = (&conclusion.shares, judged.currency);
    let mut burned = conclusion.shares.burned;
    for (view, member) in super::seats(seats, voted)?.iter().zip(members) {
        held!(seat: mut Seat = view, ground.program);
        super::sits(seat, member)?;
        let effect = rules::conclude_seat(seat, member, voted, &count, shares, currency, ground.now, ground.params)?;
        burned = add(burned, effect.burned)?;
    }
    vault.burn(stake_tokens, io_mint, burned)
}

/// What was counted, and whom it concerns.
struct Case<'a> {
    ground: &'a Ground<'a>,
    payer: &'a AccountView,
    job_view: &'a AccountView,
    job: &'a mut Job,
    round: &'a mut Round,
    count: &'a Count,
}

/// The accounts that only an appeal changes, and the provider's.
struct Reviewed<'a> {
    totals: &'a AccountView,
    provider: &'a AccountView,
    previous: &'a AccountView,
    dispute: &'a AccountView,
}

impl Case<'_> {
    /// A sample or a challenge.
    #[inline(never)]
    fn first(&mut self, provider: &AccountView, dispute: &mut AccountView) -> Outcome<Conclusion> {
        let ground = self.ground;
        held!(own: mut Provider = provider, ground.program);
        let at = DisputeAt {
            job: *accounts::key(self.job_view),
            provider: *accounts::key(provider),
            payer: *accounts::key(self.payer),
            bump: 0,
        };
        let mut conclusion = rules::conclude(self.job, self.round, own, self.count, &at, ground.now, ground.params)?;
        if let Some(opened) = &mut conclusion.dispute {
            let new = cpi::New::of(ground.program, self.payer, dispute, Dispute::LENGTH);
            opened.bump = new.create(&[seeds::DISPUTE, &at.job])?;
            accounts::write(dispute, opened)?;
        }
        Ok(conclusion)
    }

    /// An appeal.
    #[inline(never)]
    fn appeal(&mut self, views: Reviewed) -> Outcome<Conclusion> {
        let ground = self.ground;
        held!(sums: mut Totals = views.totals, ground.program);
        held!(own: mut Provider = views.provider, ground.program);
        held!(open: mut Dispute = views.dispute, ground.program);
        accounts::at(self.job_view, &open.job)?;
        held!(reviewed, _members: mut Round = views.previous, ground.program);
        super::is_round(reviewed, self.job_view, self.round.previous)?;
        rules::conclude_appeal(self.job, self.round, reviewed, own, open, sums, self.count, ground.now, ground.params)
    }

    /// Marks the package: a dispatch of it is racy.
    #[inline(never)]
    fn mark(&mut self, view: &mut AccountView) -> Outcome {
        let program = self.ground.program;
        let package = self.job.package;
        if !view.owned_by(program) {
            let bump = cpi::New::of(program, self.payer, view, PackageMark::LENGTH).create(&[seeds::PACKAGE, &package])?;
            accounts::write(view, &PackageMark { bump, package, racy: 0, job: [0; 32], call: 0 })?;
        }
        held!(own: mut PackageMark = view, program);
        if own.package != package {
            return Err(Refusal::WrongAddress);
        }
        own.racy = own.racy.saturating_add(1);
        own.job = *accounts::key(self.job_view);
        own.call = self.count.first.call;
        Ok(())
    }
}
