//! The ledger's time, shown as the time on the wall.
//!
//! What is stored is protocol time, which stands still during a pause. The configuration knows the sum of all pauses and where the last one was; so a stored time
//!
//! ```text
//! before the only pause          is that time
//! after the last pause           is that time and all pauses
//! before the last of several     lies between the two: how many were over by then is stored nowhere
//! in the second of a resume      likewise: it is one end of the pause or the other
//! to come, during a pause        is at the earliest so much from now
//! ```
//!
//! What cannot be told is shown as a range, and never as a time that is wrong.

use assay_settlement_interface::account::Config;
use assay_settlement_interface::params::Param;
use serde_json::{Value, json};

use super::show::{span, utc, whole_span};

/// The ledger's time now, and its pauses.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Protocol time.
    pub now: i64,
    /// The cluster's.
    cluster: i64,
    /// Seconds of all pauses that are over.
    paused_s: i64,
    /// Protocol time at which the last pause that is over began and ended; none if there was none.
    stood_still: Option<i64>,
    /// Seconds of the pauses before that one, if the configuration tells.
    before_s: Option<i64>,
    /// The pause that there is now.
    pause: Option<Pause>,
}

/// A pause that is not over: times of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// When it began.
    pub since: i64,
    /// Anyone may end it after this.
    pub anyone_after: i64,
}

/// When something is, on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wall {
    At(i64),
    Between(i64, i64),
    NotBefore(i64),
}

impl Times {
    /// What a configuration says at a time of the cluster. It may say anything: nothing overflows.
    pub fn new(config: &Config, cluster: i64) -> Self {
        let paused_s = i64::try_from(config.paused_s).unwrap_or(i64::MAX);
        let (paused_at, resumed_at) = (config.paused_at, config.resumed_at);
        let most = i64::try_from(config.param(Param::PauseS)).unwrap_or(i64::MAX);
        let pause = (config.paused != 0).then_some(Pause { since: paused_at, anyone_after: paused_at.saturating_add(most) });
        // During a pause, the beginning of the one before it is overwritten.
        let before_s = pause.is_none().then(|| paused_s.saturating_sub(resumed_at.saturating_sub(paused_at)).max(0));
        Self {
            now: pause.map_or(cluster, |pause| pause.since).saturating_sub(paused_s),
            cluster,
            paused_s,
            stood_still: (resumed_at != 0).then(|| resumed_at.saturating_sub(paused_s)),
            before_s,
            pause,
        }
    }

    /// The pause that there is now.
    pub fn pause(&self) -> Option<Pause> {
        self.pause
    }

    /// That nothing can be done now, if that is so, and how it ends.
    pub fn pause_line(&self) -> Option<String> {
        let pause = self.pause?;
        let (since, after) = (utc(pause.since), utc(pause.anyone_after));
        Some(format!(
            "the program is paused since {since}: nothing but `assay ledger resume` goes through, by its guardian, or after {after} by anyone"
        ))
    }

    /// The same for programs: null if there is none.
    pub fn pause_json(&self) -> Value {
        self.pause.map_or(Value::Null, |pause| json!({ "since": utc(pause.since), "anyone_resumes_after": utc(pause.anyone_after) }))
    }

    fn wall(&self, time: i64) -> Wall {
        match self.range(time) {
            Wall::Between(first, last) if first == last => Wall::At(first),
            wall => wall,
        }
    }

    fn range(&self, time: i64) -> Wall {
        if self.pause.is_some() && time > self.now {
            return Wall::NotBefore(self.cluster.saturating_add(time.saturating_sub(self.now)));
        }
        let last = time.saturating_add(self.paused_s);
        let Some(stood_still) = self.stood_still.filter(|stood_still| time <= *stood_still) else { return Wall::At(last) };
        match self.before_s {
            Some(0) if time < stood_still => Wall::At(time),
            Some(before) if time < stood_still => Wall::Between(time, time.saturating_add(before)),
            Some(before) => Wall::Between(time.saturating_add(before), last),
            None => Wall::Between(time, last),
        }
    }

    /// `2026-11-28 23:12:15 UTC, in 3 d 4 h`
    pub fn due(&self, time: i64) -> String {
        let when = match self.wall(time) {
            Wall::At(wall) => utc(wall),
            Wall::Between(first, last) => {
                format!("{} or up to {} later, as the program was paused", utc(first), whole_span(last.abs_diff(first)))
            }
            Wall::NotBefore(wall) => format!("{} or later, as the program is paused", utc(wall)),
        };
        format!("{when}, {}", self.distance(time))
    }

    /// `in 3 d 4 h`, `2 h ago`, `now`.
    pub fn distance(&self, time: i64) -> String {
        let from = |wall: i64| span(wall.abs_diff(self.cluster));
        match self.wall(time) {
            Wall::NotBefore(_) => format!("{} after the pause", span(time.abs_diff(self.now))),
            Wall::Between(_, last) if last == self.cluster => "now or before".to_owned(),
            Wall::Between(_, last) => format!("at least {} ago", from(last)),
            Wall::At(wall) if wall > self.cluster => format!("in {}", from(wall)),
            Wall::At(wall) if wall == self.cluster => "now".to_owned(),
            Wall::At(wall) => format!("{} ago", from(wall)),
        }
    }

