//! What strict shaders cost: every kernel of the corpus (`tests/corpus`) on the CPU executor, on an adapter by each tier, and on the same adapter through plain wgpu.
//!
//! All sides run in one process, interleaved, with as many threads as there are cores (a software adapter too, unless `LP_NUM_THREADS` says otherwise), and are timed by
//! the wall clock, best of several rounds: a dispatch spans threads and devices. Every side starts each round from the same data. The CPU executor's results are what is
//! right; a strict side that differs from them in one word is a failure of the project, and stands in the table as such.

mod sides;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use assay_tests::corpus::{self, Case};
use serde_json::{Value, json};

use sides::{Side, Sides};

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Settings<'a> {
    /// Rounds of each kernel on each side.
    pub rounds: u32,
    /// The adapter, by name or index; the first of the machine if not given.
    pub adapter: Option<&'a str>,
    /// Only kernels with this text in their name.
    pub kernels: Option<&'a str>,
    /// Where the data of the run is kept as a record.
    pub record: Option<&'a Path>,
}

/// One kernel on one side.
#[derive(Debug, Clone)]
struct Figure {
    /// Best time of all passes; `None` where the side does not run it, with the reason.
    time: Result<Duration, String>,
    /// Words that differ from the CPU executor's.
    differing_words: u64,
}

/// One kernel on all sides.
struct Row {
    case: Case,
    words: u64,
    figures: Vec<Figure>,
}

/// Measures and prints; returns the data. `so_far`: what else the run has measured, for the record.
///
/// # Errors
/// When the corpus cannot be read, or the CPU executor does not run it.
pub fn measure(settings: &Settings<'_>, so_far: &serde_json::Map<String, Value>) -> Result<Value> {
    let mut sides = Sides::open(settings.adapter)?;
    sides.print();
    let mut rows = Vec::new();
    for case in corpus::cases().into_iter().filter(|case| settings.kernels.is_none_or(|text| case.name.contains(text))) {
        eprintln!("bench: {}", case.name);
        rows.push(race(case, &mut sides, settings.rounds)?);
    }
    ensure!(!rows.is_empty(), "no kernel of the corpus has {:?} in its name", settings.kernels.unwrap_or_default());
    let summary = table::print(&sides, &rows);
    let data = json!({
        "rounds": settings.rounds,
        "adapter": sides.adapter_json(),
        "sides": sides.list.iter().map(|side| side.name).collect::<Vec<_>>(),
        "summary": summary,
        "kernels": rows.iter().map(|row| row_json(&sides, row)).collect::<Vec<_>>(),
    });
    if let Some(folder) = settings.record {
        record(folder, so_far, &data)?;
    }
    Ok(data)
}

/// All sides, round by round.
fn race(case: Case, sides: &mut Sides, rounds: u32) -> Result<Row> {
    let kernels = case.kernels().map_err(anyhow::Error::msg).with_context(|| case.name.clone())?;
    let constants = case.constants();
    let mut figures = vec![Figure { time: Err("not run".to_owned()), differing_words: 0 }; sides.list.len()];
    let mut loaded = Vec::new();
    for (side, figure) in sides.list.iter_mut().zip(&mut figures) {
        side.set_constants(&constants);
        loaded.push(match corpus::run::Loaded::new(&case, &kernels, side.device()) {
            Ok(loaded) => Some(loaded),
            Err(why) => {
                figure.time = Err(why);
                None
            }
        });
    }
    let mut right = None;
    for round in 0..rounds {
        for ((side, figure), on_side) in sides.list.iter_mut().zip(&mut figures).zip(&mut loaded) {
            // One look at what is slow beyond interest.
            let slow = figure.time.as_ref().is_ok_and(|time| *time > Duration::from_secs(2)) && round > 0;
            let Some(here) = on_side.as_ref().filter(|_| !slow) else { continue };
            match timed(here, side) {
                Ok(time) => figure.time = Ok(figure.time.as_ref().map_or(time, |best| time.min(*best))),
                Err(why) => {
                    figure.time = Err(why);
                    *on_side = None;
                    continue;
                }
            }
            if round == 0 {
                let found = here.read(side.device()).map_err(anyhow::Error::msg)?;
                let right = right.get_or_insert_with(|| found.clone());
                figure.differing_words = right.differing(&found).values().map(|words| *words as u64).sum();
            }
        }
    }
    for (side, loaded) in sides.list.iter_mut().zip(loaded) {
        if let Some(loaded) = loaded {
            loaded.free(side.device());
        }
    }
    let cpu = figures.first().context("the CPU executor is a side")?;
    if let Err(why) = &cpu.time {
        anyhow::bail!("{} does not run on the CPU executor: {why}", case.name);
    }
    let words = right.map_or(0, |buffers| buffers.0.values().map(|bytes| bytes.len() as u64 / 4).sum());
    Ok(Row { case, words, figures })
}

fn timed(loaded: &corpus::run::Loaded<'_>, side: &mut Side) -> Result<Duration, String> {
    loaded.fill(side.device())?;
    // What was written is on the device before the clock starts.
    loaded.settle(side.device())?;
    let on_cpu = side.device().done_on_cpu();
    let started = Instant::now();
    loaded.dispatch(side.device())?;
    let took = started.elapsed();
    // What the CPU executor does for an adapter is not the adapter's figure.
    if side.device().done_on_cpu() > on_cpu {
        Err("its loops, nesting or size are more than this driver is trusted with: the CPU does it".to_owned())
    } else {
        Ok(took)
    }
}

fn row_json(sides: &Sides, row: &Row) -> Value {
    let figures: serde_json::Map<String, Value> = sides
        .list
        .iter()
        .zip(&row.figures)
        .map(|(side, figure)| {
            let shown = match &figure.time {
                Ok(time) => json!({ "seconds": time.as_secs_f64(), "differing_words": figure.differing_words }),
                Err(why) => json!({ "not_run": why }),
            };
            (side.name.to_owned(), shown)
        })
        .collect();
    json!({ "name": row.case.name, "tags": row.case.tags, "words": row.words, "sides": figures })
}

/// Keeps the data under a name that says when, on what and by which driver.
fn record(folder: &Path, so_far: &serde_json::Map<String, Value>, data: &Value) -> Result<()> {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let name = data["adapter"]["name"].as_str().unwrap_or("cpu").to_lowercase();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.split('-').filter(|part| !part.is_empty()).take(4).collect::<Vec<_>>().join("-");
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{name}-{seconds}.json"));
    let mut whole = so_far.clone();
    whole.insert("gpu".to_owned(), data.clone());
    std::fs::write(&path, serde_json::to_vec_pretty(&whole)?).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("bench: recorded in {}", path.display());
    Ok(())
}
