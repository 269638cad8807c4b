//! What instructions say, account by account and field by field, and what they cost: from the interface's own tables, so that it is what the program reads.

use assay_settlement::Addresses;
use assay_settlement::token::Token;
use assay_settlement_interface::FieldInfo;
use assay_settlement_interface::account::state::currency;
use assay_settlement_interface::account::{Config, Device, Job, Model, Proposal, Provider, Round, Seat, Totals, Vote, round_length};
use assay_settlement_interface::instruction::{Appeal, Challenge, INSTRUCTIONS, InstructionInfo, Redraw};
use assay_settlement_interface::params::Param;
use serde_json::{Value, json};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::act::Act;
use super::session::Session;
use crate::failure::Failure;

/// Lamports for a signature.
const SIGNATURE: u64 = 5_000;
/// Bytes of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// What a transaction costs its payer besides tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Lamports that are gone.
    pub fee: u64,
    /// Lamports that are held by accounts it makes, as far as can be told before.
    pub rent: u64,
}

impl Cost {
    /// Both.
    pub fn lamports(&self) -> u64 {
        self.fee.saturating_add(self.rent)
    }
}

fn info(at: &Addresses, instruction: &Instruction) -> Option<&'static InstructionInfo> {
    let tag = instruction.data.first()?;
    INSTRUCTIONS.iter().copied().find(|info| instruction.program_id == at.program && info.tag == *tag)
}