    /// A time for programs; null if it is not set. `utc` and `in_s` are null where they cannot be told: `utc_from` and `utc_to` are what can be.
    pub fn json(&self, time: i64) -> Value {
        if time == 0 {
            return Value::Null;
        }
        let (at, from, to) = match self.wall(time) {
            Wall::At(wall) => (Some(wall), wall, Some(wall)),
            Wall::Between(first, last) => (None, first, Some(last)),
            Wall::NotBefore(wall) => (None, wall, None),
        };
        json!({
            "protocol_time": time, "utc": at.map(utc), "utc_from": utc(from), "utc_to": to.map(utc),
            "in_s": at.map(|wall| wall.saturating_sub(self.cluster)),
        })
    }
}

#[cfg(test)]
mod tests {
    use assay_settlement_interface::account::Account;
    use assay_settlement_interface::params::DEFAULTS;

    use super::*;

    fn config() -> Config {
        Config { params: DEFAULTS, ..Config::blank() }
    }

    #[test]
    fn without_a_pause_it_is_the_clusters() {
        let times = Times::new(&config(), 1_000);
        assert_eq!((times.now, times.wall(900), times.wall(2_000)), (1_000, Wall::At(900), Wall::At(2_000)));
        assert_eq!(times.due(1_060), "1970-01-01 00:17:40 UTC, in 1 min");
        assert_eq!(times.pause_line(), None);
    }

    #[test]
    fn what_was_before_the_only_pause_is_not_moved_by_it() {
        let config = Config { paused_at: 1_000, resumed_at: 4_000, paused_s: 3_000, ..config() };
        let times = Times::new(&config, 5_000);
        assert_eq!(times.now, 2_000);
        assert_eq!(times.wall(999), Wall::At(999));
        assert_eq!(times.wall(1_000), Wall::Between(1_000, 4_000), "either end of the pause");
        assert_eq!(times.wall(1_001), Wall::At(4_001));
        assert_eq!(times.distance(999), "1 h 6 min ago", "by the clock on the wall");
        assert_eq!(times.json(999)["in_s"], -4_001);
        assert_eq!(times.distance(2_060), "in 1 min");
    }

    #[test]
    fn what_was_before_the_last_of_several_is_a_range() {
        // From 1,000 to 1,500, and from 11,000 to 14,000.
        let config = Config { paused_at: 11_000, resumed_at: 14_000, paused_s: 3_500, ..config() };
        let times = Times::new(&config, 20_000);
        assert_eq!(times.wall(5_000), Wall::Between(5_000, 5_500));
        assert_eq!(times.wall(10_500), Wall::Between(11_000, 14_000));
        assert_eq!(times.wall(10_501), Wall::At(14_001));
        assert_eq!(
            times.due(5_000),
            "1970-01-01 01:23:20 UTC or up to 8 min 20 s later, as the program was paused, at least 4 h 1 min ago"
        );
        let shown = times.json(5_000);
        assert_eq!((&shown["utc"], &shown["in_s"], &shown["utc_to"]), (&Value::Null, &Value::Null, &json!("1970-01-01 01:31:40 UTC")));
    }

    #[test]
    fn during_a_pause_nothing_comes_nearer() {
        let config = Config { paused: 1, paused_at: 11_000, resumed_at: 1_500, paused_s: 500, ..config() };
        let times = Times::new(&config, 12_000);
        assert_eq!(times.now, 10_500);
        assert_eq!(times.wall(10_400), Wall::At(10_900));
        assert_eq!(times.wall(900), Wall::Between(900, 1_400), "how many pauses there were is not known now");
        assert_eq!(times.wall(10_560), Wall::NotBefore(12_060));
        assert_eq!(times.distance(10_560), "1 min after the pause");
        assert_eq!(times.json(10_560)["utc"], Value::Null);
        let line = times.pause_line().expect("it is paused");
        assert!(line.contains("since 1970-01-01 03:03:20 UTC") && line.contains("after 1970-01-08 03:03:20 UTC"), "{line}");
    }

    #[test]
    fn whatever_a_ledger_says_is_shown() {
        for (paused, paused_at, resumed_at, paused_s) in
            [(0, i64::MAX, i64::MIN, u64::MAX), (1, i64::MIN, i64::MAX, u64::MAX), (2, i64::MAX, 1, 1), (0, i64::MIN, i64::MAX, 0)]
        {
            let config = Config {
                paused,
                paused_at,
                resumed_at,
                paused_s,
                params: [u64::MAX; assay_settlement_interface::params::COUNT],
                ..config()
            };
            for cluster in [i64::MIN, 0, i64::MAX] {
                let times = Times::new(&config, cluster);
                for time in [i64::MIN, -1, 0, 1, i64::MAX] {
                    let _ = (times.due(time), times.json(time), times.pause_line(), times.pause_json());
                }
            }
        }
    }
}
