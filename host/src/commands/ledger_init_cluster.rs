//! `assay ledger init` on a cluster: initialises a program that was deployed there, with the mints that it is given or, on a test cluster, with mints of its own.
//!
//! ```text
//! --io-mint, --iosd-mint   looked at: mints of the token program, of the right decimals, IO's with the program's vault for its authority
//! --new-mints              one transaction for each that is not there: the mint, the wallet's first tokens, and IO's authority to the vault
//! then                     Initialise
//! ```
//!
//! The keys of new mints follow from the wallet's key and the program, so that the same command, run again after it was interrupted, finds what it had made.

use assay_settlement::address;
use assay_settlement::call::new_mint;
use assay_settlement::token::{Amount, Token};
use assay_settlement::{Addresses, LedgerError, Reads};
use assay_settlement_interface::account::Config;
use assay_settlement_interface::params::Params;
use serde_json::json;
use solana_program_pack::Pack;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use spl_token_interface::instruction as tokens;
use spl_token_interface::instruction::AuthorityType;
use spl_token_interface::state::Mint;

use super::ledger_init::{described, with_changes};
use crate::cli::{Chain, Init};
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::connect::{Open, Place};
use crate::settlement::session::{self, Session};
use crate::settlement::show;

/// Who makes it, and for whom.
struct Asked<'a> {
    init: &'a Init,
    wallet: Keypair,
    guardian: Pubkey,
    params: Params,
}

/// Runs the command.
pub fn run(chain: &Chain, place: Place, init: &Init, as_json: bool) -> Result<(), Failure> {
    let wallet = session::keypair(chain)?;
    let asked = Asked { init, guardian: init.guardian.unwrap_or_else(|| wallet.pubkey()), params: with_changes(&init.params)?, wallet };
    let named = init.io_mint.zip(init.iosd_mint);
    if named.is_none() && !init.new_mints {
        return Err(Failure::usage("which mints?")
            .hint("name IO's and IOSD's with --io-mint and --iosd-mint; on a test cluster, --new-mints makes mints of your own"));
    }
    let open = place.open(chain)?;
    let program = open.ledger().program();
    if open.ledger().account(&program)?.is_none_or(|account| !account.executable) {
        return Err(session::uninitialised(&place, &open));
    }
    let (io, iosd) = match named {
        Some(mints) => mints,
        None => {
            refuse_mainnet(&open)?;
            (mint_key(&asked.wallet, &program, Token::Io).pubkey(), mint_key(&asked.wallet, &program, Token::Iosd).pubkey())
        }
    };
    let at = Addresses::new(program, io, iosd);
    let initialised = open.ledger().find::<Config>("configuration", &address::config(&program))?;
    let mut session = Session::unconfigured(chain, place, open, at.clone(), as_json);
    let details = [asked.guardian.as_ref(), io.as_ref(), iosd.as_ref()].concat();
    let pending = session.begin("ledger init", &details, || Ok(0))?;
    if let Some(config) = initialised.filter(|_| !pending.again) {
        pending.end();
        return Err(already(&session, &config));
    }
    let mut acts = match named {
        Some(_) => {
            fits(&session, &io, Token::Io)?;
            fits(&session, &iosd, Token::Iosd)?;
            Vec::new()
        }
        None => new_mints(&session, &asked)?,
    };
    let made = acts.len();
    let initialise = at.initialise(&asked.wallet.pubkey(), &asked.guardian, &asked.params);
    acts.push(Act::new("ledger init", vec![initialise]).once(pending));
    let sent = match session.carry_out_all(acts) {
        Ok(Some(sent)) => sent,
        Ok(None) => return Ok(()),
        Err(why) => return session.ended(Err(why)),
    };

    let mut lines = vec![format!("initialised {program} on {}", session.place.shown())];
    lines.push(format!("  guardian {}", asked.guardian));
    lines.push(format!("  IO {io} · IOSD {iosd}{}", if made > 0 { " · made just now" } else { "" }));
    if init.new_mints {
        lines.push("  IO is minted by the program alone, as rewards; IOSD by this wallet: `spl-token mint`".to_owned());
    }
    lines.extend(init.supply.iter().filter(|_| made > 0).map(|amount| format!("  {} has {amount}", asked.wallet.pubkey())));
    lines.push("  no models yet: its guardian adds them with `assay ledger model defaults`".to_owned());
    let mut own = described(&session, asked.guardian, 0);
    own["mints_made"] = json!(made);
    own["supply"] = init.supply.iter().map(|amount| show::amount_json(*amount)).collect();
    session.done("ledger init", &sent, own, &lines);
    Ok(())
}

