//! The hashes of slots, from the sysvar that the cluster keeps.

use crate::{Outcome, accounts};
use assay_settlement_interface::Key;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::rules::draw::{Drawing, drawing};
use pinocchio::AccountView;
use pinocchio::sysvars::slot_hashes::{SLOTHASHES_ID, SlotHashes};

/// The hash that draws, or `None` if it cannot be told any more. Refused if its slot has not come.
#[inline(never)]
pub fn drawn(sysvar: &AccountView, draw_slot: u64) -> Outcome<Option<Key>> {
    accounts::at(sysvar, SLOTHASHES_ID.as_array())?;
    let hashes = SlotHashes::new(sysvar.try_borrow().map_err(|_| Refusal::Duplicate)?).map_err(|_| Refusal::SlotNotYet)?;
    let entries = hashes.entries();
    match drawing(draw_slot, entries.len(), |i| entries[i].slot()) {
        Drawing::NotYet => Err(Refusal::SlotNotYet),
        Drawing::Gone => Ok(None),
        Drawing::At(place) => Ok(Some(entries[place].hash)),
    }
}
