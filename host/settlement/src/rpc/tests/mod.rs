mod fake;
mod hostile;

use std::path::Path;
use std::time::Duration;

use assay_settlement_interface::error::Refusal;
use proptest::prelude::*;
use serde_json::json;
use solana_sdk::instruction::Instruction;
use solana_sdk::signature::Keypair;

use self::fake::{Chain, Fake, Luck};
use super::*;
use crate::error::Refused;
use crate::rpc::submission::Level;

fn program() -> Pubkey {
    Pubkey::from([1; 32])
}

fn settings(fake: &Fake, folder: &Path) -> Settings {
    let backoff = Backoff { least: Duration::from_millis(1), most: Duration::from_millis(4) };
    Settings {
        timeout: Duration::from_secs(5),
        patience_read: Duration::from_millis(200),
        patience: Patience { poll: Duration::from_millis(1), backoff, most: Duration::from_secs(20) },
        ..Settings::new(&fake.url, program(), folder)
    }
}

fn pay() -> [Instruction; 1] {
    [Instruction { program_id: program(), accounts: vec![], data: vec![4] }]
}

/// What landed, of all that was signed: `(signature, height when it was first sent)`.
fn landed(chain: &Chain) -> Vec<String> {
    let mut all: Vec<String> =
        chain.blocks.iter().filter(|(_, block)| block.error.is_none()).map(|(signature, _)| signature.clone()).collect();
    all.sort();
    all
}

fn send(ledger: &mut RpcLedger, intent: Option<u8>) -> Result<Receipt, LedgerError> {
    let payer = Keypair::new_from_array([8; 32]);
    ledger.send(&Spec { intent: intent.map(|of| [of; 32]), ..Spec::new(&pay(), &payer) })
}

#[test]
fn a_transaction_lands() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    let receipt = send(&mut ledger, None).unwrap();
    assert_eq!((receipt.units, receipt.fee), (1_300, 5_005));
    assert_eq!(landed(&fake.chain()), [receipt.signature.to_string()]);
    assert!(ledger.pending().unwrap().is_empty());
    send(&mut ledger, None).unwrap();
    assert_eq!(landed(&fake.chain()).len(), 2, "without an intent each is one of its own");
}

#[test]
fn it_lands_once_whatever_the_node_answers() {
    for luck in [Luck::LandsUnheard, Luck::Busy, Luck::Behind, Luck::Dropped] {
        let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
        fake.chain().luck = [luck, luck].into();
        let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
        let receipt = send(&mut ledger, Some(1)).unwrap();
        assert_eq!(landed(&fake.chain()), [receipt.signature.to_string()], "{luck:?}");
        assert_eq!(fake.chain().seen.len(), 1, "{luck:?}: signed once");
        assert_eq!(send(&mut ledger, Some(1)).unwrap().signature, receipt.signature);
        assert_eq!(landed(&fake.chain()).len(), 1);
    }
}

/// One that no block takes is signed anew, and only when no block can take it any more.
#[test]
fn it_is_signed_anew_only_after_it_expired() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    fake.chain().luck = vec![Luck::Dropped; 500].into();
    fake.chain().pace = 5;
    let mut ledger = RpcLedger::connect(Settings { signings_max: 2, ..settings(&fake, folder.path()) }).unwrap();
    assert!(matches!(send(&mut ledger, Some(1)), Err(LedgerError::Rpc { .. })));
    let seen = fake.chain().seen.clone();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].1 > seen[0].1 + 150 + 32, "{seen:?}");
    assert!(ledger.pending().unwrap().is_empty());
    fake.chain().luck.clear();
    send(&mut ledger, Some(1)).unwrap();
    assert_eq!(landed(&fake.chain()).len(), 1);
}

/// A node that is behind finds nothing; that is no reason to sign anew.
#[test]
fn a_node_that_is_behind_gives_nothing_up() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    {
        let mut chain = fake.chain();
        chain.behind = 400;
        chain.pace = 20;
        chain.luck = [Luck::LandsUnheard].into();
    }
    let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    let receipt = send(&mut ledger, None).unwrap();
    assert_eq!(landed(&fake.chain()), [receipt.signature.to_string()]);
    assert_eq!(fake.chain().seen.len(), 1);
}

#[test]
fn an_outage_loses_nothing_and_pays_nothing_twice() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let hasty = |fake: &Fake| {
        let of = settings(fake, folder.path());
        Settings { patience: Patience { most: Duration::from_millis(50), ..of.patience }, ..of }
    };
    let mut ledger = RpcLedger::connect(hasty(&fake)).unwrap();
    fake.chain().luck = [Luck::LandsUnheard].into();
    fake.chain().deaf = ["getSignatureStatuses"].into();
    let Err(LedgerError::Uncertain { signature, .. }) = send(&mut ledger, Some(1)) else { panic!("it cannot be known") };
    assert!(matches!(send(&mut ledger, Some(1)), Err(LedgerError::Uncertain { .. })), "still not, and nothing else is signed for it");
    let mut other = RpcLedger::connect(hasty(&fake)).unwrap();
    assert_eq!(other.rent(0).unwrap(), 890_880, "who reads does not wait for who sends");
    assert!(matches!(send(&mut other, Some(1)), Err(LedgerError::Locked(_))));
    assert!(matches!(other.resume(), Err(LedgerError::Locked(_))));
    drop(ledger);
    fake.chain().deaf.clear();
    let mut ledger = RpcLedger::connect(hasty(&fake)).unwrap();
    assert_eq!(ledger.pending().unwrap(), [signature]);
    let settled = ledger.resume().unwrap();
    assert!(matches!(settled[..], [Settled::Landed(receipt)] if receipt.signature == signature), "{settled:?}");
    assert_eq!(send(&mut ledger, Some(1)).unwrap().signature, signature);
    assert_eq!(fake.chain().seen.len(), 1);
    assert!(ledger.resume().unwrap().is_empty());
}

