//! The job natively. The expected figures were computed once more by a few lines of Python over the same file.

use assay_guest::testing::Job;
use strikes::{INPUT, job};

const HEADER: &str =
    "Airport Name,Wildlife Species,Phase of flight,Time of day,Flight Date,Effect Amount of damage,Cost Total $,Speed IAS in knots";

fn data(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    std::fs::read(path).expect("the file is in the repository")
}

fn refusal(table: impl AsRef<[u8]>) -> String {
    Job::new().input(INPUT, table).run(job).result.expect_err("it is refused").to_string()
}

#[test]
fn the_real_table() {
    let ran = Job::new().input(INPUT, data("birdstrikes.csv")).args(["--top", "3"]).run(job);
    ran.result.as_ref().expect("the job succeeds");
    assert_eq!(
        ran.stdout_text(),
        "10000 strikes from 1990-01-08 to 2002-07-25, 1061 with damage (10.6 %), 40,545,276 US dollars\n   \
         3572 Unknown bird - small, 3.3 % with damage\n   \
         3372 Unknown bird - medium, 12.7 % with damage\n    \
         629 Unknown bird or bat, 0.6 % with damage\n"
    );
    assert_eq!(ran.logs, ["[info] 10000 rows read"]);
    assert_eq!(ran.progress.last(), Some(&(1_223_329, 1_223_329)));
    assert!(ran.progress.len() <= 1001, "{}", ran.progress.len());

    let report: serde_json::Value = serde_json::from_slice(ran.output("report.json")).expect("JSON");
    assert_eq!(report["species"].as_array().map(Vec::len), Some(3));
    let medium = serde_json::json!({"name": "Unknown bird - medium", "strikes": 3372, "damaged": 428, "cost_usd": 4_209_607});
    assert_eq!(report["species"][1], medium);
    assert_eq!(report["years"].as_array().map(Vec::len), Some(13));
    let cost = &report["cost_usd"];
    assert_eq!(
        (&cost["count"], &cost["median"], &cost["p90"], &cost["max"]),
        (&209.into(), &23_325.into(), &391_338.into(), &7_043_545.into())
    );
    let close = |value: &serde_json::Value, expected: f64| (value.as_f64().expect("a number") / expected - 1.0).abs() < 1e-12;
    assert!(close(&cost["mean"], 193_996.535_885_167_45) && close(&cost["deviation"], 679_869.658_819_961_7), "{cost}");
    let speed = &report["speed_knots"];
    assert!(close(&speed["mean"], 153.535_175_879_396_97) && close(&speed["deviation"], 43.515_465_934_532_93), "{speed}");

    let markdown = ran.output_text("report.md");
    assert!(
        markdown.contains("| cost, US dollars, where above 0 | 209 | 193996.5 | 679869.7 | 23,325 | 391,338 | 7,043,545 |"),
        "{markdown}"
    );
}

#[test]
fn order_of_rows_does_not_matter() {
    let text = String::from_utf8(data("birdstrikes.csv")).expect("text");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let run = |table: &str| Job::new().input(INPUT, table).run(job).outputs;
    assert_eq!(run(&lines.join("\n")), run(&text));
}

#[test]
fn columns_are_found_by_name_and_quotes_are_understood() {
    let table = format!("Extra,{HEADER}\nx,\"KANSAS, \"\"CITY\"\" | INTL\",Coyote,Taxi,Night,2001-02-03,Minor,1500,\n");
    let ran = Job::new().input(INPUT, table).run(job);
    ran.result.as_ref().expect("the job succeeds");
    assert!(ran.output_text("report.md").contains("| KANSAS, \"CITY\" \\| INTL | 1 | 1 | 100.0 | 1,500 |"));
    assert!(ran.output_text("report.md").contains("| airspeed, knots | 0 |"));
}

#[test]
fn bad_tables_are_refused_by_line_and_column() {
    assert!(refusal("").contains("no column `Airport Name`"));
    assert!(refusal("Airport Name,Wildlife Species\n").contains("no column `Phase of flight`"));
    assert!(refusal(HEADER).contains("no rows"));
    assert!(refusal(data("ragged.csv")).contains("line: 4"), "{}", refusal(data("ragged.csv")));
    let row = |date: &str, cost: &str| refusal(format!("{HEADER}\na,s,p,t,2001-02-03,None,0,\na,s,p,t,{date},None,{cost},\n"));
    assert!(row("2001/02/03", "0").contains("strikes.csv line 3: Flight Date `2001/02/03`"));
    assert!(row("2001-02-03", "-5").contains("strikes.csv line 3: Cost Total $ `-5`"));
    assert!(row("2001-02-03", "4294967296").contains("Cost Total $"));
    let mut latin1 = format!("{HEADER}\n").into_bytes();
    latin1.extend_from_slice(b"caf\xe9,s,p,t,2001-02-03,None,0,\n");
    assert!(refusal(latin1).contains("UTF-8"));
}

#[test]
fn arguments() {
    let refused = |args: &[&str]| {
        let job_with = Job::new().input(INPUT, data("ragged.csv")).args(args.iter().copied());
        job_with.run(job).result.expect_err("refused").to_string()
    };
    for bad in [&["--top"][..], &["--top", "0"], &["--top", "-1"], &["--top", "ten"], &["3"]] {
        assert!(refused(bad).contains("--top"), "{bad:?}");
    }
}
