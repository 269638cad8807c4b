//! The job natively.

use assay_guest::testing::Job;
use options::{Call, INPUT, Request, Simulation, european, geometric_asian, job};

fn data(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    std::fs::read(path).expect("the file is in the repository")
}

fn refusal(prices: impl AsRef<[u8]>, args: &[&str]) -> String {
    let ran = Job::new().input(INPUT, prices).args(args.iter().copied()).run(job);
    ran.result.expect_err("it is refused").to_string()
}

#[test]
fn crude_oil() {
    let oil = Job::new().input(INPUT, data("wti.csv")).args(["--paths", "20000"]);
    let ran = oil.run(job);
    ran.result.as_ref().expect("the job succeeds");
    // The volatility was computed once more by a few lines of Python over the same file: 0.316469.
    assert!(ran.stdout_text().starts_with("46.92 on 1/3/2019, volatility 31.65 % over 252 returns\n"), "{}", ran.stdout_text());
    assert_eq!(ran.logs, ["[info] 8321 prices to 1/3/2019, of which the last 253 count"]);
    assert_eq!(ran.progress.last(), Some(&(10_000, 10_000)));

    let convergence = ran.output_text("convergence.csv");
    let rows: Vec<Vec<f64>> =
        convergence.lines().skip(1).map(|line| line.split(',').map(|field| field.parse().expect("a number")).collect()).collect();
    assert_eq!(rows.len(), 20);
    let [first, last] = [&rows[0], &rows[19]];
    assert_eq!((first[0], last[0]), (1_000.0, 20_000.0));
    // Twenty times the paths: the standard error shrinks by about √20 = 4.5.
    assert!((3.5..6.0).contains(&(first[2] / last[2])), "{} {}", first[2], last[2]);
    // An average moves less than what it averages, and the control variate does its work.
    assert!(last[3] < 0.7 * last[1], "{last:?}");
    assert!(last[6] < 0.1 * last[4], "{last:?}");
    assert!((last[3] - last[5]).abs() < 5.0 * last[4], "{last:?}");

    assert_eq!(oil.run(job).stdout, ran.stdout, "the same seed, the same figures");
    assert_ne!(oil.clone().args(["--seed", "2"]).run(job).stdout, ran.stdout);
}

/// All over the place: in and out of the money, few days and many, rates of either sign.
#[test]
fn simulation_meets_the_closed_forms() {
    for (seed, strike, rate, volatility, days) in
        [(1, 100.0, 0.05, 0.2, 1), (2, 80.0, 0.0, 0.4, 10), (3, 130.0, -0.02, 0.6, 50), (4, 100.0, 0.1, 0.05, 252)]
    {
        let call = Call { spot: 100.0, strike, rate, volatility, years: f64::from(days) / 252.0 };
        let mut simulation = Simulation::new(&call, days, seed);
        for _ in 0..10_000 {
            simulation.step();
        }
        let off = simulation.totals.european().off(european(&call));
        assert!(off.abs() < 5.0, "{call:?}: European off by {off} standard errors");
        // The geometric mean never exceeds the arithmetic one, so neither does its call. With one day they are the same, but for rounding.
        let controlled = simulation.totals.asian_controlled(geometric_asian(&call, days));
        assert!(controlled.mean > geometric_asian(&call, days) - 5.0 * controlled.error - 1e-9, "{call:?}: {controlled:?}");
        assert!(simulation.totals.asian().off(controlled.mean).abs() < 5.0, "{call:?}: {controlled:?}");
    }
}

#[test]
fn bad_series_are_refused_by_line() {
    let few = data("short.csv");
    assert!(refusal(&few, &[]).contains("has 4 prices, 253 are needed"), "{}", refusal(&few, &[]));
    assert!(refusal("", &[]).contains("has 0 prices"));
    assert!(refusal("Date,Price\n1,10\n2\n", &[]).contains("line 3: `2`"));
    assert!(refusal("Date,Price\n1,10\n2,ten\n", &[]).contains("line 3: `2,ten`: the price is not a number"));
    for bad in ["0", "-37.63", "inf", "NaN"] {
        assert!(refusal(format!("Date,Price\n1,{bad}\n"), &[]).contains("only prices above 0"), "{bad}");
    }
    assert!(refusal("Date,Price\n1,10\n2,10\n3,10\n", &["--window", "2"]).contains("do not move"));
    assert!(refusal(b"Date,Price\n\xff,10\n", &[]).contains("prices.csv line 2: stream did not contain valid UTF-8"));
}

#[test]
fn arguments() {
    let parse = |args: &[&str]| Request::parse(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
    let request = parse(&["--strike", "50.5", "--rate", "-0.01", "--seed", "18446744073709551615"]).expect("good");
    assert_eq!((request.strike, request.rate, request.seed, request.days), (Some(50.5), -0.01, u64::MAX, 63));
    let bad = [
        &["--paths"][..],
        &["--paths", "99"],
        &["--paths", "1e6"],
        &["--days", "0"],
        &["--window", "1"],
        &["--rate", "NaN"],
        &["--strike", "0"],
        &["--strike", "inf"],
        &["--volatility", "0.2"],
    ];
    for bad in bad {
        let error = parse(bad).expect_err("refused").to_string();
        assert!(error.contains(bad[0]), "{error}");
    }
}
