//! Pause and Resume: the only ones that the cluster's time is for.

use crate::entry::Sent;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::Config;
use assay_settlement_interface::instruction::{Pause, Resume};
use assay_settlement_interface::rules::time;

/// Stops everything.
pub fn pause(config: &mut Config, cluster: i64, sent: Sent) -> Outcome {
    let Sent { accounts, data } = sent;
    let ([guardian], _) = accounts::take(accounts)?;
    Pause::read(data)?;
    super::guardian(guardian, config)?;
    time::pause(config, cluster)
}

/// Goes on.
pub fn resume(config: &mut Config, cluster: i64, sent: Sent) -> Outcome {
    let Sent { accounts, data } = sent;
    let ([signer], _) = accounts::take(accounts)?;
    Resume::read(data)?;
    accounts::signer(signer)?;
    let guardian = *accounts::key(signer) == config.guardian;
    time::resume(config, guardian, cluster)
}
