//! The interface of the settlement program answers `specs/vectors/settlement.json`, which the reference writes and shares no code with it.

use assay_settlement_interface::account::{self, ACCOUNTS, Account, Member};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{INSTRUCTIONS, Instruction, Reveal};
use assay_settlement_interface::params::{self, DEFAULTS, Param};
use assay_settlement_interface::rules::{self, draw, fees, job, reward, round, stake, tally, vote};
use assay_settlement_interface::{FieldInfo, Key};
use assay_tests::vectors::{self, bytes, number, text};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn sha256(parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

fn key(vector: &Value, field: &str) -> Key {
    bytes(vector, field).try_into().expect("32 bytes")
}

/// A small number, which is written as one.
fn small(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().unwrap_or_else(|| panic!("{}: no number in {field}", vector["name"]))
}

/// What is written where there is a result, or null.
fn optional(vector: &Value, field: &str) -> Option<u64> {
    (!vector[field].is_null()).then(|| number(vector, field))
}

/// A field of a layout as vectors write it: small numbers as numbers, others as decimal text, lists as lists.
fn shown(field: &FieldInfo, bytes: &[u8]) -> Value {
    let (of, list) = field.ty.split_once('[').map_or((field.ty, false), |(of, _)| (of, true));
    let signed = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().expect("8 bytes"));
    let unsigned = |bytes: &[u8]| bytes.iter().rev().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let one = |bytes: &[u8]| match of {
        "u8" | "u16" | "u32" => Value::from(unsigned(bytes) as u64),
        "i64" => Value::from(signed(bytes).to_string()),
        _ => Value::from(unsigned(bytes).to_string()),
    };
    if list { bytes.chunks(8).map(one).collect() } else { one(bytes) }
}

fn compare(fields: &[FieldInfo], from: &[u8], vector: &Value, names: &Value) {
    for field in fields {
        let own = &from[field.at..field.at + field.len];
        if field.ty.starts_with("bytes") {
            assert_eq!(bytes(names, field.name), own, "{}: {}", vector["name"], field.name);
            continue;
        }
        assert_eq!(shown(field, own), names[field.name], "{}: {}", vector["name"], field.name);
    }
}

fn refused(vector: &Value, refusal: Refusal) {
    assert_eq!(
        (vector["refused"].as_str(), vector["number"].as_u64()),
        (Some(refusal.name()), Some(u64::from(refusal.code()))),
        "{}",
        vector["name"]
    );
}

fn instruction(vector: &Value) {
    let bytes = bytes(vector, "bytes");
    match Instruction::read(&bytes) {
        Err(refusal) => refused(vector, refusal),
        Ok(read) => {
            let info = read.info();
            assert!(INSTRUCTIONS.iter().any(|known| known.tag == info.tag));
            assert_eq!(vector["refused"], Value::Null, "{}", vector["name"]);
            let mut written = [0; 1_024];
            let length = read.write(&mut written).expect("room");
            assert_eq!(&written[..length], &bytes[..], "{}", vector["name"]);
            compare(info.fields, &bytes, vector, &vector["fields"]);
        }
    }
}

/// Reads an account of a kind, in exactly its length, and writes it again.
fn account(vector: &Value) {
    let bytes = bytes(vector, "bytes");
    // A vector's name starts with that of its kind.
    let name = vector["account"].as_str().unwrap_or_else(|| text(vector, "name").split([' ', ',']).next().expect("a word"));
    let info = ACCOUNTS.iter().find(|info| info.name == name).unwrap_or_else(|| panic!("{name} is no kind"));
    macro_rules! again {
        ($($kind:ident)*) => {
            match name {
                $(stringify!($kind) => account::$kind::read(&bytes).and_then(|read| {
                    let mut written = vec![0; bytes.len()];
                    read.write(&mut written)?;
                    Ok(written)
                }),)*
                _ => panic!("{name} is no kind"),
            }
        };
    }
    let round = name == "Round";
    let fits = bytes.len() == info.length || round && bytes.get(7..).is_some() && bytes.len() == account::round_length(bytes[38]);
    let again = again!(Config Totals Model Provider Device Job Round Seat Dispute PackageMark Proposal Vote);
    match again {
        Ok(written) if fits => {
            assert_eq!(vector["refused"], Value::Null, "{}", vector["name"]);
            assert_eq!(&written[..info.length], &bytes[..info.length], "{}", vector["name"]);
            compare(info.fields, &bytes, vector, &vector["fields"]);
            for (i, member) in vector["members"].as_array().into_iter().flatten().enumerate() {
                let own = &bytes[account::round_length(i as u8)..account::round_length(i as u8 + 1)];
                compare(Member::FIELDS, own, vector, member);
                let mut copy = bytes.clone();
                Member::read(&bytes, i as u8).expect("a member").write(&mut copy, i as u8).expect("room");
                assert_eq!(copy, bytes, "{}", vector["name"]);
            }
        }
        Ok(_) => refused(vector, Refusal::WrongKind),
        Err(refusal) => refused(vector, refusal),
    }
}