#[test]
fn refusals_say_which_instruction() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    let code = Refusal::TooEarly.code();
    let refused = |sent: Result<Receipt, LedgerError>| match sent {
        Err(LedgerError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    };
    let expected = Refused::ByProgram { instruction: 0, refusal: Refusal::TooEarly };
    fake.chain().simulated = Some((1, code));
    assert_eq!(refused(send(&mut ledger, None)), expected);
    assert!(fake.chain().seen.is_empty(), "it is not even signed");
    fake.chain().simulated = None;
    fake.chain().luck = [Luck::Refused(code)].into();
    assert_eq!(refused(send(&mut ledger, Some(1))), expected);
    fake.chain().luck = [Luck::Fails(code)].into();
    assert_eq!(refused(send(&mut ledger, Some(1))), expected);
    assert!(ledger.pending().unwrap().is_empty());
    send(&mut ledger, Some(1)).unwrap();
    assert_eq!(landed(&fake.chain()).len(), 1);
}

#[test]
fn a_busy_node_is_asked_again_and_a_wrong_one_is_not() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    fake.chain().statuses = [503, 429, 500].into();
    assert_eq!(ledger.rent(0).unwrap(), 890_880);
    fake.chain().statuses = [403].into();
    let Err(error) = ledger.rent(0) else { panic!("403 is for good") };
    assert!(error.to_string().contains("HTTP status 403") && !error.to_string().contains("secret"), "{error}");
    fake.chain().deaf = ["all"].into();
    let Err(error) = ledger.rent(0) else { panic!("nobody answers") };
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn what_a_node_makes_up_is_refused() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    let at = [program()];
    let account = |data: &str| json!({"lamports": 1, "owner": program().to_string(), "data": [data, "base64"], "executable": false, "rentEpoch": 0, "space": 0});
    for value in [
        json!(null),
        json!({"context": {"slot": 1}, "value": []}),
        json!({"context": {"slot": 1}, "value": [{}]}),
        json!([1]),
        json!("text"),
    ] {
        fake.chain().accounts = Some(value.clone());
        assert!(ledger.accounts(&at).is_err(), "{value}");
        assert!(ledger.clock().is_err());
        assert!(ledger.slot_hashes().is_err());
    }
    for value in [
        json!([1]),
        json!("text"),
        json!([{"pubkey": "x", "account": account("AQ==")}]),
        json!([{"pubkey": program().to_string(), "account": account("AAAA")}]),
    ] {
        fake.chain().accounts = Some(value.clone());
        assert!(ledger.accounts_of(1, None, &[]).is_err(), "{value}");
    }
    fake.chain().accounts = Some(json!([{"pubkey": program().to_string(), "account": account("AQ==")}]));
    assert_eq!(ledger.accounts_of(1, Some(1), &[]).unwrap().len(), 1);
    // Three zeros in other ways than they were asked for: packed, and in base 58.
    for (data, encoding) in [("KLUv/SADGQAAAAAA", "base64+zstd"), ("111", "base58")] {
        let mut other = account("");
        other["data"] = json!([data, encoding]);
        fake.chain().accounts = Some(json!({"context": {"slot": 1}, "value": [other]}));
        let error = ledger.account(&program()).unwrap_err().to_string();
        assert!(error.contains("cannot be decoded"), "{error}");
    }
    fake.chain().accounts = Some(json!({"context": {"slot": 1}, "value": [account("AAAA")]}));
    assert_eq!(ledger.account(&program()).unwrap().unwrap().data, [0; 3]);
    assert!(matches!(ledger.clock(), Err(LedgerError::Foreign { .. })));
    assert!(matches!(ledger.slot_hashes(), Err(LedgerError::Foreign { .. })));
    for garbage in ["", "{", "null", "[]", "{}", "{\"result\": {\"value\": 7}}", "{\"error\": {}}", "{\"error\": {\"code\": \"x\"}}"] {
        fake.chain().garbage = Some(garbage);
        assert!(ledger.accounts(&at).is_err(), "{garbage}");
        assert!(send(&mut ledger, None).is_err(), "{garbage}");
    }
    assert!(ledger.pending().unwrap().is_empty());
}

