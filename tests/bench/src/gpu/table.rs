//! The tables of the corpus figures.

use std::time::Duration;

use serde_json::{Value, json};

use super::sides::Sides;
use super::{Figure, Row};
use crate::clock::{geometric_mean, ratio};
use crate::table::Table;

/// Prints one row for each kernel and the means; returns the means.
pub fn print(sides: &Sides, rows: &[Row]) -> Value {
    println!("\n## GPU: the corpus, {} kernels\n", rows.len());
    let at = |name: &str| sides.list.iter().position(|side| side.name == name);
    let Some(raw) = at("raw") else {
        return print_cpu(rows);
    };
    let strict: Vec<(usize, &str)> = ["native", "guarded", "soft"].into_iter().filter_map(|name| Some((at(name)?, name))).collect();
    let mut heads = vec!["kernel".to_owned(), "tags".to_owned(), "raw, ms".to_owned(), "raw ÷ CPU".to_owned()];
    heads.extend(strict.first().map(|(_, name)| format!("{name} ÷ CPU")));
    heads.extend(strict.iter().map(|(_, name)| format!("{name} ÷ raw")));
    heads.extend(["raw: words that differ".to_owned(), "strict: words that differ".to_owned()]);
    let mut table = Table::new(heads);
    for row in rows {
        let quotient = |one: usize, other: usize| shown(between(row, one, other));
        let mut cells = vec![row.case.name.clone(), row.case.tags.join(" "), milliseconds(&row.figures[raw]), quotient(raw, 0)];
        cells.extend(strict.first().map(|(side, _)| quotient(*side, 0)));
        cells.extend(strict.iter().map(|(side, _)| quotient(*side, raw)));
        let differing: u64 = strict.iter().map(|(side, _)| row.figures[*side].differing_words).sum();
        cells.extend([format!("{} of {}", row.figures[raw].differing_words, row.words), differing.to_string()]);
        table.row(cells);
    }
    println!("{table}");

    let mut means = Table::new(["figure", "kernels", "geometric mean", "least", "most"]);
    let mut summary = serde_json::Map::new();
    let mut line = |what: String, ratios: Vec<f64>| {
        let (least, most) = (ratios.iter().copied().fold(f64::INFINITY, f64::min), ratios.iter().copied().fold(0.0, f64::max));
        let mean = geometric_mean(ratios.iter().copied());
        if ratios.is_empty() {
            return;
        }
        means.row([what.clone(), ratios.len().to_string(), format!("{mean:.2}"), format!("{least:.2}"), format!("{most:.2}")]);
        summary.insert(what, json!({ "kernels": ratios.len(), "geometric_mean": mean, "least": least, "most": most }));
    };
    let of = |one: usize, other: usize, wanted: &dyn Fn(&Row) -> bool| -> Vec<f64> {
        rows.iter().filter(|row| wanted(row)).filter_map(|row| between(row, one, other)).collect()
    };
    line("speed of the CPU executor ÷ raw".to_owned(), of(raw, 0, &|_| true));
    for (side, name) in &strict {
        line(format!("speed of the CPU executor ÷ {name}"), of(*side, 0, &|_| true));
    }
    for (side, name) in &strict {
        line(format!("{name} ÷ raw, without transcendentals"), of(*side, raw, &|row| !row.case.is("transcendental")));
        line(format!("{name} ÷ raw, with transcendentals"), of(*side, raw, &|row| row.case.is("transcendental")));
        line(format!("{name} ÷ raw, memory-bound"), of(*side, raw, &|row| row.case.is("memory-bound")));
        line(format!("{name} ÷ raw, with fma"), of(*side, raw, &|row| row.case.is("fma") && !row.case.is("transcendental")));
    }
    println!("{means}");
    let words = |sides: &mut dyn Iterator<Item = usize>| -> u64 {
        sides.map(|side| rows.iter().map(|row| row.figures[side].differing_words).sum::<u64>()).sum()
    };
    let (raw_words, strict_words) = (words(&mut std::iter::once(raw)), words(&mut strict.iter().map(|(side, _)| *side)));
    println!("Words that differ from the CPU executor's: {strict_words} in strict runs, {raw_words} in raw ones.");
    for row in rows {
        for (side, figure) in sides.list.iter().zip(&row.figures) {
            if let Err(why) = &figure.time {
                println!("- {} does not run on {}: {why}", row.case.name, side.name);
            }
        }
    }
    json!({ "figures": summary, "differing_words": { "strict": strict_words, "raw": raw_words } })
}

/// Without an adapter there is one side.
fn print_cpu(rows: &[Row]) -> Value {
    let mut table = Table::new(["kernel", "tags", "CPU executor, ms"]);
    for row in rows {
        table.row([row.case.name.clone(), row.case.tags.join(" "), milliseconds(&row.figures[0])]);
    }
    println!("{table}");
    Value::Null
}

/// Time of the one side ÷ time of the other, where both ran.
fn between(row: &Row, one: usize, other: usize) -> Option<f64> {
    let time = |side: usize| row.figures.get(side).and_then(|figure| figure.time.as_ref().ok()).copied();
    Some(ratio(time(one)?, time(other)?.max(Duration::from_nanos(1))))
}

fn shown(ratio: Option<f64>) -> String {
    ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn milliseconds(figure: &Figure) -> String {
    figure.time.as_ref().map_or("–".to_owned(), |time| format!("{:.3}", time.as_secs_f64() * 1e3))
}
