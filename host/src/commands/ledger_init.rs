//! `assay ledger init`: a ledger on this machine. On a cluster: `ledger_init_cluster`.

use std::time::{SystemTime, UNIX_EPOCH};

use assay_settlement::embedded::Embedded;
use assay_settlement::token::Token;
use assay_settlement_interface::params::{self, DEFAULTS, Params, TABLE};
use serde_json::json;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signer::Signer;

use super::{ledger_guard, ledger_init_cluster};
use crate::cli::{Chain, Init};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::connect::{Open, PROGRAM, Place, explained};
use crate::settlement::session::{self, Session};

/// What a guardian on an embedded ledger starts with, to pay fees and rent.
const GUARDIAN_LAMPORTS: u64 = 10_000_000_000;

/// Runs the command.
pub fn run(chain: &Chain, init: &Init, as_json: bool) -> Result<(), Failure> {
    let wallet = session::keypair(chain)?;
    let guardian = init.guardian.unwrap_or_else(|| wallet.pubkey());
    let params = with_changes(&init.params)?;
    let place = Place::to_make(chain)?;
    place.check(chain)?;
    match place {
        Place::Embedded(folder) => {
            if init.io_mint.is_some() || init.new_mints {
                return Err(Failure::usage("an embedded ledger makes its own mints")
                    .hint("leave --io-mint, --iosd-mint and --new-mints out, or name a cluster with --url"));
            }
            if chain.dry_run {
                match as_json {
                    true => report::print_json(&json!({ "dry_run": "ledger init", "folder": folder, "guardian": guardian.to_string() })),
                    false => out!("ledger init: a dry run, nothing is made: it would be in {}, with guardian {guardian}", folder.display()),
                }
                return Ok(());
            }
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let now = i64::try_from(now).unwrap_or(i64::MAX);
            let ledger = Embedded::init(&folder, PROGRAM, &guardian, &params, now).map_err(explained)?;
            let session = Session::with(chain, Place::Embedded(folder), Open::Embedded(Box::new(ledger)), as_json)?;
            finish(session, guardian, guardian == wallet.pubkey())
        }
        place @ Place::Cluster(_) => ledger_init_cluster::run(chain, place, init, as_json),
    }
}

pub(super) fn with_changes(changes: &[(u8, u64)]) -> Result<Params, Failure> {
    let mut params = DEFAULTS;
    for (number, value) in changes {
        if let Some(param) = params.get_mut(usize::from(*number)) {
            *param = *value;
        }
    }
    params::validate(&params).map_err(|_| {
        let names: Vec<&str> = changes.iter().filter_map(|(number, _)| TABLE.get(usize::from(*number))).map(|info| info.name).collect();
        Failure::usage(format!("these parameters do not fit together: {}", names.join(", "))).hint(
            "2 × quorum is more than the size and at most 2 × the size; voting_s is less than unbonding_s, appeal_s less than seat_unbonding_s",
        )
    })?;
    Ok(params)
}

/// An embedded ledger gets its models at once, if their guardian is here to add them.
fn finish(mut session: Session, guardian: Pubkey, own: bool) -> Result<(), Failure> {
    session.open.embedded("this")?.airdrop(&guardian, Token::Sol.units(GUARDIAN_LAMPORTS))?;
    let models = if own { ledger_guard::add_defaults(&mut session)?.map_or(0, |(_, added)| added) } else { 0 };
    let mut lines = vec![
        format!("made a ledger in {}", session.place.shown().trim_start_matches("embedded:")),
        format!("  guardian {guardian}"),
        format!("  IO {} · IOSD {}", session.at.io_mint, session.at.iosd_mint),
    ];
    lines.push(match own {
        true => format!("  {models} models · `assay ledger airdrop 1000IO` gives you tokens"),
        false => "  no models: its guardian adds them with `assay ledger model defaults`".to_owned(),
    });
    session.done("ledger init", &[], described(&session, guardian, models), &lines);
    Ok(())
}

pub(super) fn described(session: &Session, guardian: Pubkey, models: usize) -> serde_json::Value {
    json!({
        "program": session.at.program.to_string(), "guardian": guardian.to_string(), "models": models,
        "io_mint": session.at.io_mint.to_string(), "iosd_mint": session.at.iosd_mint.to_string(),
    })
}
