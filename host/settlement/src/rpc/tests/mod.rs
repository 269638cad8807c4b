mod fake;

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
    assert!(ledger.pending().is_empty());
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
    assert!(ledger.pending().is_empty());
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
    assert!(matches!(RpcLedger::connect(hasty(&fake)), Err(LedgerError::Locked(_))));
    drop(ledger);
    fake.chain().deaf.clear();
    let mut ledger = RpcLedger::connect(hasty(&fake)).unwrap();
    assert_eq!(ledger.pending(), [signature]);
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
    assert!(ledger.pending().is_empty());
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
    fake.chain().accounts = Some(json!({"context": {"slot": 1}, "value": [account("AAAA")]}));
    assert_eq!(ledger.account(&program()).unwrap().unwrap().data, [0; 3]);
    assert!(matches!(ledger.clock(), Err(LedgerError::Foreign { .. })));
    assert!(matches!(ledger.slot_hashes(), Err(LedgerError::Foreign { .. })));
    for garbage in ["", "{", "null", "[]", "{}", "{\"result\": {\"value\": 7}}", "{\"error\": {}}", "{\"error\": {\"code\": \"x\"}}"] {
        fake.chain().garbage = Some(garbage);
        assert!(ledger.accounts(&at).is_err(), "{garbage}");
        assert!(send(&mut ledger, None).is_err(), "{garbage}");
    }
    assert!(ledger.pending().is_empty());
}

#[test]
fn no_key_in_a_url_is_shown() {
    assert_eq!(shown("https://user:pass@host:99/KEY?api-key=KEY#KEY"), "https://host:99");
    assert_eq!(shown("host/KEY"), "://host");
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(RpcLedger::connect(Settings::new("ftp://x", program(), folder.path())), Err(LedgerError::Rpc { .. })));
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
