//! What is paid, needed, slashed, emitted; `null` where an amount is too large.

use super::amount;
use crate::settlement::amounts::{self, Ended, Price};
use crate::settlement::parameters::{self, COUNT};
use crate::settlement::refusals::{self, PARAMETER};
use crate::vectors::json::{Json, Vector};

fn price(price: &Price) -> Vec<(&'static str, Json)> {
    vec![
        ("p", Json::u64(price.price)),
        ("r", Json::u64(price.reservation)),
        ("f", Json::u64(price.foreign)),
        ("v", Json::u64(price.verification)),
    ]
}

pub(super) fn prices() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, price_hour: u64, hours: u32, bps: [u64; 3]| {
        let [reservation, foreign, verification] = bps;
        let paid = Price::of(price_hour, hours, reservation, foreign, verification);
        Vector::new(name, guards)
            .u64("price_hour", price_hour)
            .with("hours", Json::Number(hours))
            .u64("reservation_bps", reservation)
            .u64("foreign_bps", foreign)
            .u64("verification_bps", verification)
            .with("price", paid.as_ref().map_or(Json::Null, |paid| Json::Object(price(paid))))
            .with("total", amount(paid.and_then(|paid| paid.total())))
    };
    let usual = [25, 200, 1_000];
    vec![
        vector("100 IOSD an hour for 3 hours", "each part is of P, not of what came before", 100_000_000, 3, usual),
        vector("1 base unit", "fees round up: nothing is free", 1, 1, usual),
        vector("400 base units", "25 bps of it are 1: no rounding", 400, 1, usual),
        vector("401 base units", "25 bps of it are a little more than 1", 401, 1, usual),
        vector("399 base units", "and a little less", 399, 1, usual),
        vector("no fees", "0 rounds up to 0", 1_000, 7, [0, 0, 0]),
        vector("the highest fees", "parts as large as P", 999, 1, [1_000, 1_000, 10_000]),
        vector("P of 2^64 - 1 without fees", "the largest price", u64::MAX, 1, [0, 0, 0]),
        vector("P of 2^64 - 1", "a total that is too large", u64::MAX, 1, usual),
        vector("P of 2^64", "a price that is too large", 1 << 60, 16, [0, 0, 0]),
        vector("a total of 2^64", "fees that take it over the edge", u64::MAX - 1, 1, [1, 0, 0]),
    ]
}

pub(super) fn ends() -> Vec<Vector> {
    let with = |vector: Vector, paid: &Price, ended: Ended| {
        let all = u128::from(ended.provider) + u128::from(ended.fees) + u128::from(ended.requester);
        assert_eq!(Some(all), paid.total().map(u128::from), "what goes out is what came in");
        vector
            .with("price", Json::Object(price(paid)))
            .u64("provider", ended.provider)
            .u64("fees", ended.fees)
            .u64("requester", ended.requester)
    };
    let mut vectors = Vec::new();
    let mut settled = |name: &str, guards: &str, paid: Price| {
        vectors.push(with(Vector::new(name, guards).text("end", "settled"), &paid, amounts::settled(paid)));
    };
    let usual = Price { price: 300, reservation: 1, foreign: 6, verification: 30 };
    settled("settled, V not paid", "V goes back where no verifier had to work", usual);
    settled("settled, V paid", "V is not paid twice", Price { verification: 0, ..usual });
    settled("settled, 2 of V left over", "what a division left over goes back", Price { verification: 2, ..usual });
    settled("settled, R above P", "a provider that would have to pay", Price { price: 3, reservation: 5, ..usual });
    settled("settled, R equal to P", "a provider that gets nothing", Price { price: 5, reservation: 5, ..usual });
    let mut cancelled = |name: &str, guards: &str, seconds: u64, hours: u32, price_hour: u64| {
        let paid = Price::of(price_hour, hours, 25, 200, 1_000).expect("small numbers");
        let begun = amounts::hours_begun(seconds, hours);
        let vector = Vector::new(name, guards)
            .text("end", "cancelled")
            .u64("price_hour", price_hour)
            .with("hours", Json::Number(hours))
            .u64("seconds", seconds)
            .u64("hours_begun", begun);
        vectors.push(with(vector, &paid, amounts::cancelled(paid, price_hour, begun)));
    };
    cancelled("cancelled at once", "the first hour begins when the job is accepted", 0, 10, 1_000);
    cancelled("cancelled after 1 s", "a part of an hour is a whole one", 1, 10, 1_000);
    cancelled("cancelled after 3,599 s", "still the first hour", 3_599, 10, 1_000);
    cancelled("cancelled after 3,600 s", "an hour is over with its last second", 3_600, 10, 1_000);
    cancelled("cancelled after 3,601 s", "the second hour", 3_601, 10, 1_000);
    cancelled("cancelled after 9 hours and 1 s", "the last hour", 32_401, 10, 1_000);
    cancelled("cancelled after 10 hours and 1 s", "no more than the hours hired", 36_001, 10, 1_000);
    cancelled("cancelled after 2^64 - 1 s", "a time that is too long for all sums", u64::MAX, 10, 1_000);
    cancelled("cancelled, one hour", "all of it", 0, 1, 1_000);
    cancelled("cancelled, R above U", "a provider that would have to pay", 0, 8_760, 1);
    vectors
}

