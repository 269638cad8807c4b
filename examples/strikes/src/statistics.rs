//! From rows to figures.
//!
//! Groups are kept in a `BTreeMap`, whose order is that of the names: the report does not depend on a hash map's seeds, not even natively.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::rows::Row;

/// Collects rows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    groups: [BTreeMap<String, Group>; 5],
    all: Group,
    first: Option<String>,
    last: Option<String>,
    costs_usd: Vec<u64>,
    speeds_knots: Vec<u64>,
}

/// The strikes that have something in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Number of strikes.
    pub strikes: u64,
    /// How many of them damaged the aircraft.
    pub damaged: u64,
    /// What they cost together, in US dollars.
    pub cost_usd: u64,
}

/// A group by the name its strikes have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// A year, a phase of flight, a species, …
    pub name: String,
    /// Its figures.
    #[serde(flatten)]
    pub group: Group,
}

/// How a quantity is spread. Percentiles are those values that occur at rank ⌈p·n⌉, not interpolated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the values, as of a whole population.
    pub deviation: f64,
    /// Half of the values are at most this.
    pub median: u64,
    /// Nine tenths of the values are at most this.
    pub p90: u64,
    /// The largest value.
    pub max: u64,
}

/// The whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Number of strikes.
    pub strikes: u64,
    /// Date of the first.
    pub first: String,
    /// Date of the last.
    pub last: String,
    /// All strikes.
    pub all: Group,
    /// Costs above 0, in US dollars.
    pub cost_usd: Option<Spread>,
    /// Indicated airspeed, in knots.
    pub speed_knots: Option<Spread>,
    /// By year, in order.
    pub years: Vec<Named>,
    /// By phase of flight, most strikes first.
    pub phases: Vec<Named>,
    /// By time of day, most strikes first.
    pub times: Vec<Named>,
    /// The species struck most.
    pub species: Vec<Named>,
    /// The airports with most strikes.
    pub airports: Vec<Named>,
}

impl Group {
    fn add(&mut self, row: &Row) {
        self.strikes += 1;
        self.damaged += u64::from(row.damaged);
        // A cost is below 2³², so 2³² rows of it still fit.
        self.cost_usd = self.cost_usd.saturating_add(row.cost_usd);
    }

    /// Share of strikes with damage, in percent.
    pub fn damaged_percent(&self) -> f64 {
        100.0 * self.damaged as f64 / self.strikes.max(1) as f64
    }
}

impl Tally {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        // The date is YYYY-MM-DD, so its order is that of time.
        let year = row.date.get(..4).unwrap_or_default();
        for (groups, name) in self.groups.iter_mut().zip([year, &row.phase, &row.time, &row.species, &row.airport]) {
            match groups.get_mut(name) {
                Some(group) => group.add(row),
                None => groups.entry(name.to_owned()).or_default().add(row),
            }
        }
        self.all.add(row);
        if self.first.as_ref().is_none_or(|first| row.date < *first) {
            self.first = Some(row.date.clone());
        }
        if self.last.as_ref().is_none_or(|last| row.date > *last) {
            self.last = Some(row.date.clone());
        }
        self.costs_usd.extend(Some(row.cost_usd).filter(|&cost| cost > 0));
        self.speeds_knots.extend(row.speed_knots);
    }

    /// The report, with the `top` species and airports; none if there were no rows.
    pub fn report(self, top: usize) -> Option<Report> {
        let [years, phases, times, species, airports] = self.groups.map(named);
        Some(Report {
            strikes: self.all.strikes,
            first: self.first?,
            last: self.last?,
            all: self.all,
            cost_usd: Spread::of(self.costs_usd),
            speed_knots: Spread::of(self.speeds_knots),
            years,
            phases: most_first(phases, usize::MAX),
            times: most_first(times, usize::MAX),
            species: most_first(species, top),
            airports: most_first(airports, top),
        })
    }
}

fn named(groups: BTreeMap<String, Group>) -> Vec<Named> {
    groups.into_iter().map(|(name, group)| Named { name, group }).collect()
}

/// Most strikes first; equal ones stay in the order of their names, because the sort is stable.
fn most_first(mut groups: Vec<Named>, top: usize) -> Vec<Named> {
    groups.sort_by_key(|named| std::cmp::Reverse(named.group.strikes));
    groups.truncate(top);
    groups
}

impl Spread {
    /// The spread of `values`; none if there are none.
    pub fn of(mut values: Vec<u64>) -> Option<Spread> {
        values.sort_unstable();
        let max = *values.last()?;
        let count = values.len();
        let rank = |tenths: usize| values.get((count * tenths).div_ceil(10).saturating_sub(1)).copied().unwrap_or(max);
        let sum: u128 = values.iter().map(|&value| u128::from(value)).sum();
        let mean = sum as f64 / count as f64;
        // Around the mean, which is known by now: no cancellation.
        let squares: f64 = values.iter().map(|&value| (value as f64 - mean) * (value as f64 - mean)).sum();
        Some(Spread { count: count as u64, mean, deviation: (squares / count as f64).sqrt(), median: rank(5), p90: rank(9), max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_by_hand() {
        let spread = Spread::of(vec![8, 2, 4, 4, 4, 5, 5, 7, 9, 2]).expect("there are values");
        assert_eq!((spread.count, spread.median, spread.p90, spread.max), (10, 4, 8, 9));
        assert_eq!(spread.mean, 5.0);
        // Squares of 3 3 1 1 1 0 0 2 3 4: 50, over 10.
        assert_eq!(spread.deviation, 5.0f64.sqrt());
    }

    #[test]
    fn spread_of_one_and_of_none() {
        let one = Spread::of(vec![7]).expect("a value");
        assert_eq!((one.median, one.p90, one.max, one.mean, one.deviation), (7, 7, 7, 7.0, 0.0));
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn ties_are_in_order_of_name() {
        let group = |strikes| Group { strikes, ..Group::default() };
        let groups = [("b", 1), ("a", 1), ("c", 2)].map(|(name, n)| (name.to_owned(), group(n)));
        let names: Vec<_> = most_first(named(groups.into_iter().collect()), 2).into_iter().map(|named| named.name).collect();
        assert_eq!(names, ["c", "a"]);
    }
}
