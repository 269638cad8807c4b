//! `assay provider heartbeat`, `earnings`, `claim`, `lapse`.

use assay_settlement::Reads;
use assay_settlement_interface::account::state::currency;
use assay_settlement_interface::account::{Provider, Totals};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::rules::reward;
use serde_json::json;
use solana_sdk::pubkey::Pubkey;

use super::ledger;
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::session::Session;
use crate::settlement::show;

/// Says that this provider is there.
pub fn heartbeat(session: &mut Session) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    let acts = ledger::caught_up(session, || Act::new("provider heartbeat", vec![session.at.heartbeat(&own.owner.into())]))?;
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    let (own, times) = (session.ledger().provider(&address)?, session.times()?);
    let mut lines = vec![
        format!("counts until {}", times.due(own.beat_until)),
        format!(
            "  score GPU {} · CPU {} · earned {}",
            show::grouped_score(own.counted_gpu),
            show::grouped_score(own.counted_cpu),
            show::io(own.earned)
        ),
    ];
    if own.counted_gpu == 0 && own.counted_cpu == 0 {
        lines.push("  it earns nothing: `assay provider status` shows whether it may take jobs, and which devices are attested".to_owned());
    }
    let shown = json!({ "until": times.json(own.beat_until), "score_gpu": show::score(own.counted_gpu), "score_cpu": show::score(own.counted_cpu), "earned": show::io_json(own.earned) });
    session.done("provider heartbeat", &sent, shown, &lines);
    Ok(())
}

/// What a heartbeat at `now` would add to what it has earned.
fn accruing(session: &Session, own: &Provider, now: i64) -> Result<u64, Refusal> {
    let mut totals: Totals = session.totals().map_err(|_| Refusal::NotOurs)?;
    while reward::epochs_over(&session.config, now) > totals.epoch {
        reward::advance(&mut totals, &session.config, now)?;
    }
    let mut then = *own;
    reward::heartbeat(&mut then, &mut totals, &session.config, now)?;
    Ok(then.earned.saturating_sub(own.earned))
}

/// Rewards: earned, and accruing.
pub fn earnings(session: &Session, address: Option<&Pubkey>) -> Result<(), Failure> {
    let (at, own) = session.provider(address)?;
    let times = session.times()?;
    // One that has terminated accrues nothing.
    let accruing = accruing(session, &own, times.now).unwrap_or(0);
    let counts = times.now <= own.beat_until;
    if session.as_json {
        report::print_json(&json!({
            "provider": at.to_string(), "earned": show::io_json(own.earned), "accruing": show::io_json(accruing), "heartbeat_counts": counts,
            "heartbeat_until": times.json(own.beat_until), "score_gpu": show::score(own.counted_gpu), "score_cpu": show::score(own.counted_cpu),
        }));
        return Ok(());
    }
    out!("earned    {} · `assay provider claim` pays it out", show::io(own.earned));
    match (counts, own.beat_until) {
        (true, until) => out!("accruing  {} · a heartbeat before {} adds it", show::io(accruing), times.due(until)),
        (false, 0) => out!("accruing  nothing: no heartbeat yet"),
        (false, until) => out!("accruing  nothing: the heartbeat lapsed {}", times.due(until)),
    }
    Ok(())
}

/// Mints what was earned.
pub fn claim(session: &mut Session) -> Result<(), Failure> {
    let (_, own) = session.my_provider()?;
    if own.earned == 0 {
        let accruing = accruing(session, &own, session.times()?.now).unwrap_or(0);
        let failure = Failure::from(Refusal::NothingToPay);
        return Err(match accruing {
            0 => failure.hint("`assay provider earnings` shows what accrues"),
            accruing => failure.hint(format!("{} accrue: `assay provider heartbeat` adds them first", show::io(accruing))),
        });
    }
    let owner = own.owner.into();
    let account = session.token_account(&owner, currency::IO)?;
    let Some(sent) = session.carry_out(Act::new("provider claim", vec![session.at.claim(&owner)]).after(account))? else { return Ok(()) };
    session.done("provider claim", &[sent], json!({ "paid": show::io_json(own.earned) }), &[format!("paid out {}", show::io(own.earned))]);
    Ok(())
}

/// Says that another provider is not there any more.
pub fn lapse(session: &mut Session, address: &Pubkey) -> Result<(), Failure> {
    let (at, _) = session.provider(Some(address))?;
    let acts = ledger::caught_up(session, || Act::new("provider lapse", vec![session.at.lapse(&at)]))?;
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    session.done("provider lapse", &sent, json!({ "provider": at.to_string() }), &[format!("{at} no longer counts")]);
    Ok(())
}