pub(super) fn needed() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, per_unit: u64, multiplier: u32, quantity: u32| {
        Vector::new(name, guards)
            .u64("stake_per_unit", per_unit)
            .with("multiplier_milli", Json::Number(multiplier))
            .with("quantity", Json::Number(quantity))
            .with("needed", amount(amounts::needed(per_unit, multiplier, quantity)))
    };
    vec![
        vector("one processor of multiplier 1", "the unit", 20_000_000_000, 1_000, 1),
        vector("multiplier 0.999", "no device needs less than one of multiplier 1", 20_000_000_000, 999, 1),
        vector("multiplier 0", "no device needs nothing", 20_000_000_000, 0, 1),
        vector("multiplier 1.001", "thousandths count", 20_000_000_000, 1_001, 1),
        vector("8 of multiplier 12.5", "both factors", 20_000_000_000, 12_500, 8),
        vector("3 of multiplier 1.5 at 1 base unit", "rounded once, at the end: 4, not 3", 1, 1_500, 3),
        vector("1 of multiplier 1.999 at 1 base unit", "rounded down", 1, 1_999, 1),
        vector("10^15 times 18,446", "the largest that fits", 1_000_000_000_000_000, 1_000, 18_446),
        vector("10^15 times 18,447", "the first that does not", 1_000_000_000_000_000, 1_000, 18_447),
        vector("the largest of everything", "a product of 128 bits", 1_000_000_000_000_000, u32::MAX, u32::MAX),
    ]
}

pub(super) fn slashed() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, frozen: u64, reward_bps: u64, challenged: bool, quorum: u64| {
        let split = amounts::slashed(frozen, reward_bps, challenged, quorum);
        let all = u128::from(split.challenger) + u128::from(split.each) * u128::from(quorum) + u128::from(split.burned);
        assert_eq!(all, u128::from(frozen), "{name}");
        Vector::new(name, guards)
            .u64("frozen", frozen)
            .u64("slash_reward_bps", reward_bps)
            .with("challenged", Json::Bool(challenged))
            .u64("quorum", quorum)
            .u64("challenger", split.challenger)
            .u64("each", split.each)
            .u64("burned", split.burned)
    };
    vec![
        vector("a sample, 2 of a quorum", "all of W to the quorum", 20_000_000_000, 2_000, false, 2),
        vector("a challenge, 3 of a quorum", "half of W to the challenger", 20_000_000_000, 2_000, true, 3),
        vector("an odd W", "the challenger's half rounds down, the quorum has the rest", 15, 10_000, true, 4),
        vector("a quorum that does not divide", "the remainder is burned", 1_000, 10_000, false, 3),
        vector("W rounds down", "a part of a base unit", 9, 2_000, true, 1),
        vector("nothing frozen", "a provider without free stake", 0, 2_000, true, 3),
        vector("no reward", "all is burned", 1_000, 0, true, 3),
        vector("2^64 - 1, all of it reward", "a product of 128 bits", u64::MAX, 10_000, true, 16),
    ]
}