fn drawing(vector: &Value) {
    let skipped: Vec<u64> =
        vector["skipped"].as_array().expect("a list").iter().map(|slot| slot.as_str().expect("text").parse().expect("a slot")).collect();
    let slots: Vec<u64> =
        (0..=number(vector, "newest")).rev().filter(|slot| !skipped.contains(slot)).take(small(vector, "count") as usize).collect();
    let (answer, slot) = match draw::drawing(number(vector, "draw_slot"), slots.len(), |i| slots[i]) {
        draw::Drawing::NotYet => ("not yet", None),
        draw::Drawing::Gone => ("lost", None),
        draw::Drawing::At(i) => ("hash", Some(slots[i])),
    };
    assert_eq!((answer, slot), (text(vector, "answer"), optional(vector, "slot")), "{}", vector["name"]);
}

/// A job with this price, as far as its end needs it.
fn priced(vector: &Value) -> account::Job {
    let mut job = account::Job::blank();
    let price = &vector["price"];
    (job.price_hour, job.hours) = match vector.get("price_hour") {
        Some(_) => (number(vector, "price_hour"), small(vector, "hours") as u32),
        None => (number(price, "p"), 1),
    };
    (job.reservation, job.foreign, job.verification) = (number(price, "r"), number(price, "f"), number(price, "v"));
    job
}

fn end(vector: &Value) {
    let own = priced(vector);
    let used = match text(vector, "end") {
        "settled" => fees::price(&own),
        _ => fees::used(&own, i64::try_from(number(vector, "seconds")).unwrap_or(i64::MAX)),
    };
    let payout = used.and_then(|used| fees::pay(&own, used)).expect("it ends");
    let written =
        fees::Payout { provider: number(vector, "provider"), fees: number(vector, "fees"), requester: number(vector, "requester") };
    assert_eq!(payout, written, "{}", vector["name"]);
}

fn price(vector: &Value) {
    let mut params = DEFAULTS;
    for (param, field) in
        [(Param::ReservationBps, "reservation_bps"), (Param::ForeignBps, "foreign_bps"), (Param::VerificationBps, "verification_bps")]
    {
        params[param as usize] = number(vector, field);
    }
    params[Param::HoursMax as usize] = 8_760;
    let terms = fees::Terms::new(number(vector, "price_hour"), small(vector, "hours") as u32, 1, &params);
    let total = terms.and_then(|terms| terms.escrow());
    assert_eq!(total.ok(), optional(vector, "total"), "{}", vector["name"]);
    if let (Ok(_), Ok(terms)) = (total, terms) {
        let of = |part: &str| number(&vector["price"], part);
        assert_eq!(
            (terms.price, terms.reservation, terms.foreign, terms.verification),
            (of("p"), of("r"), of("f"), of("v")),
            "{}",
            vector["name"]
        );
    }
}

fn slashed(vector: &Value) {
    let mut params = DEFAULTS;
    params[Param::SlashRewardBps as usize] = number(vector, "slash_reward_bps");
    let frozen = number(vector, "frozen");
    let (mut own, mut totals, mut of) = (account::Job::blank(), account::Totals::blank(), account::Provider::blank());
    let (mut dispute, mut of_round) = (account::Dispute::blank(), account::Round::blank());
    (of.stake, of.frozen, of.disputes, of.jobs, totals.staked) = (frozen, frozen, 1, 1, frozen);
    (dispute.state, dispute.frozen) = (account::state::dispute::LOST, frozen);
    of_round.opener = [u8::from(vector["challenged"].as_bool().expect("a bool")); 32];
    let slash =
        rules::dispute::slash(&mut own, &mut dispute, &mut of, &mut of_round, &mut totals, number(vector, "quorum") as u8, 0, &params)
            .expect("it slashes");
    assert_eq!(
        (of_round.bond, slash.each, slash.burned),
        (number(vector, "challenger"), number(vector, "each"), number(vector, "burned")),
        "{}",
        vector["name"]
    );
    assert_eq!((of.stake, of.frozen, totals.staked, of.jobs, of.disputes), (0, 0, 0, 0, 0));
}

