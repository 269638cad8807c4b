//! Amounts: nothing is made, nothing is lost, whatever the numbers.

use assay_settlement_interface::account::state::{code, currency, job as job_state, purpose, round as round_state};
use assay_settlement_interface::account::{Account, Job, Member, Provider, Round, Seat, Totals};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::OpenJob;
use assay_settlement_interface::params::{DEFAULTS, Param};
use assay_settlement_interface::rules::tally::{self, DisputeAt, Finding};
use assay_settlement_interface::rules::{self, draw, fees, job, reward, round, seat, stake};
use proptest::prelude::*;

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    parts.iter().for_each(|part| _ = hasher.update(part));
    hasher.finalize().into()
}

fn opened(price_hour: u64, hours: u32, paid_in: u8) -> Result<(Job, u64), Refusal> {
    let asked = OpenJob {
        nonce: 1,
        currency: paid_in,
        model: u16::MAX,
        tier: 0,
        country: [0; 2],
        package: [1; 32],
        job: [2; 32],
        price_hour,
        hours,
    };
    job::open(&asked, [9; 32], 255, 1_000, &DEFAULTS)
}

#[test]
fn the_example_of_the_page() {
    // 10 IO an hour for 24 hours: 240 IO, 0.6 IO on each side, 24 IO for verifiers.
    let (own, paid) = opened(1_000_000_000, 24, currency::IO).expect("it opens");
    assert_eq!((own.reservation, own.foreign, own.verification), (60_000_000, 0, 2_400_000_000));
    assert_eq!(paid, 24_000_000_000 + 60_000_000 + 2_400_000_000);
    let (own, _) = opened(1_000_000, 24, currency::IOSD).expect("it opens");
    assert_eq!({ own.foreign }, 480_000);
    assert_eq!(opened(0, 1, 0), Err(Refusal::Zero));
    assert_eq!(opened(1, 0, 0), Err(Refusal::Zero));
    assert_eq!(opened(1, 721, 0), Err(Refusal::Zero));
    assert_eq!(opened(u64::MAX, 2, 0), Err(Refusal::Overflow));
    assert_eq!(opened(u64::MAX, 1, 0), Err(Refusal::Overflow));
}

#[test]
fn a_part_of_an_hour_is_a_whole_one() {
    let (mut own, _) = opened(100, 5, currency::IO).expect("it opens");
    own.accepted_at = 5_000;
    for (seconds, hours) in
        [(0, 1), (1, 1), (3_599, 1), (3_600, 1), (3_601, 2), (7_200, 2), (7_201, 3), (18_000, 5), (1_000_000, 5), (-5, 1)]
    {
        assert_eq!(fees::used(&own, 5_000 + seconds), Ok(100 * hours), "{seconds} s");
    }
}

