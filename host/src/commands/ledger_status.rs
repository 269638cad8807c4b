//! `assay ledger status` and `balance`.

use assay_settlement::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::account::{Config, tokens};
use assay_settlement_interface::params::TABLE;
use assay_settlement_interface::rules::reward;
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;
use std::convert::identity;

use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::session::Session;
use crate::settlement::show;

/// Where the ledger is, what time it is there, what is in it.
pub fn status(session: &Session, with_params: bool) -> Result<(), Failure> {
    let (clock, totals, times) = (session.ledger().clock()?, session.totals()?, session.times()?);
    let config = &session.config;
    let over = reward::epochs_over(config, times.now);
    let mut held = [0; tokens::COUNT as usize];
    for (held, address) in held.iter_mut().zip(&session.at.tokens) {
        *held = session.ledger().tokens(address)?;
    }
    if session.as_json {
        let mut shown = json!({
            "ledger": session.place.shown(), "cluster": session.open.public(), "program": session.at.program.to_string(), "slot": clock.slot,
            "time": { "unix": clock.unix_timestamp, "utc": show::utc(clock.unix_timestamp) }, "protocol_time": times.now,
            "guardian": show::key(&config.guardian), "paused": config.paused != 0,
            "io_mint": session.at.io_mint.to_string(), "iosd_mint": session.at.iosd_mint.to_string(),
            "staked": show::io_json(totals.staked), "seats": identity(totals.seats), "vacant_seats": identity(totals.vacant),
            "score": { "gpu": show::score(totals.score_gpu), "cpu": show::score(totals.score_cpu) },
            "epoch": { "now": over, "accounted": identity(totals.epoch), "month": identity(totals.month), "emission": show::io_json(totals.emission) },
            "emitted": show::io_json(totals.emitted), "minted": show::io_json(totals.minted), "proposals": identity(totals.proposals),
            "held": { "stake": show::io_json(held[0]), "escrow_io": show::io_json(held[1]), "escrow_iosd": show::paid_json(1, held[2]),
                "fees_io": show::io_json(held[3]), "fees_iosd": show::paid_json(1, held[4]) },
        });
        if with_params {
            shown["params"] = params_json(config);
        }
        report::print_json(&shown);
        return Ok(());
    }
    let cluster = session.open.public().map(|name| format!(" · {name}")).unwrap_or_default();
    out!("ledger    {}{cluster}", session.place.shown());
    out!("program   {} · guardian {}", session.at.program, show::key(&config.guardian));
    out!("mints     IO {} · IOSD {}", session.at.io_mint, session.at.iosd_mint);
    out!("now       slot {} · {}", clock.slot, show::utc(clock.unix_timestamp));
    match times.pause() {
        None => out!("paused    no"),
        Some(pause) => out!("paused    since {}; anyone may end it after {}", show::utc(pause.since), show::utc(pause.anyone_after)),
    }
    out!("stake     {} staked by providers · {} seats, {} vacant", show::io(totals.staked), { totals.seats }, { totals.vacant });
    out!("escrow    {} · {}", show::io(held[1]), show::paid(1, held[2]));
    out!("fees      {} · {}", show::io(held[3]), show::paid(1, held[4]));
    out!(
        "rewards   epoch {over}, accounted up to {} · month {}: {} · emitted {} · minted {}",
        { totals.epoch },
        { totals.month },
        show::io(totals.emission),
        show::io(totals.emitted),
        show::io(totals.minted)
    );
    out!("score     GPU {} · CPU {}", show::grouped_score(totals.score_gpu), show::grouped_score(totals.score_cpu));
    out!("votes     {} proposals", { totals.proposals });
    if with_params {
        out!("");
        for (info, value) in TABLE.iter().zip(&{ config.params }) {
            let changed = if *value == info.default { "" } else { " (changed)" };
            out!("{:<22} {:>22} {}{changed}", info.name, report::grouped(*value), info.unit);
        }
    }
    Ok(())
}

fn params_json(config: &Config) -> Value {
    let one = |(info, value): (&assay_settlement_interface::params::ParamInfo, &u64)| {
        (info.name.to_owned(), json!({ "value": value.to_string(), "unit": info.unit, "default": info.default.to_string() }))
    };
    Value::Object(TABLE.iter().zip(&{ config.params }).map(one).collect())
}

/// What a wallet holds.
pub fn balance(session: &Session, address: Option<&Pubkey>) -> Result<(), Failure> {
    let wallet = address.map_or_else(|| session.me(), |address| Ok(*address))?;
    let holds = Token::ALL.map(|token| session.ledger().balance(&session.at, &wallet, token));
    let mut shown = json!({ "wallet": wallet.to_string() });
    let mut line = Vec::new();
    for (token, amount) in Token::ALL.into_iter().zip(holds) {
        let amount = amount?;
        shown[token.name().to_lowercase()] = show::amount_json(amount);
        line.push(amount.to_string());
    }
    if session.as_json {
        report::print_json(&shown);
    } else {
        out!("{wallet} holds {}", line.join(" · "));
    }
    Ok(())
}