/// A challenger's bond among the quorum: the parts, and what is burned.
fn equal_parts(vector: &Value) {
    let (amount, parts) = (number(vector, "amount"), number(vector, "parts") as u8);
    let (mut own, mut of_round, mut of) = (account::Job::blank(), account::Round::blank(), account::Provider::blank());
    (of_round.state, of_round.bond, own.verification) = (account::state::round::VOTING, amount, amount);
    let count =
        tally::Count { finding: tally::Finding::Confirmed, first: Member { code: 1, ..Member::drawn(0) }, votes: parts, doubted: false };
    let at = tally::DisputeAt { job: [0; 32], provider: [0; 32], payer: [0; 32], bump: 0 };
    let shares = tally::conclude(&mut own, &mut of_round, &mut of, &count, &at, 0, &DEFAULTS).expect("it concludes").shares;
    let (each, left) = (number(vector, "each"), number(vector, "left"));
    assert_eq!((shares.stake, shares.burned, shares.verification, own.verification), (each, left, each, left), "{}", vector["name"]);
}

fn score(vector: &Value) {
    let mut params = DEFAULTS;
    params[Param::TierLowBps as usize] = number(vector, "tier_bps");
    params[Param::HiredBps as usize] = number(vector, "hired_bps");
    let mut of = account::Provider::blank();
    (of.stake, of.needed, of.score_gpu, of.hired) = (1, 1, number(vector, "devices"), 1);
    let config = account::Config { params, ..account::Config::blank() };
    assert_eq!(reward::score(&of, &config).ok().map(|score| score.0), optional(vector, "score"), "{}", vector["name"]);
}

/// The emission of a month, by going through all before it as the ledger does.
fn emission(vector: &Value) {
    let mut config = account::Config::blank();
    config.params = DEFAULTS;
    let mut totals = account::Totals::blank();
    totals.emission = DEFAULTS[Param::EmissionFirst as usize];
    // Both pools have a score, so that everything is emitted.
    (totals.score_gpu, totals.score_cpu) = (1 << 50, 1 << 50);
    let month_s = (DEFAULTS[Param::EpochsPerMonth as usize] * DEFAULTS[Param::EpochS as usize]) as i64;
    let months = optional(vector, "month").map_or_else(|| number(vector, "months"), |month| month + 1);
    let mut before = 0;
    let mut sum = 0;
    for month in 0..months {
        before = totals.emitted;
        reward::advance(&mut totals, &config, month_s * (month as i64 + 1)).expect("a month");
        sum += totals.emission;
    }
    match optional(vector, "month") {
        Some(_) => {
            assert_eq!({ totals.emission }, number(vector, "emission"), "{}", vector["name"]);
            let epochs = DEFAULTS[Param::EpochsPerMonth as usize];
            assert_eq!(totals.emitted - before, epochs * (number(vector, "epoch_gpu") + number(vector, "epoch_cpu")), "{}", vector["name"]);
        }
        None => assert_eq!((sum, totals.emitted), (number(vector, "emission"), number(vector, "epochs")), "{}", vector["name"]),
    }
}

/// What a provider earns of one payment to its pool.
fn per_score(vector: &Value) {
    let mut config = account::Config::blank();
    config.params = DEFAULTS;
    config.params[Param::EpochsPerMonth as usize] = 1;
    config.params[Param::GpuBps as usize] = 10_000;
    let mut totals = account::Totals::blank();
    (totals.emission, totals.score_gpu) = (number(vector, "payment"), number(vector, "score"));
    reward::advance(&mut totals, &config, 3_600).expect("an epoch");
    let grown = vector["per_score"].as_str().map(|text| text.parse().expect("a number"));
    assert_eq!((totals.per_score_gpu > 0).then_some(totals.per_score_gpu), grown.filter(|grown: &u128| *grown > 0), "{}", vector["name"]);
    let mut of = account::Provider::blank();
    (of.counted_gpu, of.beat_until) = (number(vector, "counted"), i64::MAX);
    let beat = reward::heartbeat(&mut of, &mut totals, &config, 3_600);
    match optional(vector, "earned") {
        Some(earned) => assert_eq!((beat, of.earned), (Ok(()), earned), "{}", vector["name"]),
        None => {
            assert_eq!({ of.earned }, 0, "{}", vector["name"])
        }
    }
}

