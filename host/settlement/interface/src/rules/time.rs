//! Protocol time and pauses (`specs/settlement.md`, sections 1 and 11).

use crate::account::Config;
use crate::error::Refusal;
use crate::params::Param;

/// Protocol time, from the cluster's. Refused during a pause.
pub fn now(config: &Config, cluster: i64) -> Result<i64, Refusal> {
    if config.paused != 0 {
        return Err(Refusal::Paused);
    }
    since(config.paused_s, cluster)
}

/// Protocol time after so many seconds of pauses.
pub fn since(paused_s: u64, cluster: i64) -> Result<i64, Refusal> {
    i64::try_from(paused_s).ok().and_then(|paused| cluster.checked_sub(paused)).ok_or(Refusal::Overflow)
}

/// `seconds` after `time`.
pub fn after(time: i64, seconds: u64) -> Result<i64, Refusal> {
    i64::try_from(seconds).ok().and_then(|seconds| time.checked_add(seconds)).ok_or(Refusal::Overflow)
}

/// Begins a pause.
pub fn pause(config: &mut Config, cluster: i64) -> Result<(), Refusal> {
    if config.paused != 0 {
        return Err(Refusal::Paused);
    }
    // Before the first pause `resumed_at` is 0: decades ago.
    if cluster < after(config.resumed_at, config.param(Param::PauseS))? {
        return Err(Refusal::PauseTooSoon);
    }
    config.paused = 1;
    config.paused_at = cluster;
    Ok(())
}

/// Ends it: the guardian at any time, others when it has lasted as long as it may.
pub fn resume(config: &mut Config, guardian: bool, cluster: i64) -> Result<(), Refusal> {
    if config.paused == 0 {
        return Err(Refusal::NotPaused);
    }
    if !guardian && cluster < after(config.paused_at, config.param(Param::PauseS))? {
        return Err(Refusal::TooEarly);
    }
    let lasted = cluster.checked_sub(config.paused_at).ok_or(Refusal::Overflow)?;
    let lasted = u64::try_from(lasted).map_err(|_| Refusal::Overflow)?;
    config.paused_s = super::add(config.paused_s, lasted)?;
    config.paused = 0;
    config.resumed_at = cluster;
    Ok(())
}
