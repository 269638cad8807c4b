//! RegisterProvider, UpdateProvider, AttestProvider.

use crate::accounts::held;
use crate::entry::Call;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::state::provider as status;
use assay_settlement_interface::account::{Account, Provider, seeds};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{AttestProvider, RegisterProvider, UpdateProvider};
use assay_settlement_interface::rules::stake;

/// Registers the signer.
#[inline(never)]
pub fn register(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, system_program], _) = accounts::take(accounts)?;
    let asked = RegisterProvider::read(data)?;
    accounts::system_program(system_program)?;
    if !stake::is_region(asked.country) || !stake::is_region(asked.continent) {
        return Err(Refusal::Value);
    }
    let owner_key = *accounts::key(owner);
    let bump = cpi::New::of(ground.program, owner, provider, Provider::LENGTH).create(&[seeds::PROVIDER, &owner_key])?;
    let registered = Provider {
        bump,
        owner: owner_key,
        status: status::UP,
        tier: 0,
        country: asked.country,
        continent: asked.continent,
        stake: 0,
        frozen: 0,
        needed: 0,
        unbonding: [0; 4],
        ripe_at: [0; 4],
        jobs: 0,
        disputes: 0,
        devices: 0,
        hired: 0,
        score_gpu: 0,
        score_cpu: 0,
        counted_gpu: 0,
        counted_cpu: 0,
        seen_gpu: 0,
        seen_cpu: 0,
        earned: 0,
        beat_until: 0,
        good: 0,
    };
    accounts::write(provider, &registered)
}

/// Changes status and region.
#[inline(never)]
pub fn update(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider], _) = accounts::take(accounts)?;
    let asked = UpdateProvider::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    stake::update_provider(own, asked.status, asked.country, asked.continent)
}

/// The guardian blocks, unblocks, and states the tier.
#[inline(never)]
pub fn attest(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([guardian, provider], _) = accounts::take(accounts)?;
    let asked = AttestProvider::read(data)?;
    super::guardian(guardian, ground.config)?;
    held!(own: mut Provider = provider, ground.program);
    stake::attest_provider(own, asked.blocked, asked.tier)
}