fn carried(vector: &Value) {
    let mut proposal = account::Proposal::blank();
    (proposal.yes, proposal.no, proposal.staked) = (number(vector, "yes"), number(vector, "no"), number(vector, "staked"));
    let carried = vote::is_carried(&proposal, number(vector, "vote_quorum_bps"));
    assert_eq!(carried.ok(), vector["carried"].as_bool(), "{}", vector["name"]);
}

fn parameters(vector: &Value) {
    let mut changed = DEFAULTS;
    for change in vector["changes"].as_array().expect("a list") {
        changed[small(change, "number") as usize] = number(change, "value");
    }
    match params::validate(&changed) {
        Ok(()) => assert_eq!(vector["good"].as_bool(), Some(true), "{}", vector["name"]),
        Err(refusal) => refused(vector, refusal),
    }
}

fn commitment(vector: &Value) {
    let place = round::Place {
        job: key(vector, "job"),
        opened_at: text(vector, "opened_at").parse().expect("a time"),
        number: small(vector, "number") as u8,
        seat: small(vector, "seat") as u32,
    };
    let verdict = Reveal {
        code: small(vector, "code") as u8,
        outcome: key(vector, "outcome"),
        receipt: key(vector, "receipt"),
        call: number(vector, "call"),
        salt: key(vector, "salt"),
    };
    assert_eq!(round::commitment(sha256, &place, &verdict), key(vector, "commitment"), "{}", vector["name"]);
}

fn sampled(vector: &Value) {
    let ppm = draw::probability_ppm(small(vector, "good") as u32, number(vector, "trusted_after"), number(vector, "floor_ppm"));
    assert_eq!(ppm, number(vector, "ppm"), "{}", vector["name"]);
    assert_eq!(Some(draw::is_sampled(&key(vector, "seed"), ppm)), vector["sampled"].as_bool(), "{}", vector["name"]);
}

fn candidates(vector: &Value) {
    for pair in vector["candidates"].as_array().expect("a list") {
        let i = pair[0].as_u64().expect("a number");
        let drawn = draw::candidate(sha256, &key(vector, "seed"), i as u16, small(vector, "seats") as u32);
        assert_eq!(drawn.ok().map(u64::from), pair[1].as_u64(), "{}", vector["name"]);
    }
}

#[test]
fn interface_answers_every_vector() {
    for (group, list) in vectors::groups("settlement.json") {
        for vector in &list {
            println!("{group}: {}", vector["name"]); // shown when the next line fails
            match group.as_str() {
                "instructions" => instruction(vector),
                "accounts" => account(vector),
                "seeds" => {
                    let seed = draw::seed(sha256, &key(vector, "job"), small(vector, "number") as u8, &key(vector, "slot_hash"));
                    assert_eq!(seed, key(vector, "seed"), "{}", vector["name"]);
                }
                "sampled" => sampled(vector),
                "candidates" => candidates(vector),
                "slots" => drawing(vector),
                "commitments" => commitment(vector),
                "prices" => price(vector),
                "ends" => end(vector),
                "needed" => {
                    let mut params = DEFAULTS;
                    params[Param::StakePerUnit as usize] = number(vector, "stake_per_unit");
                    let needed = stake::needed(&params, small(vector, "multiplier_milli") as u32, small(vector, "quantity") as u32);
                    assert_eq!(needed.ok(), optional(vector, "needed"), "{}", vector["name"]);
                }
                "slashed" => slashed(vector),
                "equal_parts" => equal_parts(vector),
                "scores" => score(vector),
                "emission" => emission(vector),
                "per_score" => per_score(vector),
                "carried" => carried(vector),
                "parameters" => parameters(vector),
                _ => panic!("no test answers the group {group}"),
            }
        }
    }
}

/// Who opened a job in vain can try again under another number: what a job is does not depend on it.
#[test]
fn the_number_of_a_job_is_the_requesters() {
    let asked = assay_settlement_interface::instruction::OpenJob {
        nonce: 0,
        currency: 0,
        model: u16::MAX,
        tier: 0,
        country: [0; 2],
        package: [1; 32],
        job: [2; 32],
        price_hour: 5,
        hours: 1,
    };
    let (first, paid) = job::open(&asked, [3; 32], 1, 100, &DEFAULTS).expect("it opens");
    let again = assay_settlement_interface::instruction::OpenJob { nonce: u64::MAX, ..asked };
    let (second, paid_again) = job::open(&again, [3; 32], 1, 100, &DEFAULTS).expect("it opens");
    assert_eq!((account::Job { nonce: 0, ..second }, paid_again), (first, paid));
}