#[test]
fn no_key_in_a_url_is_shown() {
    assert_eq!(shown("https://user:pass@host:99/KEY?api-key=KEY#KEY"), "https://host:99");
    assert_eq!(shown("host/KEY"), "://host");
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(RpcLedger::connect(Settings::new("ftp://x", program(), folder.path())), Err(LedgerError::Rpc { .. })));
}

/// What was asked with which commitment.
fn commitment_of(fake: &Fake, method: &str) -> Option<String> {
    fake.chain().commitments.get(method).cloned()
}

#[test]
fn reads_are_as_sure_as_configured_and_payments_at_least_confirmed() {
    // Level, what reads ask for, and how many blocks are behind a transaction when it counts.
    for (level, read, behind) in
        [(Level::Processed, "processed", 5), (Level::Confirmed, "confirmed", 5), (Level::Finalized, "finalized", 32)]
    {
        let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
        fake.chain().confirms = 5;
        let mut ledger = RpcLedger::connect(Settings { level, ..settings(&fake, folder.path()) }).unwrap();
        let _ = ledger.account(&program());
        let _ = ledger.accounts_of(1, None, &[]);
        for method in ["getMultipleAccounts", "getProgramAccounts"] {
            assert_eq!(commitment_of(&fake, method).as_deref(), Some(read), "{method}");
        }
        let receipt = send(&mut ledger, None).unwrap();
        // The receipt's cost is asked for once after that: one block more.
        let height = fake.chain().height;
        assert!((receipt.slot + behind..receipt.slot + behind + 4).contains(&height), "{level:?}: {height}, landed in {}", receipt.slot);
    }
}

#[test]
fn a_simulation_says_what_it_costs() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let payer = Keypair::new_from_array([8; 32]);
    let account = |lamports: u64| json!({"lamports": lamports, "owner": program().to_string(), "data": ["", "base64"], "executable": false, "rentEpoch": 0, "space": 0});
    fake.chain().accounts = Some(json!({"context": {"slot": 1}, "value": [account(3_000_000), null]}));
    // The node has taken the fee already: 5,000 lamports are in no account.
    fake.chain().simulated_accounts = Some(json!([account(1_995_000), account(1_000_000)]));
    let ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    let made = Pubkey::from([2; 32]);
    let instruction =
        Instruction { program_id: program(), accounts: vec![solana_sdk::instruction::AccountMeta::new(made, false)], data: vec![4] };
    let said = ledger.simulate(&Spec::new(std::slice::from_ref(&instruction), &payer)).unwrap();
    // 1,000 units, a tenth more and 300 for the budget itself, at 50 millionths.
    assert_eq!((said.units, said.fee), (1_000, 5_000 + 1));
    let lamports: Vec<_> = said.effects.iter().map(|effect| (effect.address, effect.lamports())).collect();
    assert_eq!(lamports, [(solana_sdk::signer::Signer::pubkey(&payer), (3_000_000, 1_994_999)), (made, (0, 1_000_000))]);
    fake.chain().simulated = Some((1, Refusal::TooEarly.code()));
    let refused = ledger.simulate(&Spec::new(std::slice::from_ref(&instruction), &payer)).unwrap();
    assert!(refused.refused.is_some() && refused.effects.is_empty() && refused.fee == 5_001);
    fake.chain().simulated = None;
    fake.chain().simulated_accounts = Some(json!([]));
    assert!(ledger.simulate(&Spec::new(&[instruction], &payer)).is_err(), "accounts that were asked for are missing");
}

#[test]
fn public_clusters_are_known_by_their_first_block() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let mut ledger = RpcLedger::connect(settings(&fake, folder.path())).unwrap();
    assert_eq!(ledger.public(), None);
    for (genesis, name) in
        [("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG", "devnet"), ("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY", "testnet")]
    {
        ledger.genesis = genesis.parse::<Hash>().unwrap().to_bytes();
        assert_eq!(ledger.public(), Some(name));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any bad luck, with a process that ends at any time and begins again: each intent is met at most once, and in the end exactly once.
    #[test]
    fn intents_are_met_once(
        luck in proptest::collection::vec(prop_oneof![
            Just(Luck::Lands), Just(Luck::Dropped), Just(Luck::LandsUnheard), Just(Luck::Busy), Just(Luck::Behind), Just(Luck::Refused(33)), Just(Luck::Fails(33)),
        ], 0..12),
        pace in 1..40_u64,
        behind in 0..60_u64,
        patience in 0..30_u64,
    ) {
        let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
        {
            let mut chain = fake.chain();
            (chain.luck, chain.pace, chain.behind) = (luck.into(), pace, behind);
        }
        for attempt in 0..40 {
            let of = settings(&fake, folder.path());
            let most = if attempt < 8 { Duration::from_millis(patience) } else { of.patience.most };
            let mut ledger = RpcLedger::connect(Settings { patience: Patience { most, ..of.patience }, ..of }).unwrap();
            let done = [1, 2].map(|intent| send(&mut ledger, Some(intent)).is_ok());
            prop_assert!(landed(&fake.chain()).len() <= 2);
            if done == [true, true] {
                prop_assert_eq!(landed(&fake.chain()).len(), 2);
                return Ok(());
            }
        }
        prop_assert!(false, "it does not come to an end");
    }
}
