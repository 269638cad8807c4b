//! Layouts and instructions: what is written reads back, and only in its own length, kind and version.

use assay_settlement_interface::account::{self, ACCOUNTS, Account, Config, Member, Round};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{INSTRUCTIONS, Instruction};
use assay_settlement_interface::params::{DEFAULTS, Param, TABLE, change, validate};
use proptest::prelude::*;

#[test]
fn numbers_are_unique_and_layouts_dense() {
    for (i, info) in INSTRUCTIONS.iter().enumerate() {
        assert_eq!(usize::from(info.tag), i);
        assert_eq!(info.length, 1 + info.fields.iter().map(|field| field.len).sum::<usize>());
    }
    for (i, info) in ACCOUNTS.iter().enumerate() {
        assert_eq!(usize::from(info.kind), i + 1);
        assert_eq!(info.length, 2 + info.fields.iter().map(|field| field.len).sum::<usize>());
        let mut at = 2;
        for field in info.fields {
            assert_eq!(field.at, at, "{}.{}", info.name, field.name);
            assert!(!field.doc.is_empty(), "{}.{}", info.name, field.name);
            at += field.len;
        }
    }
    for refusal in Refusal::ALL {
        assert_eq!(Refusal::from_code(refusal.code()), Some(*refusal));
        assert_eq!(Refusal::ALL.iter().filter(|other| other.code() == refusal.code()).count(), 1);
    }
}

#[test]
fn a_parameter_is_where_it_is_read() {
    let mut bytes = vec![0; Config::LEN];
    let mut params = DEFAULTS;
    for (i, param) in params.iter_mut().enumerate() {
        *param = 1_000 + i as u64;
    }
    let config = Config {
        bump: 255,
        guardian: [1; 32],
        io_mint: [2; 32],
        iosd_mint: [3; 32],
        vault: [4; 32],
        vault_bump: 254,
        tokens: core::array::from_fn(|i| (i / 32) as u8 + 10),
        paused: 0,
        paused_at: -1,
        paused_s: 7,
        resumed_at: 8,
        genesis: 9,
        params,
    };
    config.write(&mut bytes).expect("it fits");
    assert_eq!(Config::read(&bytes), Ok(config));
    for (param, number) in [(Param::StakePerUnit, 0_usize), (Param::RevealS, 9), (Param::HoursMax, 46)] {
        let at = Config::LEN - 8 * (params.len() - number);
        assert_eq!(bytes[at..at + 8], (1_000 + number as u64).to_le_bytes());
        assert_eq!(config.param(param), 1_000 + number as u64);
    }
    assert_eq!(config.token_account(account::tokens::FEES_IOSD), [14; 32]);
}

#[test]
fn members_stand_behind_their_round() {
    let mut bytes = vec![0; account::round_length(3)];
    let member = Member { seat: 9, commitment: [1; 32], code: 2, outcome: [0; 32], receipt: [3; 32], call: u64::MAX };
    member.write(&mut bytes, 2).expect("there is room");
    assert_eq!(Member::read(&bytes, 2), Ok(member));
    assert_eq!(Member::read(&bytes, 1), Ok(Member { receipt: [0; 32], call: 0, code: 0, commitment: [0; 32], seat: 0, ..member }));
    assert_eq!(Member::read(&bytes, 3), Err(Refusal::WrongKind));
    assert_eq!(member.write(&mut bytes, 3), Err(Refusal::WrongKind));
    assert!(bytes[..Round::LEN].iter().all(|byte| *byte == 0));
}

#[test]
fn parameters_keep_to_their_ranges_and_rules() {
    assert_eq!(validate(&DEFAULTS), Ok(()));
    for (i, info) in TABLE.iter().enumerate() {
        for (value, least) in [(info.least.wrapping_sub(1), true), (info.most + 1, false)] {
            if least && info.least == 0 {
                continue;
            }
            let mut params = DEFAULTS;
            params[i] = value;
            assert_eq!(validate(&params), Err(Refusal::Parameter), "{} = {value}", info.name);
        }
    }
    let with = |changes: &[(Param, u64)]| {
        let mut params = DEFAULTS;
        changes.iter().for_each(|(param, value)| params[*param as usize] = *value);
        validate(&params).is_ok()
    };
    assert!(!with(&[(Param::SampleSize, 4), (Param::SampleQuorum, 2)]), "half is no quorum");
    assert!(with(&[(Param::SampleSize, 4), (Param::SampleQuorum, 3)]));
    assert!(!with(&[(Param::AppealQuorum, 10)]), "more than all");
    assert!(!with(&[(Param::VotingS, DEFAULTS[Param::UnbondingS as usize])]), "stake could vote twice");
    assert!(!with(&[(Param::AppealS, DEFAULTS[Param::SeatUnbondingS as usize])]), "the judges could be gone");
    let mut params = DEFAULTS;
    for number in 29..=33 {
        assert_eq!(change(&mut params, number, DEFAULTS[usize::from(number)]), Err(Refusal::Parameter), "the emission table is fixed");
    }
    assert_eq!(change(&mut params, 47, 1), Err(Refusal::Parameter));
    assert_eq!(change(&mut params, 7, 100), Ok(()));
    assert_eq!(params[7], 100);
}

proptest! {
    /// Bytes that read as an instruction are the bytes it writes, and nothing longer or shorter reads.
    #[test]
    fn instructions_have_one_encoding(tag in 0_u8..50, rest in prop::collection::vec(any::<u8>(), 0..500)) {
        let mut bytes = vec![tag];
        bytes.extend(&rest);
        let own = INSTRUCTIONS.iter().find(|info| info.tag == tag);
        if let Some(info) = own {
            bytes.resize(info.length, 7);
        }
        match Instruction::read(&bytes) {
            Ok(read) => {
                let mut written = [0; 512];
                let length = read.write(&mut written).expect("room");
                prop_assert_eq!(&written[..length], &bytes[..]);
                prop_assert!(Instruction::read(&bytes[..length - 1]).is_err());
                bytes.push(0);
                prop_assert!(Instruction::read(&bytes).is_err());
            }
            Err(refusal) => {
                prop_assert_eq!(refusal, Refusal::Instruction);
                prop_assert!(own.is_none());
            }
        }
    }
}
