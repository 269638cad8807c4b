//! SetModel: the guardian adds a model.

use crate::entry::Call;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::{Account, Model, seeds};
use assay_settlement_interface::instruction::SetModel;
use assay_settlement_interface::rules::vote::ModelChange;
use pinocchio::{AccountView, Address};

/// Adds a model that does not exist.
#[inline(never)]
pub fn set(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([guardian, model, system_program], _) = accounts::take(accounts)?;
    let asked = SetModel::read(data)?;
    accounts::system_program(system_program)?;
    super::guardian(guardian, ground.config)?;
    let change = ModelChange {
        id: asked.id,
        kind: asked.model_kind,
        enabled: asked.enabled,
        multiplier_milli: asked.multiplier_milli,
        name: asked.name,
    };
    change.validate()?;
    add(ground.program, guardian, model, &change)
}

/// Creates the account of a model.
pub fn add(program: &Address, payer: &AccountView, model: &mut AccountView, change: &ModelChange) -> Outcome {
    let bump = cpi::New::of(program, payer, model, Model::LENGTH).create(&[seeds::MODEL, &change.id.to_le_bytes()])?;
    accounts::write(model, &change.model(bump))
}