/// Tokens that look like IO and are not have no place where IO is.
fn refuse_mainnet(open: &Open) -> Result<(), Failure> {
    match open.public() {
        Some("mainnet-beta") => Err(Failure::usage("mints of your own are for test clusters, and this is mainnet-beta")
            .hint("name the mints of IO and IOSD with --io-mint and --iosd-mint")),
        _ => Ok(()),
    }
}

fn already(session: &Session, config: &Config) -> Failure {
    Failure::usage(format!(
        "the program {} on {} is initialised already: guardian {}, IO {}, IOSD {}",
        session.at.program,
        session.place.shown(),
        show::key(&config.guardian),
        show::key(&config.io_mint),
        show::key(&config.iosd_mint)
    ))
    .hint("use it: `assay ledger status`; or deploy the program at another address")
}

fn mint_key(wallet: &Keypair, program: &Pubkey, token: Token) -> Keypair {
    let mut hasher = blake3::Hasher::new_derive_key("assay 2026-11 mint of a test cluster");
    hasher.update(wallet.secret_bytes()).update(program.as_ref()).update(token.name().as_bytes());
    Keypair::new_from_array(*hasher.finalize().as_bytes())
}

/// Checks a mint that was named. The program looks at less: decimals are how people read amounts, not how it counts.
fn fits(session: &Session, address: &Pubkey, token: Token) -> Result<(), Failure> {
    let option = if token == Token::Io { "--io-mint" } else { "--iosd-mint" };
    let refuse = |why: String| Failure::usage(format!("{option} {address}: {why}")).hint("`spl-token display` shows what is at an address");
    let found = session.ledger().account(address)?.ok_or_else(|| refuse(format!("nothing is there on {}", session.place.shown())))?;
    let mint = (found.owner == spl_token_interface::ID).then(|| Mint::unpack(&found.data).ok()).flatten();
    let mint = mint.ok_or_else(|| refuse("it is no mint of the token program".to_owned()))?;
    if mint.decimals != token.decimals() {
        return Err(refuse(format!("it has {} decimals, and {token} has {}", mint.decimals, token.decimals())));
    }
    if token == Token::Io && mint.mint_authority != Some(session.at.vault).into() {
        return Err(refuse(format!("rewards are minted by the program, whose vault {} must be its mint authority", session.at.vault))
            .hint(format!("`spl-token authorize {address} mint {}`", session.at.vault)));
    }
    Ok(())
}

/// The mints that are not there yet, each with what the wallet gets of it.
fn new_mints(session: &Session, asked: &Asked<'_>) -> Result<Vec<Act>, Failure> {
    let mut acts = Vec::new();
    for token in [Token::Io, Token::Iosd] {
        let key = mint_key(&asked.wallet, &session.at.program, token);
        if session.ledger().account(&key.pubkey())?.is_some() {
            fits(session, &key.pubkey(), token)?;
            continue;
        }
        let given: u64 =
            asked.init.supply.iter().filter(|amount| amount.token == token).fold(0, |sum, amount| sum.saturating_add(amount.units));
        acts.push(mint(session, &asked.wallet.pubkey(), key, token.units(given))?);
    }
    Ok(acts)
}

/// Makes a mint whose first tokens the wallet has.
fn mint(session: &Session, wallet: &Pubkey, key: Keypair, given: Amount) -> Result<Act, Failure> {
    let (at, program, address) = (&session.at, spl_token_interface::ID, key.pubkey());
    let rent = session.ledger().rent(Mint::LEN)?;
    let unsendable = |error: solana_sdk::program_error::ProgramError| Failure::from(LedgerError::Unsendable(error.to_string()));
    let mut instructions = new_mint(wallet, &address, given.token, wallet, rent).to_vec();
    if let Some(currency) = given.token.currency().filter(|_| given.units > 0) {
        let to = at.wallet(wallet, currency);
        instructions.push(at.open_tokens(wallet, wallet, currency));
        instructions.push(tokens::mint_to(&program, &address, &to, wallet, &[], given.units).map_err(unsendable)?);
    }
    if given.token == Token::Io {
        let authority = tokens::set_authority(&program, &address, Some(&at.vault), AuthorityType::MintTokens, wallet, &[]);
        instructions.push(authority.map_err(unsendable)?);
    }
    Ok(Act::new("ledger init", instructions).signed_by([key]))
}