/// An instruction of another program that commands send: its name, and what its accounts are.
fn foreign(instruction: &Instruction) -> Option<(&'static str, &'static [&'static str])> {
    // The token program's numbers are those of what `ledger init --new-mints` sends.
    Some(match (instruction.program_id, instruction.data.first()) {
        (spl_associated_token_account_interface::program::ID, _) => {
            ("CreateTokenAccount", &["payer", "token_account", "wallet", "mint", "system_program", "token_program"])
        }
        (solana_sdk_ids::system_program::ID, Some(0)) => ("CreateAccount", &["payer", "new_account"]),
        (spl_token_interface::ID, Some(20)) => ("InitializeMint2", &["mint"]),
        (spl_token_interface::ID, Some(7)) => ("MintTo", &["mint", "token_account", "authority"]),
        (spl_token_interface::ID, Some(6)) => ("SetAuthority", &["mint", "authority"]),
        _ => return None,
    })
}

/// The name of an instruction.
pub fn name(at: &Addresses, instruction: &Instruction) -> String {
    match info(at, instruction) {
        Some(info) => info.name.to_owned(),
        None => foreign(instruction).map_or_else(|| instruction.program_id.to_string(), |(name, _)| name.to_owned()),
    }
}

/// What the instructions of a transaction call an account: `job`, `escrow_io`.
pub fn account(at: &Addresses, instructions: &[Instruction], address: &Pubkey) -> String {
    let named = instructions.iter().find_map(|instruction| {
        let place = instruction.accounts.iter().position(|meta| meta.pubkey == *address)?;
        Some(account_name(info(at, instruction), instruction, place))
    });
    named.unwrap_or_else(|| "account".to_owned())
}

/// A field's value, as its type says.
fn value(field: &FieldInfo, data: &[u8]) -> Value {
    let Some(bytes) = data.get(field.at..field.at.saturating_add(field.len)) else { return Value::Null };
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    match field.ty {
        "u8" | "u16" | "u32" => json!(number(bytes) as u64),
        "u64" => json!(number(bytes).to_string()),
        _ if field.name == "commitment" && bytes == NO_COMMITMENT => Value::Null,
        "bytes[2]" if bytes.iter().all(u8::is_ascii_uppercase) => json!(String::from_utf8_lossy(bytes)),
        _ => json!(hex::encode(bytes)),
    }
}

/// A commitment that stands for one in a dry run, which chooses no salt: nothing is behind it.
pub const NO_COMMITMENT: [u8; 32] = [1; 32];

/// The token that a field counts, if it does.
fn token(info: &InstructionInfo, field: &FieldInfo, data: &[u8]) -> Option<Token> {
    match (info.name, field.name) {
        ("Stake" | "RequestUnstake" | "RegisterSeat" | "TopUpSeat", "amount") | (_, "price_io") => Some(Token::Io),
        (_, "price_iosd") => Some(Token::Iosd),
        ("OpenJob", "price_hour") => {
            let paid_in = info.fields.iter().find(|field| field.name == "currency").and_then(|field| data.get(field.at));
            Some(if paid_in == Some(&currency::IO) { Token::Io } else { Token::Iosd })
        }
        _ => None,
    }
}

/// A field's value, for people.
fn said(info: &InstructionInfo, field: &FieldInfo, data: &[u8]) -> String {
    let value = value(field, data);
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match token(info, field, data) {
        Some(token) => text.parse().map_or(text, |units| token.units(units).to_string()),
        None if value.is_null() => "chosen when it is sent".to_owned(),
        None => text,
    }
}

/// What an account of an instruction is called.
fn account_name(info: Option<&InstructionInfo>, instruction: &Instruction, place: usize) -> String {
    let own = info.and_then(|info| info.accounts.get(place)).map(|account| account.name);
    let name = own.or_else(|| foreign(instruction).filter(|_| info.is_none()).and_then(|(_, names)| names.get(place).copied()));
    name.map_or_else(|| format!("more {place}"), str::to_owned)
}

/// An instruction for programs.
pub fn json(at: &Addresses, instruction: &Instruction) -> Value {
    let info = info(at, instruction);
    let fields: serde_json::Map<String, Value> = info
        .map(|info| info.fields.iter().map(|field| (field.name.to_owned(), value(field, &instruction.data))).collect())
        .unwrap_or_default();
    let accounts: Vec<Value> = instruction
        .accounts
        .iter()
        .enumerate()
        .map(|(place, meta)| json!({ "name": account_name(info, instruction, place), "address": meta.pubkey.to_string(), "signs": meta.is_signer, "changes": meta.is_writable }))
        .collect();
    json!({ "name": name(at, instruction), "program": instruction.program_id.to_string(), "fields": fields, "accounts": accounts })
}

/// An instruction for people.
pub fn lines(at: &Addresses, instruction: &Instruction) -> Vec<String> {
    let info = info(at, instruction);
    let mut lines = vec![name(at, instruction)];
    for (info, field) in info.into_iter().flat_map(|info| info.fields.iter().map(move |field| (info, field))) {
        lines.push(format!("  {:<16} {}", field.name, said(info, field, &instruction.data)));
    }
    for (place, meta) in instruction.accounts.iter().enumerate() {
        let flags = match (meta.is_signer, meta.is_writable) {
            (true, true) => " (signs, changes)",
            (true, false) => " (signs)",
            (false, true) => " (changes)",
            (false, false) => "",
        };
        lines.push(format!("  {:<16} {}{flags}", account_name(info, instruction, place), meta.pubkey));
    }
    lines
}

/// What a transaction costs, as far as can be told without trying it. `seen` are accounts that it or one before it makes.
pub fn cost(session: &Session, act: &Act, seen: &mut Vec<Pubkey>) -> Result<Cost, Failure> {
    let signatures = 1 + act.signers().len() as u64;
    let mut cost = Cost { fee: SIGNATURE.saturating_mul(signatures), rent: 0 };
    for instruction in &act.instructions {
        let info = info(&session.at, instruction);
        for (place, meta) in instruction.accounts.iter().enumerate() {
            if !meta.is_writable || seen.contains(&meta.pubkey) {
                continue;
            }
            let Some(length) = made(session, info, instruction, place)? else { continue };
            if session.ledger().account(&meta.pubkey)?.is_none() {
                cost.rent = cost.rent.saturating_add(session.ledger().rent(length)?);
                seen.push(meta.pubkey);
            }
        }
    }
    Ok(cost)
}

/// Length of the account at a place, if the instruction makes it when it is not there. What Tally may make, its own outcome decides: that is not told.
fn made(session: &Session, info: Option<&InstructionInfo>, instruction: &Instruction, place: usize) -> Result<Option<usize>, Failure> {
    let Some(info) = info else {
        let tokens = instruction.program_id == spl_associated_token_account_interface::program::ID && place == 1;
        // CreateAccount: its number as four bytes, lamports, length.
        let system = instruction.program_id == solana_sdk_ids::system_program::ID && place == 1 && instruction.data.first() == Some(&0);
        let length = instruction.data.get(12..20).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        return Ok(if tokens { Some(TOKEN_ACCOUNT) } else { length.filter(|_| system).and_then(|length| length.try_into().ok()) });
    };
    let round = |param: Param| Some(round_length(u8::try_from(session.param(param)).unwrap_or(u8::MAX)));
    Ok(match (info.name, account_name(Some(info), instruction, place).as_str()) {
        ("Initialise", "config") => Some(Config::LEN),
        ("Initialise", "totals") => Some(Totals::LEN),
        ("Initialise", "stake_tokens" | "escrow_io" | "escrow_iosd" | "fees_io" | "fees_iosd") => Some(TOKEN_ACCOUNT),
        ("RegisterProvider", "provider") => Some(Provider::LEN),
        ("AddDevice", "device") => Some(Device::LEN),
        ("SetModel", "model") => Some(Model::LEN),
        ("OpenJob", "job") => Some(Job::LEN),
        ("RegisterSeat", "seat") => Some(Seat::LEN),
        ("Propose", "proposal") => Some(Proposal::LEN),
        ("CastVote", "vote") => Some(Vote::LEN),
        ("Sample", "round") => round(Param::SampleSize),
        (name, "round") if name == Challenge::INFO.name => round(Param::ChallengeSize),
        (name, "round") if name == Appeal::INFO.name => round(Param::AppealSize),
        (name, "next") if name == Redraw::INFO.name => {
            let last = info.accounts.iter().position(|account| account.name == "round").and_then(|at| instruction.accounts.get(at));
            match last {
                Some(last) => session.ledger().account(&last.pubkey)?.map(|account| account.data.len().max(Round::LEN)),
                None => None,
            }
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Addresses {
        Addresses::new(Pubkey::new_from_array([1; 32]), Pubkey::new_from_array([2; 32]), Pubkey::new_from_array([3; 32]))
    }

    #[test]
    fn instructions_are_explained_by_the_interface() {
        let (at, owner) = (at(), Pubkey::new_from_array([4; 32]));
        let stake = json(&at, &at.stake(&owner, 20_000_000_000));
        assert_eq!(stake["name"], "Stake");
        assert_eq!(stake["fields"]["amount"], "20000000000");
        assert_eq!(stake["accounts"][2], json!({ "name": "owner", "address": owner.to_string(), "signs": true, "changes": false }));
        assert!(lines(&at, &at.stake(&owner, 20_000_000_000)).iter().any(|line| line == "  amount           200 IO"));
        let register = lines(&at, &at.register_provider(&owner, *b"DE", *b"EU"));
        assert!(register.iter().any(|line| line == "  country          DE"), "{register:?}");
    }

    #[test]
    fn what_is_not_ours_is_named_all_the_same() {
        let foreign = Instruction { program_id: Pubkey::new_from_array([9; 32]), accounts: Vec::new(), data: Vec::new() };
        assert_eq!(name(&at(), &foreign), foreign.program_id.to_string());
        assert_eq!(lines(&at(), &foreign).len(), 1);
        let (wallet, mint) = (Pubkey::new_from_array([4; 32]), Pubkey::new_from_array([5; 32]));
        let new = assay_settlement::call::new_mint(&wallet, &mint, assay_settlement::token::Token::Io, &wallet, 1);
        let named: Vec<String> = new.iter().map(|instruction| name(&at(), instruction)).collect();
        assert_eq!(named, ["CreateAccount", "InitializeMint2"]);
        assert_eq!(account(&at(), &new, &mint), "new_account");
        assert_eq!(name(&at(), &at().open_tokens(&wallet, &wallet, 0)), "CreateTokenAccount");
    }
}