pub(super) fn equal_parts() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, total: u64, parts: u64| {
        let (each, left) = amounts::equal_parts(total, parts);
        Vector::new(name, guards).u64("amount", total).u64("parts", parts).u64("each", each).u64("left", left)
    };
    vec![
        vector("30 among 3", "no remainder", 30, 3),
        vector("31 among 3", "a remainder, which nobody gets twice", 31, 3),
        vector("2 among 3", "less than there are", 2, 3),
        vector("0 among 3", "nothing", 0, 3),
        vector("2^64 - 1 among 16", "the largest", u64::MAX, 16),
    ]
}

pub(super) fn scores() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, devices: u64, tier: u64, hired: u64| {
        Vector::new(name, guards)
            .u64("devices", devices)
            .u64("tier_bps", tier)
            .u64("hired_bps", hired)
            .with("score", amount(amounts::score(devices, tier, hired)))
    };
    vec![
        vector("tier low, not hired", "factors of 1", 12_500, 10_000, 10_000),
        vector("tier high, hired", "both factors", 12_500, 12_000, 12_500),
        vector("1, tier medium, hired", "rounded after each factor: 1, not 1.375", 1, 11_000, 12_500),
        vector("7, tier medium, hired", "rounded after each factor: 8, not 9", 7, 11_000, 12_500),
        vector("no devices", "0", 0, 13_000, 12_500),
        vector("tier 0", "a tier that counts for nothing", 12_500, 0, 12_500),
        vector("2^64 - 1, not hired", "the largest", u64::MAX, 10_000, 10_000),
        vector("2^64 - 1, hired", "one that is too large", u64::MAX, 10_000, 12_500),
        vector("the largest of everything", "a product of 128 bits", u64::MAX, 100_000, 100_000),
    ]
}

/// The default table: one vector for each month that is shown, and the sum of all.
pub(super) fn emission() -> Vec<Vector> {
    let defaults = parameters::defaults();
    let (epochs, decay, gpu_bps) =
        (defaults[parameters::EPOCHS_PER_MONTH], defaults[parameters::EMISSION_DECAY_PPB], defaults[parameters::GPU_BPS]);
    let mut vectors = Vec::new();
    let mut emission = defaults[parameters::EMISSION_FIRST];
    let mut sums = (0_u64, 0_u64);
    for month in 0..defaults[parameters::MONTHS] {
        let (gpu, cpu) = amounts::epoch_payment(emission, epochs, gpu_bps);
        sums = (sums.0 + emission, sums.1 + (gpu + cpu) * epochs);
        if month < 24 || month == 239 {
            vectors.push(
                Vector::new(format!("month {month}"), "the table, rounded down from month to month")
                    .u64("month", month)
                    .u64("emission", emission)
                    .u64("epoch_gpu", gpu)
                    .u64("epoch_cpu", cpu),
            );
        }
        emission = amounts::decayed(emission, decay);
    }
    vectors.push(Vector::new("all months", "the sum that is promised").u64("months", 240).u64("emission", sums.0).u64("epochs", sums.1));
    vectors
}

pub(super) fn per_score() -> Vec<Vector> {
    let wide = |value: Option<u128>| value.map_or(Json::Null, |value| Json::Text(value.to_string()));
    let vector = |name: &str, guards: &str, payment: u64, score: u64, counted: u64| {
        let per = amounts::per_score(payment, score);
        let earned = per.and_then(|per| amounts::earned(counted, per, 0));
        Vector::new(name, guards)
            .u64("payment", payment)
            .u64("score", score)
            .with("per_score", wide(per))
            .u64("counted", counted)
            .with("earned", amount(earned))
    };
    vec![
        vector("one of three", "rounded down twice", 1_000, 3, 1),
        vector("all of three", "what rounding costs: one base unit at most", 1_000, 3, 3),
        vector("a score of 2^64 - 1", "a quotient below 1", 1_000, u64::MAX, u64::MAX),
        vector("a month at once", "730 epochs, 128 bits", 333_333_300_000_000, 12_500, 12_500),
        vector("the highest emission to a score of 1", "near the end of 128 bits", 10_000_000_000_000_000, 1, 1),
        vector("no score", "a division by 0: nothing is paid", 1_000, 0, 0),
    ]
}