proptest! {
    #[test]
    fn division_is_that_of_the_compiler(upper in prop_oneof![Just(0_u64), any::<u64>()], lower in any::<u64>(), divisor in prop_oneof![0_u64..100, any::<u64>(), Just(u64::MAX), Just(1 << 63)]) {
        let dividend = u128::from(upper) << 64 | u128::from(lower);
        let by = u128::from(divisor);
        let expected = dividend.checked_div(by).map(|quotient| (quotient, (dividend % by) as u64)).ok_or(Refusal::Overflow);
        prop_assert_eq!(rules::divide(dividend, divisor), expected);
    }

    #[test]
    fn escrow_is_divided_and_nothing_is_left(price in 1_u64..1 << 50, hours in 1_u32..=720, paid_in in 0_u8..2, seconds in 0_i64..4_000_000, spent in any::<bool>()) {
        let (mut own, paid) = opened(price, hours, paid_in).expect("it opens");
        prop_assert_eq!(fees::held(&own), Ok(paid));
        if spent {
            own.verification = 0;
        }
        let held = fees::held(&own).expect("a sum");
        for payout in [fees::refund(&own), fees::pay(&own, fees::price(&own).expect("a price")), fees::pay(&own, fees::used(&own, seconds).expect("a part"))] {
            let payout = payout.expect("it divides");
            prop_assert_eq!(payout.provider + payout.fees + payout.requester, held);
        }
    }

    #[test]
    fn a_round_gives_out_what_it_takes_in(codes in prop::collection::vec((0_u8..4, 0_u8..3), 1..16), bond in 0_u64..1_000_000, v in 0_u64..1_000_000, challenged in any::<bool>(), quorum_of in 0_u8..2) {
        let drawn = codes.len() as u8;
        let quorum = (drawn / 2 + 1 + quorum_of).min(drawn);
        let (mut own, _) = opened(1_000, 1, currency::IOSD).expect("it opens");
        (own.state, own.outcome, own.verification, own.round_open, own.risk) = (job_state::PROVED, [100; 32], v, 1, 500);
        let mut opening = own;
        let asked = round::Opening { job: [3; 32], purpose: if challenged { purpose::CHALLENGE } else { purpose::SAMPLE }, opener: [7; 32], payer: [8; 32], bond, previous: 0, draw_slot: 5, since: 0, seats: 9 };
        let mut own_round: Round = round::open(&mut opening, &asked, 255, &DEFAULTS).expect("a round");
        (own_round.size, own_round.quorum, own_round.drawn, own_round.state) = (drawn, quorum, drawn, round_state::VOTING);
        let members: Vec<Member> = codes.iter().enumerate().map(|(i, (verdict, outcome))| Member {
            code: *verdict,
            outcome: if *verdict == code::OUTCOME { [100 + outcome; 32] } else { [0; 32] },
            ..Member::drawn(i as u32)
        }).collect();
        let count = tally::count(&own_round, &own.outcome, &members);
        let same = |m: &Member| members.iter().filter(|n| n.code == m.code && n.outcome == m.outcome).count();
        let best = members.iter().filter(|m| matches!(m.code, 1 | 2)).map(same).max().unwrap_or(0);
        prop_assert_eq!(count.finding != Finding::NoQuorum, best >= usize::from(quorum));
        let mut of = Provider::blank();
        (of.stake, of.jobs) = (300, 1);
        let at = DisputeAt { job: [3; 32], provider: [4; 32], payer: [5; 32], bump: 1 };
        let conclusion = tally::conclude(&mut own, &mut own_round, &mut of, &count, &at, 10_000, &DEFAULTS).expect("it concludes");
        let (mut earned_stake, mut earned_escrow, mut seats) = (0, 0, 0);
        let mut burned = conclusion.shares.burned;
        for member in &members {
            let mut seat = Seat { state: 1, stake: 1_000, busy: 1, ..seat::vacant(member.seat, 1) };
            let effect = tally::conclude_seat(&mut seat, member, &own_round, &count, &conclusion.shares, currency::IOSD, 1_000, &DEFAULTS).expect("a seat");
            prop_assert_eq!(seat.busy, 0);
            earned_stake += seat.earned[0];
            earned_escrow += seat.earned[2];
            seats += seat.stake;
            burned += effect.burned;
        }
        // Bonds and stake, then V.
        prop_assert_eq!(earned_stake + seats + burned + own_round.bond, bond + 1_000 * u64::from(drawn));
        prop_assert_eq!(earned_escrow + own.verification, v);
        prop_assert_eq!(conclusion.dispute.map_or(0, |dispute| dispute.frozen), of.frozen);
        prop_assert!(of.frozen <= of.stake);
    }

    #[test]
    fn rewards_never_exceed_the_table(steps in prop::collection::vec((0_u8..4, 0_usize..3, 0_i64..2_000_000), 1..200)) {
        let mut config_bytes = [0; assay_settlement_interface::account::Config::LEN];
        (config_bytes[0], config_bytes[1]) = (1, 1);
        let mut config: assay_settlement_interface::account::Config = assay_settlement_interface::account::Account::read(&config_bytes).expect("blank");
        config.params = DEFAULTS;
        let mut sums = Totals::blank();
        sums.emission = DEFAULTS[Param::EmissionFirst as usize];
        let mut all = [Provider::blank(), Provider::blank(), Provider::blank()];
        for (i, own) in all.iter_mut().enumerate() {
            (own.stake, own.needed, own.score_gpu, own.score_cpu) = (1 << 50, 1, 1_000 * (i as u64 + 1), 77 * i as u64);
        }
        let (mut now, mut claimed) = (0_i64, 0_u64);
        for (what, who, seconds) in steps {
            now += seconds;
            while reward::advance(&mut sums, &config, now).is_ok() {}
            let own = &mut all[who];
            match what {
                0 | 1 => reward::heartbeat(own, &mut sums, &config, now).expect("a heartbeat"),
                2 => _ = reward::lapse(own, &mut sums, &config, now),
                _ => claimed += reward::claim(own, &mut sums).unwrap_or(0),
            }
            let counted: u64 = all.iter().map(|own| own.counted_gpu).sum();
            prop_assert_eq!(counted, sums.score_gpu);
            let owed: u64 = all.iter().map(|own| own.earned).sum();
            prop_assert!(claimed + owed <= sums.emitted);
            prop_assert_eq!(sums.minted, claimed);
        }
        // The table itself, month by month.
        let (mut emission, mut table) = (DEFAULTS[Param::EmissionFirst as usize], 0_u64);
        for _ in 0..=sums.month {
            table += emission;
            emission = reward::next_emission(emission, DEFAULTS[Param::EmissionDecayPpb as usize]).expect("it fits");
        }
        prop_assert!(sums.emitted <= table);
    }

    #[test]
    fn stake_is_where_it_was_put(steps in prop::collection::vec((0_u8..3, 1_u64..1_000, 0_i64..2_000_000), 1..100)) {
        let (mut own, mut sums) = (Provider::blank(), Totals::blank());
        let (mut put, mut back, mut now) = (0, 0, 0_i64);
        for (what, amount, seconds) in steps {
            now += seconds;
            match what {
                0 => { stake::stake(&mut own, &mut sums, amount).expect("it stakes"); put += amount; }
                1 => _ = stake::request_unstake(&mut own, &mut sums, amount, now, &DEFAULTS),
                _ => back += stake::withdraw(&mut own, now).unwrap_or(0),
            }
            prop_assert_eq!(own.stake + { own.unbonding }.iter().sum::<u64>() + back, put);
            prop_assert_eq!(sums.staked, own.stake);
        }
    }

    #[test]
    fn the_slot_that_draws_is_the_first_one(slots in prop::collection::btree_set(0_u64..2_000, 0..600), wanted in 0_u64..2_100) {
        let newest: Vec<u64> = slots.iter().rev().take(512).copied().collect();
        let first = newest.iter().rev().find(|slot| **slot >= wanted).copied();
        match draw::drawing(wanted, newest.len(), |i| newest[i]) {
            draw::Drawing::NotYet => prop_assert_eq!(first, None),
            draw::Drawing::At(i) => prop_assert_eq!(Some(newest[i]), first),
            draw::Drawing::Gone => prop_assert!(newest.len() == 512 && newest[511] > wanted),
        }
    }
}

