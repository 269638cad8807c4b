//! `assay provider register`, `pause`, `resume`, `terminate`, `stake`, `unstake`, `withdraw`.

use assay_settlement::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::account::Provider;
use assay_settlement_interface::account::state::{currency, provider as status};
use assay_settlement_interface::instruction::UpdateProvider;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::stake as rules;
use serde_json::json;

use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::countries;
use crate::settlement::session::Session;
use crate::settlement::{limits, names, show};

/// Registers one's key.
pub fn register(session: &mut Session, country: [u8; 2], continent: [u8; 2]) -> Result<(), Failure> {
    countries::check_on(&country, &continent)
        .map_err(|why| Failure::usage(why).hint("countries are those of ISO 3166-1 alpha-2; continents AF, AN, AS, EU, NA, OC, SA"))?;
    let me = session.me()?;
    let act = Act::new("provider register", vec![session.at.register_provider(&me, country, continent)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let address = session.at.provider(&me);
    let lines = [
        format!("{me} is a provider now, at {address}"),
        "  next: `assay provider device add MODEL`, `assay provider stake AMOUNT`".to_owned(),
    ];
    session.done("provider register", &[sent], json!({ "provider": address.to_string(), "owner": me.to_string() }), &lines);
    Ok(())
}

/// Changes one's status.
pub fn update(session: &mut Session, command: &'static str, new: u8) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    let update = UpdateProvider { status: new, country: own.country, continent: own.continent };
    let Some(sent) = session.carry_out(Act::new(command, vec![session.at.update_provider(&own.owner.into(), &update)]))? else {
        return Ok(());
    };
    let now = session.ledger().provider(&address)?.status;
    let mut lines = vec![format!("{address} is {}", names::provider(now))];
    match now {
        status::BLOCKED => lines.push("  the guardian has blocked it, and only the guardian ends that".to_owned()),
        status::TERMINATED => {
            lines.push("  take its stake out with `assay provider unstake`, and later `assay provider withdraw`".to_owned())
        }
        _ => {}
    }
    session.done(command, &[sent], json!({ "provider": address.to_string(), "status": names::provider(now) }), &lines);
    Ok(())
}

fn stands(own: &Provider) -> String {
    let free = rules::free(own);
    match own.needed.checked_sub(free) {
        Some(missing) if missing > 0 => {
            format!("  staked {} · its devices need {}: {} more", show::io(own.stake), show::io(own.needed), show::io(missing))
        }
        _ => format!("  staked {} · its devices need {}", show::io(own.stake), show::io(own.needed)),
    }
}

fn stands_json(own: &Provider) -> serde_json::Value {
    json!({ "provider_owner": show::key(&own.owner), "stake": show::io_json(own.stake), "frozen": show::io_json(own.frozen), "needed": show::io_json(own.needed), "eligible": rules::eligible(own) })
}

/// Stakes.
pub fn stake(session: &mut Session, amount: u64) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    limits::more_than_nothing("the amount", amount)?;
    let pending = session.begin("provider stake", &amount.to_le_bytes(), || Ok(0))?;
    let act =
        Act::new("provider stake", vec![session.at.stake(&own.owner.into(), amount)]).takes("stake", Token::Io.units(amount)).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let own = session.ledger().provider(&address)?;
    session.done("provider stake", &[sent], stands_json(&own), &[format!("staked {}", show::io(amount)), stands(&own)]);
    Ok(())
}

/// Starts to unbond.
pub fn unstake(session: &mut Session, amount: u64) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    limits::more_than_nothing("the amount", amount)?;
    let pending = session.begin("provider unstake", &amount.to_le_bytes(), || Ok(0))?;
    let free = rules::free(&own);
    // What an earlier run has taken is not free any more, and is no reason to refuse.
    if amount > free && own.jobs == 0 && own.disputes == 0 && !pending.again && !session.chain.dry_run {
        pending.end();
        return Err(Failure::failed(format!("{} of stake are free, and {} are asked for", show::io(free), show::io(amount)))
            .by("ledger.NotEnoughStake")
            .hint("ask for at most that; `assay provider status` shows what is staked, frozen and unbonding already"));
    }
    let act = Act::new("provider unstake", vec![session.at.request_unstake(&own.owner.into(), amount)]).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (own, times) = (session.ledger().provider(&address)?, session.times()?);
    let unbonding = session.param(Param::UnbondingS);
    let mut lines =
        vec![format!("{} come back in {}: `assay provider withdraw` then", show::io(amount), show::span(unbonding)), stands(&own)];
    if own.needed > 0 && !rules::eligible(&own) {
        lines.push("  it takes no more jobs".to_owned());
    }
    let ripe_at = times.now.saturating_add_unsigned(unbonding);
    let mut shown = stands_json(&own);
    shown["ripe_at"] = times.json(ripe_at);
    session.done("provider unstake", &[sent], shown, &lines);
    Ok(())
}

/// Takes out what is ripe.
pub fn withdraw(session: &mut Session) -> Result<(), Failure> {
    let (_, own) = session.my_provider()?;
    let times = session.times()?;
    let mut then = own;
    let ripe = match rules::withdraw(&mut then, times.now) {
        Ok(ripe) => ripe,
        Err(refusal) => {
            let next = { own.unbonding }.iter().zip(own.ripe_at).filter(|(amount, _)| **amount > 0).map(|(_, at)| at).min();
            let failure = Failure::from(refusal);
            return Err(match next {
                Some(next) => failure.hint(format!("the next part is ripe {}", times.due(next))),
                None => failure.hint("nothing is unbonding: `assay provider unstake` starts it"),
            });
        }
    };
    let owner = own.owner.into();
    let account = session.token_account(&owner, currency::IO)?;
    let Some(sent) = session.carry_out(Act::new("provider withdraw", vec![session.at.withdraw(&owner)]).after(account))? else {
        return Ok(());
    };
    session.done("provider withdraw", &[sent], json!({ "paid": show::io_json(ripe) }), &[format!("paid out {}", show::io(ripe))]);
    Ok(())
}
