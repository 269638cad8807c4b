//! Sample, Redraw, Challenge: what makes a round.

use crate::accounts::held;
use crate::entry::{Call, Ground};
use crate::hash::hash;
use crate::{Outcome, accounts, cpi, slots};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::state::{purpose, sampled};
use assay_settlement_interface::account::{Job, Provider, Round, Totals, round_length, seeds, tokens};
use assay_settlement_interface::instruction::{Challenge, Redraw, Sample};
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::draw;
use assay_settlement_interface::rules::round::{self as rules, Opening};
use pinocchio::AccountView;

/// Decides whether a proof is sampled.
#[inline(never)]
pub fn sample(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([payer, provider, job, round, slot_hashes, system_program], _) = accounts::take(accounts)?;
    Sample::read(data)?;
    accounts::system_program(system_program)?;
    held!(proved: mut Job = job, ground.program);
    super::accepted_by(proved, provider)?;
    held!(own: Provider = provider, ground.program);
    rules::may_sample(proved)?;
    let Some(slot_hash) = slots::drawn(slot_hashes, proved.draw_slot)? else {
        // That slot is forgotten: another one draws.
        proved.draw_slot = super::draw_slot(ground)?;
        return Ok(());
    };
    let seed = draw::seed(hash, accounts::key(job), proved.rounds, &slot_hash);
    let config = ground.config;
    let probability = draw::probability_ppm(own.good, config.param(Param::TrustedAfter), config.param(Param::SampleFloorPpm));
    if draw::is_sampled(&seed, probability) {
        let opening = Opening {
            job: *accounts::key(job),
            purpose: purpose::SAMPLE,
            opener: [0; 32],
            payer: *accounts::key(payer),
            bond: 0,
            previous: 0,
            draw_slot: proved.draw_slot,
            since: proved.proved_slot,
            seats: proved.seats,
        };
        let mut opened = rules::open(proved, &opening, 0, ground.params)?;
        // The seed that samples draws the committee as well: nobody can wait for another one.
        rules::seeded(&mut opened, seed);
        create(ground, payer, round, opened)?;
    } else {
        proved.sampled = sampled::NO;
    }
    Ok(())
}

/// Makes the next round after one without a quorum.
#[inline(never)]
pub fn redraw(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, payer, job, round, next, system_program], _) = accounts::take(accounts)?;
    Redraw::read(data)?;
    accounts::system_program(system_program)?;
    held!(judged: mut Job = job, ground.program);
    held!(last, _members: mut Round = round, ground.program);
    accounts::at(job, &last.job)?;
    held!(sums: Totals = totals, ground.program);
    let at = rules::Redraw { payer: *accounts::key(payer), draw_slot: super::draw_slot(ground)?, slot: ground.slot, seats: sums.seats };
    let opened = rules::redraw(judged, last, &at, 0, ground.params)?;
    create(ground, payer, next, opened)
}

/// Challenges a proof, with a bond.
#[inline(never)]
pub fn challenge(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, challenger, job, round, source, stake_tokens, system_program, token_program], _) = accounts::take(accounts)?;
    Challenge::read(data)?;
    accounts::system_program(system_program)?;
    accounts::token_program(token_program)?;
    accounts::signer(challenger)?;
    let challenger_key: Key = *accounts::key(challenger);
    held!(doubted: mut Job = job, ground.program);
    accounts::token_account(source, &challenger_key, &ground.config.io_mint)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    held!(sums: Totals = totals, ground.program);
    rules::challenge(doubted, ground.now)?;
    let bond = ground.config.param(Param::ChallengeBond);
    let opening = Opening {
        job: *accounts::key(job),
        purpose: purpose::CHALLENGE,
        opener: challenger_key,
        payer: challenger_key,
        bond,
        previous: 0,
        draw_slot: super::draw_slot(ground)?,
        since: ground.slot,
        seats: sums.seats,
    };
    let opened = rules::open(doubted, &opening, 0, ground.params)?;
    create(ground, challenger, round, opened)?;
    cpi::take_in(source, stake_tokens, challenger, bond)
}

/// Creates the account of a round and writes it.
#[inline(never)]
pub fn create(ground: &Ground, payer: &AccountView, view: &mut AccountView, mut round: Round) -> Outcome {
    let identity = [seeds::ROUND, &round.job, &[round.number]];
    round.bump = cpi::New::of(ground.program, payer, view, round_length(round.size)).create(&identity)?;
    accounts::write(view, &round)
}