pub(super) fn carried() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, yes: u64, no: u64, staked: u64, quorum: u64, carried: bool| {
        assert_eq!(amounts::carried(yes, no, staked, quorum), carried, "{name}");
        Vector::new(name, guards)
            .u64("yes", yes)
            .u64("no", no)
            .u64("staked", staked)
            .u64("vote_quorum_bps", quorum)
            .with("carried", Json::Bool(carried))
    };
    vec![
        vector("exactly a tenth", "the quorum itself is enough", 100, 0, 1_000, 1_000, true),
        vector("one less", "too few", 99, 0, 1_000, 1_000, false),
        vector("a quorum that rounds up", "100.1 are 101", 100, 0, 1_001, 1_000, false),
        vector("a quorum that rounds up, reached", "100.1 are 101", 101, 0, 1_001, 1_000, true),
        vector("a tie", "more for it than against it", 500, 500, 1_000, 1_000, false),
        vector("one more for it", "a majority of one", 501, 500, 1_001, 10_000, true),
        vector("one more against it", "a majority of one", 500, 501, 1_001, 1_000, false),
        vector("those against count for the quorum", "a quorum of yes alone", 51, 49, 1_000, 1_000, true),
        vector("nobody", "0 is not more than 0", 0, 0, 0, 1_000, false),
        vector("2^64 - 1 on both sides", "a sum of 65 bits", u64::MAX, u64::MAX - 1, u64::MAX, 10_000, true),
    ]
}

/// Sets of parameters: the defaults but for some.
pub(super) fn parameters() -> Vec<Vector> {
    let vector = |name: String, guards: &str, changes: &[(usize, u64)], good: bool| {
        let mut params = parameters::defaults();
        for (number, value) in changes {
            params[*number] = *value;
        }
        assert_eq!(parameters::in_range(&params) && parameters::keeps_rules(&params), good, "{name}");
        let change =
            |(number, value): &(usize, u64)| Json::Object(vec![("number", Json::Number(*number as u32)), ("value", Json::u64(*value))]);
        let vector = Vector::new(name, guards).with("changes", Json::List(changes.iter().map(change).collect()));
        if good {
            vector.with("good", Json::Bool(true))
        } else {
            vector.refused(refusals::name(PARAMETER)).with("number", Json::Number(PARAMETER))
        }
    };
    let mut vectors = vec![vector("the defaults".into(), "a table that breaks its own rules", &[], true)];
    for number in 0..COUNT {
        let row = parameters::TABLE[number];
        if row.least > 0 {
            vectors.push(vector(format!("{} below its least", row.name), "the least of each", &[(number, row.least - 1)], false));
        }
        vectors.push(vector(format!("{} above its most", row.name), "the most of each", &[(number, row.most + 1)], false));
    }
    use parameters::{APPEAL_S, CHALLENGE_QUORUM, CHALLENGE_SIZE, SAMPLE_QUORUM, SAMPLE_SIZE, SEAT_UNBONDING_S, UNBONDING_S, VOTING_S};
    let mut more =
        |name: &str, guards: &str, changes: &[(usize, u64)], good: bool| vectors.push(vector(name.into(), guards, changes, good));
    more("1 of 1", "the least committee", &[(SAMPLE_SIZE, 1), (SAMPLE_QUORUM, 1)], true);
    more("1 of 2", "two quorums that disagree", &[(SAMPLE_SIZE, 2), (SAMPLE_QUORUM, 1)], false);
    more("2 of 4", "two quorums that disagree", &[(CHALLENGE_SIZE, 4), (CHALLENGE_QUORUM, 2)], false);
    more("3 of 4", "more than half", &[(CHALLENGE_SIZE, 4), (CHALLENGE_QUORUM, 3)], true);
    more("4 of 3", "a quorum that no committee reaches", &[(SAMPLE_QUORUM, 4)], false);
    more("voting as long as unbonding", "stake that votes twice", &[(VOTING_S, 1_209_600), (UNBONDING_S, 1_209_600)], false);
    more("voting a second shorter", "the edge", &[(VOTING_S, 1_209_599), (UNBONDING_S, 1_209_600)], true);
    more("an appeal as long as a seat unbonds", "judges that are gone", &[(APPEAL_S, 7_776_000), (SEAT_UNBONDING_S, 7_776_000)], false);
    more("an appeal a second shorter", "the edge", &[(APPEAL_S, 7_775_999), (SEAT_UNBONDING_S, 7_776_000)], true);
    vectors
}
