//! Statistics over a table of wildlife strikes: what was struck, when, and what it cost.
//!
//! Sums and ranks are integers; the few divisions are single IEEE operations. So the report is the same natively and in the sandbox, to the
//! last digit.

mod report;
mod rows;
mod statistics;

use std::io::Write;

use assay_guest::{Error, Result};

pub use report::{markdown, summary};
pub use rows::{Row, Rows};
pub use statistics::{Group, Named, Report, Spread, Tally};

/// The input the job reads.
pub const INPUT: &str = "strikes.csv";

/// The job: `strikes.csv` to `report.md` and `report.json`, the essence on stdout.
///
/// # Errors
/// A sentence that names the argument or the line at fault.
pub fn job() -> Result<()> {
    let top = parse_args(&assay_guest::args())?;
    let input = assay_guest::input(INPUT)?;
    let total_bytes = input.len();
    let mut rows = Rows::new(input)?;
    let mut tally = Tally::default();
    while let Some(row) = rows.read()? {
        tally.add(&row);
        assay_guest::progress(rows.bytes_read(), total_bytes);
    }
    let Some(report) = tally.report(top) else {
        return Err(Error::job(format!("{INPUT} has a header and no rows: there is nothing to report")));
    };
    assay_guest::log!("{} rows read", report.strikes);

    let mut output = assay_guest::output("report.md")?;
    output.write_all(markdown(&report).as_bytes())?;
    output.finish()?;

    let mut output = assay_guest::output("report.json")?;
    serde_json::to_writer_pretty(&mut output, &report).map_err(std::io::Error::from)?;
    output.write_all(b"\n")?;
    output.finish()?;

    let mut stdout = assay_guest::stdout();
    stdout.write_all(summary(&report).as_bytes())?;
    stdout.finish()
}

fn parse_args(args: &[String]) -> Result<usize> {
    let number = match args {
        [] => return Ok(10),
        [flag, number] if flag == "--top" => number,
        _ => return Err(Error::job(format!("arguments {args:?}: there is only --top NUMBER"))),
    };
    match number.parse() {
        Ok(top) if top > 0 => Ok(top),
        _ => Err(Error::job(format!("--top `{number}`: give it how many species and airports to list, at least 1"))),
    }
}
