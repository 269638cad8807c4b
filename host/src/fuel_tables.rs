//! Where fuel goes, for people and for programs: the static profile of a module, and the profile of a run.

use std::path::Path;

use assay_sandbox::metering::{FunctionCost, StaticProfile};
use assay_sandbox::{Callee, DEPTH_MAX, Folded, FuelProfile, FunctionFuel, FunctionNames};
use serde_json::{Value, json};

use crate::report::grouped;

/// How many functions a table shows.
const ROWS: usize = 20;

/// The static profile as `assay inspect --json` shows it.
pub fn static_json(profile: &StaticProfile, names: &FunctionNames) -> Value {
    let total = |of: fn(&FunctionCost) -> u64| profile.total(of);
    let one = |function: &FunctionCost| {
        json!({
            "index": function.index,
            "name": names.get(function.index),
            "static_cost": function.static_cost,
            "instructions": function.instructions,
            "body_bytes": function.body_bytes,
            "loops": function.loops,
            "counted_loops": function.counted_loops,
            "check_points": function.check_points,
            "nan_repairs": function.nan_repairs,
            "weight": function.weight,
        })
    };
    // To two places: the rest is noise.
    let ratio = (profile.metered_bytes as f64 / profile.module_bytes.max(1) as f64 * 100.0).round() / 100.0;
    json!({
        "static_cost": total(|function| function.static_cost),
        "instructions": total(|function| function.instructions),
        "body_bytes": total(|function| function.body_bytes),
        "loops": total(|function| function.loops),
        "counted_loops": total(|function| function.counted_loops),
        "check_points": total(|function| function.check_points),
        "nan_repairs": total(|function| function.nan_repairs),
        "module_bytes": profile.module_bytes,
        "metered_bytes": profile.metered_bytes,
        "metered_ratio": ratio,
        "functions": profile.functions.iter().map(one).collect::<Vec<_>>(),
    })
}

/// The functions of highest static cost, as lines.
pub fn static_lines(profile: &StaticProfile, names: &FunctionNames) -> Vec<String> {
    let head = ["static cost", "instructions", "bytes", "loops", "counted", "checks", "NaN repairs", "weight", "function"];
    let functions = profile.by_cost();
    let row = |function: &&FunctionCost| {
        let numbers = [
            function.static_cost,
            function.instructions,
            function.body_bytes,
            function.loops,
            function.counted_loops,
            function.check_points,
            function.nan_repairs,
            function.weight,
        ];
        numbers.into_iter().map(grouped).chain([names.get(function.index)]).collect()
    };
    let rows: Vec<Vec<String>> = functions.iter().take(ROWS).map(row).collect();
    let title = format!("functions of highest static cost ({} of {}):", rows.len(), grouped(functions.len() as u64));
    std::iter::once(title).chain(aligned(&head, &rows)).collect()
}

/// The profile of a run as `assay run --json` shows it.
pub fn run_json(profile: &FuelProfile, folded: &Folded, names: &FunctionNames, file: &Path) -> Value {
    let one = |function: &FunctionFuel| {
        let index = match function.callee {
            Callee::Module(index) => Some(index),
            Callee::Host(_) => None,
        };
        json!({
            "index": index,
            "name": function.callee.name(names),
            "own_fuel": function.own,
            "with_callees_fuel": function.with_callees,
            "calls": function.calls,
        })
    };
    json!({
        "file": file,
        "cut_in_depth": profile.is_cut_in_depth(),
        "other_stacks_fuel": folded.other,
        "functions": profile.functions.iter().map(one).collect::<Vec<_>>(),
    })
}

/// The functions that used most, as lines, and what the file of stacks does not tell.
pub fn run_lines(profile: &FuelProfile, folded: &Folded, names: &FunctionNames) -> Vec<String> {
    let head = ["own fuel", "share", "with callees", "calls", "function"];
    let row = |function: &FunctionFuel| {
        let FunctionFuel { callee, own, with_callees, calls } = *function;
        vec![grouped(own), share(own, profile.fuel), grouped(with_callees), grouped(calls), callee.name(names)]
    };
    let rows: Vec<Vec<String>> = profile.functions.iter().take(ROWS).map(row).collect();
    let title = format!("fuel by function ({} of {}):", rows.len(), grouped(profile.functions.len() as u64));
    let mut lines: Vec<String> = std::iter::once(title).chain(aligned(&head, &rows)).collect();
    if profile.is_cut_in_depth() {
        lines.push(format!("in the file, what is called below {DEPTH_MAX} frames is the one frame [deeper]; the table is whole"));
    }
    if folded.other > 0 {
        lines.push(format!("in the file, stacks with {} fuel are one line, [other_stacks]; the table is whole", grouped(folded.other)));
    }
    lines
}

/// A share in percent, to one place.
fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2).checked_div(u128::from(whole)).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Lines of a table: numbers to the right, the last column to the left.
fn aligned(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let lines = || std::iter::once(&head).chain(rows);
    let widths: Vec<usize> = (0..head.len()).map(|column| lines().map(|line| line[column].chars().count()).max().unwrap_or(0)).collect();
    let shown = |line: &Vec<String>| {
        let last = line.len() - 1;
        let numbers = line[..last].iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect::<String>();
        format!("{numbers}  {}", line[last])
    };
    lines().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::{aligned, share};

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [vec!["1,234,567".to_owned(), "1".to_owned(), "é".to_owned()], vec!["1".to_owned(), "22".to_owned(), "main".to_owned()]];
        assert_eq!(
            aligned(&["fuel", "calls", "function"], &rows),
            ["       fuel  calls  function", "  1,234,567      1  é", "          1     22  main"]
        );
    }

    #[test]
    fn shares_are_rounded() {
        assert_eq!(
            [(0, 0), (1, 3), (2, 3), (3, 3), (1, 100_000)].map(|(a, b)| share(a, b)),
            ["0.0 %", "33.3 %", "66.7 %", "100.0 %", "0.0 %"]
        );
        assert_eq!(share(u64::MAX, u64::MAX), "100.0 %");
    }
}
