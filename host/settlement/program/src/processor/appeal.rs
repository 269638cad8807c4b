//! Appeal: the provider has a larger committee look at it.

use crate::accounts::held;
use crate::entry::Call;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::state::purpose;
use assay_settlement_interface::account::{Dispute, Job, Provider, Totals, tokens};
use assay_settlement_interface::instruction::Appeal;
use assay_settlement_interface::rules::dispute as rules;
use assay_settlement_interface::rules::round::{self, Opening};

/// Appeals, with a bond.
#[inline(never)]
pub fn appeal(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, job, dispute, round, source, stake_tokens, system_program, token_program], _) =
        accounts::take(accounts)?;
    Appeal::read(data)?;
    accounts::system_program(system_program)?;
    accounts::token_program(token_program)?;
    held!(own: Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(disputed: mut Job = job, ground.program);
    super::accepted_by(disputed, provider)?;
    held!(open: mut Dispute = dispute, ground.program);
    accounts::at(job, &open.job)?;
    accounts::token_account(source, &own.owner, &ground.config.io_mint)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    held!(sums: Totals = totals, ground.program);
    let number = disputed.rounds;
    let bond = rules::appeal(disputed, open, number, ground.now, ground.params)?;
    let opening = Opening {
        job: *accounts::key(job),
        purpose: purpose::APPEAL,
        opener: [0; 32],
        payer: *accounts::key(owner),
        bond: 0,
        previous: open.round,
        draw_slot: super::draw_slot(ground)?,
        since: ground.slot,
        seats: sums.seats,
    };
    let opened = round::open(disputed, &opening, 0, ground.params)?;
    super::round::create(ground, owner, round, opened)?;
    cpi::take_in(source, stake_tokens, owner, bond)
}
