//! The report for people.

use crate::statistics::{Named, Report, Spread};

/// The whole report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("# Wildlife strikes, {} to {}\n\n", report.first, report.last);
    text.push_str(&table("", &[Named { name: "all".to_owned(), group: report.all }]));
    text.push_str("\n| | values | mean | standard deviation | median | 90 % at most | largest |\n|---|---:|---:|---:|---:|---:|---:|\n");
    text.push_str(&spread("cost, US dollars, where above 0", report.cost_usd.as_ref()));
    text.push_str(&spread("airspeed, knots", report.speed_knots.as_ref()));
    let parts = [
        ("Year", &report.years),
        ("Phase of flight", &report.phases),
        ("Time of day", &report.times),
        ("Species", &report.species),
        ("Airport", &report.airports),
    ];
    for (title, groups) in parts {
        text.push_str(&format!("\n## {title}\n\n{}", table(title, groups)));
    }
    text
}

/// The essence, in a few lines.
pub fn summary(report: &Report) -> String {
    let mut text = format!(
        "{} strikes from {} to {}, {} with damage ({:.1} %), {} US dollars\n",
        report.strikes,
        report.first,
        report.last,
        report.all.damaged,
        report.all.damaged_percent(),
        grouped(report.all.cost_usd)
    );
    for Named { name, group } in &report.species {
        text.push_str(&format!("{:>7} {name}, {:.1} % with damage\n", group.strikes, group.damaged_percent()));
    }
    text
}

fn table(title: &str, groups: &[Named]) -> String {
    let mut text = format!("| {title} | strikes | with damage | % | US dollars |\n|---|---:|---:|---:|---:|\n");
    for Named { name, group } in groups {
        let name = name.replace('|', "\\|");
        let cost = grouped(group.cost_usd);
        text.push_str(&format!("| {name} | {} | {} | {:.1} | {cost} |\n", group.strikes, group.damaged, group.damaged_percent()));
    }
    text
}

fn spread(what: &str, spread: Option<&Spread>) -> String {
    match spread {
        None => format!("| {what} | 0 | | | | | |\n"),
        Some(s) => format!(
            "| {what} | {} | {:.1} | {:.1} | {} | {} | {} |\n",
            s.count,
            s.mean,
            s.deviation,
            grouped(s.median),
            grouped(s.p90),
            grouped(s.max)
        ),
    }
}

/// Digits in groups of three: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }
}