#[test]
fn sampling_follows_its_probability() {
    assert_eq!(draw::probability_ppm(0, 10, 50_000), 1_000_000);
    assert_eq!(draw::probability_ppm(9, 10, 50_000), 1_000_000);
    assert_eq!(draw::probability_ppm(10, 10, 50_000), 100_000);
    assert_eq!(draw::probability_ppm(20, 10, 50_000), 50_000);
    assert_eq!(draw::probability_ppm(u32::MAX, 10, 50_000), 50_000);
    let sampled = (0..20_000_u64).filter(|i| draw::is_sampled(&hash(&[&i.to_le_bytes()]), 100_000)).count();
    assert!((1_850..2_150).contains(&sampled), "{sampled} of 20,000 at 10 %");
    assert!((0..1_000_u64).all(|i| draw::is_sampled(&hash(&[&i.to_le_bytes()]), 1_000_000)));
    // Every seat is drawn about as often as any other.
    let mut drawn = [0; 7];
    (0..7_000_u16).for_each(|i| drawn[draw::candidate(hash, &[1; 32], i, 7).expect("there are seats") as usize] += 1);
    assert!(drawn.iter().all(|n| (880..1_120).contains(n)), "{drawn:?}");
    assert_eq!(draw::candidate(hash, &[1; 32], 0, 0), Err(Refusal::WrongSeats));
}
