//! Follows a run by its probes, and says at each of them to whom the fuel went since the one before.
//!
//! ```text
//! enter(f) ─────── enter(g) ──────── fd_write … its charge ─────── leave ──────── leave
//!    │   to f         │      to g        │   to fd_write    │  to g   │    to f     │
//! ```
//!
//! What is used up to the next event belongs to the function that is entered and not left last, so the amounts add up to the count itself. Nothing is estimated and no time is taken.

use crate::host::Function;

use super::amount::{Amount, Span};
use super::stacks::{Frame, NODES_MAX, Node, ROOT, Stacks};
use super::{Callee, FuelProfile, FunctionFuel};

/// What is known of one function while the job runs.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    own: Amount,
    with_callees: Amount,
    calls: u64,
    /// How often it is on the stack, and the count when it got there first.
    active: u64,
    entered_at: u64,
}

/// A function that was entered and not left.
#[derive(Debug, Clone, Copy)]
struct Active {
    function: u32,
    node: Node,
}

/// Follows one run.
#[derive(Debug)]
pub(crate) struct Profiler {
    limit: u64,
    /// Functions of the module, imports included, then those of the host.
    counts: Vec<Counts>,
    /// How many of these are the module's.
    of_module: u32,
    stack: Vec<Active>,
    stacks: Stacks,
    /// Fuel used at the last event, and paid for then.
    used: u64,
    paid: u64,
    /// How often what is paid for changed.
    epoch: u64,
}

impl Profiler {
    /// For a run under the limit `fuel` of a module with so many functions, imports included.
    pub(crate) fn new(fuel: u64, functions: u32) -> Self {
        let counts = vec![Counts::default(); functions as usize + Function::ALL.len()];
        // Epoch 0 is nobody's.
        Self { limit: fuel, counts, of_module: functions, stack: Vec::new(), stacks: Stacks::new(NODES_MAX), used: 0, paid: 0, epoch: 1 }
    }

    /// A function of the module is entered; `used` and `paid` are the fuel at that point. False if there is no such function.
    pub(crate) fn enter(&mut self, function: u32, used: u64, paid: u64) -> bool {
        let known = function < self.of_module;
        if known {
            self.push(function, used, paid);
        }
        known
    }

    /// A function of the host is called.
    pub(crate) fn enter_host(&mut self, function: Function, used: u64, paid: u64) {
        let place = Function::ALL.iter().position(|one| *one == function).unwrap_or(0);
        self.push(self.of_module + place as u32, used, paid);
    }

    fn push(&mut self, function: u32, used: u64, paid: u64) {
        self.advance(used, paid);
        let counts = &mut self.counts[function as usize];
        counts.calls += 1;
        counts.active += 1;
        if counts.active == 1 {
            counts.entered_at = self.used;
        }
        let node = self.stacks.child(self.top(), Frame::Function(function), self.stack.len());
        self.stack.push(Active { function, node });
    }

    /// The function on top is left. False if there is none.
    pub(crate) fn leave(&mut self, used: u64, paid: u64) -> bool {
        let now = self.advance(used, paid);
        let Some(Active { function, .. }) = self.stack.pop() else { return false };
        let counts = &mut self.counts[function as usize];
        counts.active -= 1;
        if counts.active == 0 {
            counts.with_callees.add(Span { from: counts.entered_at, ..now });
        }
        true
    }

    fn top(&self) -> Node {
        self.stack.last().map_or(ROOT, |active| active.node)
    }

    /// What was used since the last event goes to the function on top. Beyond the limit nothing counts: the next check point ends the job.
    fn advance(&mut self, used: u64, paid: u64) -> Span {
        if paid != self.paid {
            (self.paid, self.epoch) = (paid, self.epoch + 1);
        }
        let span = Span { from: self.used, to: used.min(self.limit).max(self.used), paid, epoch: self.epoch };
        self.used = span.to;
        if let Some(Active { function, node }) = self.stack.last() {
            self.counts[*function as usize].own.add(span);
            self.stacks.spend(*node, span);
        } else {
            self.stacks.spend(ROOT, span);
        }
        span
    }

    /// The run has ended with this fuel. `None` if what was attributed is not that: a fault of this program.
    pub(crate) fn finish(mut self, fuel: u64) -> Option<FuelProfile> {
        if fuel < self.used {
            // A trap: only what is paid for counts.
            self.stacks.take_back(self.epoch);
            for counts in &mut self.counts {
                counts.own.take_back(self.epoch);
                counts.with_callees.take_back(self.epoch);
            }
        } else {
            // Of a slice that was paid for, or of the limit, what nobody used yet.
            let rest = fuel - self.used;
            if let Some(Active { function, .. }) = self.stack.last() {
                self.counts[*function as usize].own.add_paid(rest);
            }
            self.stacks.spend_paid(self.top(), rest);
        }
        for counts in self.counts.iter_mut().filter(|counts| counts.active > 0) {
            counts.with_callees.add_paid(fuel.saturating_sub(counts.entered_at));
        }
        if self.stacks.fuel() != fuel {
            return None;
        }
        let called = self.counts.iter().enumerate().filter(|(_, counts)| counts.calls > 0);
        let mut functions: Vec<FunctionFuel> = called
            .map(|(place, counts)| FunctionFuel {
                callee: Callee::at(place as u32, self.of_module),
                own: counts.own.fuel(),
                with_callees: counts.with_callees.fuel(),
                calls: counts.calls,
            })
            .collect();
        // Stable: alike in fuel stay in the order of the module.
        functions.sort_by_key(|function| std::cmp::Reverse((function.own, function.with_callees)));
        Some(FuelProfile { fuel, functions, stacks: self.stacks, of_module: self.of_module })
    }
}
