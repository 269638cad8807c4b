//! The stacks as text for flamegraph tools: one line a stack, `main;parse;read 1200`, the hottest first.
//!
//! Tools split a line at its last space and the stack at `;`, so neither may stand in a name: `;` becomes `:`, white space `_`. (A name with a space and a number at its end would be read as a second count.)

use crate::names::FunctionNames;

use super::stacks::Frame;
use super::{Callee, FuelProfile};

/// Longest text. A stack of 256 long names takes 30 KB; a million of these nobody can draw.
pub(super) const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Stacks as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The lines. The numbers at their ends add up to the outcome's fuel.
    pub text: String,
    /// Fuel in the line `[other stacks]`: of stacks that were not told apart, or whose lines had no room.
    pub other: u64,
}

pub(super) fn write(profile: &FuelProfile, names: &FunctionNames, bytes_max: usize) -> Folded {
    let name = |frame: &Frame| match frame {
        Frame::Function(place) => escaped(&Callee::at(*place, profile.of_module).name(names)),
        Frame::Deeper => "[deeper]".to_owned(),
        Frame::Other => "[other_stacks]".to_owned(),
        Frame::Instantiation => "[instantiation]".to_owned(),
    };
    let mut folded = Folded { text: String::new(), other: 0 };
    let mut full = false;
    for (node, fuel) in profile.stacks.hottest() {
        let frames = profile.stacks.frames(node);
        // Once full, no line is made: a million of them take long.
        if full || frames == [Frame::Other] {
            folded.other += fuel;
            continue;
        }
        let line = format!("{} {fuel}\n", frames.iter().map(name).collect::<Vec<_>>().join(";"));
        full = folded.text.len() + line.len() > bytes_max;
        if full {
            folded.other += fuel;
        } else {
            folded.text.push_str(&line);
        }
    }
    if folded.other > 0 {
        folded.text.push_str(&format!("{} {}\n", name(&Frame::Other), folded.other));
    }
    folded
}

fn escaped(name: &str) -> String {
    let one = |c: char| match c {
        ';' => ':',
        c if c.is_whitespace() || c.is_control() => '_',
        c => c,
    };
    name.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::profile::Profiler;

    use super::*;

    #[test]
    fn names_cannot_break_a_line() {
        assert_eq!(escaped("<[T; 4] as Debug>::fmt 12\n"), "<[T:_4]_as_Debug>::fmt_12_");
    }

    #[test]
    fn what_has_no_room_is_added_up() {
        let mut profiler = Profiler::new(1000, 9);
        for function in 0..9 {
            let at = u64::from(function) * 10;
            profiler.enter(function, at, 999);
            profiler.leave(at + u64::from(function) + 1, 999);
            profiler.enter(8, at + u64::from(function) + 1, 999);
            profiler.leave(at + 10, 999);
        }
        let profile = profiler.finish(90).unwrap();
        let whole = write(&profile, &FunctionNames::default(), usize::MAX);
        assert_eq!((whole.text.lines().count(), whole.other), (9, 0));
        let cut = write(&profile, &FunctionNames::default(), 40);
        let sum: u64 = cut.text.lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
        assert_eq!(sum, 90, "{}", cut.text);
        assert!(cut.text.ends_with(&format!("[other_stacks] {}\n", cut.other)) && cut.other > 0, "{}", cut.text);
    }
}
