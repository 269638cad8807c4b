//! # What always holds (settlement.md, section 15, 1 to 6)
//!
//! Sums are of 128 bits: an invariant that overflows would hold by mistake.

use super::layout::Key;
use super::ledger::{Ledger, STAKE, escrow};
use super::rewards;

/// Compares two sums.
fn equal(what: &str, one: u128, other: u128) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what}: {one} and {other}")) }
}

fn sum(amounts: impl IntoIterator<Item = u64>) -> u128 {
    amounts.into_iter().map(u128::from).sum()
}

impl Ledger {
    /// The first invariant that does not hold, with both its sides.
    pub fn invariants(&self) -> Result<(), String> {
        let (Some(config), Some(totals)) = (self.configs.values().next(), self.totals.values().next()) else {
            return Ok(());
        };
        let held = |key: &Key| self.tokens.get(key).map_or(0, |tokens| u128::from(tokens.amount));
        let providers = || self.providers.values();
        let earned = |n: usize| sum(self.seats.values().map(|seat| seat.earned[n]));

        let staked = sum(providers().map(|provider| provider.stake));
        let stake = staked
            + sum(providers().flat_map(|provider| provider.unbonding))
            + sum(self.seats.values().map(|seat| seat.stake))
            + earned(STAKE)
            + sum(self.rounds.values().map(|round| round.head.bond))
            + sum(self.disputes.values().map(|dispute| dispute.bond));
        // The page says "at least": strangers may donate tokens. In this model nobody does, so nothing may be left over.
        equal("1: stake", held(&config.tokens[STAKE]), stake)?;

        for currency in [0, 1] {
            let jobs = self.jobs.values().filter(|job| job.currency == currency && !job.has_ended());
            let open = sum(jobs.map(|job| job.price().total().unwrap_or(u64::MAX)));
            let n = escrow(currency);
            equal(&format!("2: escrow {currency}"), held(&config.tokens[n]), open + earned(n))?;
        }

        let supply = |mint: &Key| self.mints.get(mint).map_or(0, |mint| u128::from(mint.supply));
        let [io, iosd] = self.supply.map(u128::from);
        equal("3: supply of IO", supply(&config.io_mint) + u128::from(self.burned), io + u128::from(totals.minted))?;
        equal("3: supply of IOSD", supply(&config.iosd_mint), iosd)?;
        for (mint, name) in [(&config.io_mint, "IO"), (&config.iosd_mint, "IOSD")] {
            let all = sum(self.tokens.values().filter(|tokens| tokens.mint == *mint).map(|tokens| tokens.amount));
            equal(&format!("3: all {name}"), supply(mint), all)?;
        }

        equal("4: staked", u128::from(totals.staked), staked)?;
        equal("4: score of GPUs", u128::from(totals.score_gpu), sum(providers().map(|provider| provider.counted_gpu)))?;
        equal("4: score of CPUs", u128::from(totals.score_cpu), sum(providers().map(|provider| provider.counted_cpu)))?;
        for (key, provider) in &self.providers {
            if provider.frozen > provider.stake {
                return Err(format!("4: {} frozen of {}", provider.frozen, provider.stake));
            }
            let open: Vec<u64> = self.disputes.values().filter(|d| d.provider == *key && d.state <= 2).map(|d| d.frozen).collect();
            equal("4: disputes", u128::from(provider.disputes), open.len() as u128)?;
            equal("4: frozen", u128::from(provider.frozen), sum(open))?;
        }

        let table = rewards::table(&config.params, totals.epoch);
        if totals.minted > totals.emitted || u128::from(totals.emitted) > table {
            return Err(format!("5: minted {}, emitted {}, table {table}", totals.minted, totals.emitted));
        }

        for (key, job) in &self.jobs {
            let flow = self.flows.get(key).copied().unwrap_or_default();
            // Of a job that goes on, what is left is what its fields say; of one that ended, nothing.
            let left = if job.has_ended() { 0 } else { job.price().total().unwrap_or(u64::MAX) };
            equal("6: paid", u128::from(flow.paid_in), u128::from(flow.paid_out) + u128::from(left))?;
        }
        Ok(())
    }
}
