//! Where fuel is charged.
//!
//! A charge on every block would be exact and slow. Between two places where the count is looked at, only the sum matters, so each place is given a *potential* p: what has been
//! charged there ahead of what was executed. An edge from u to v then carries cost(u) + p(v) − p(u); along any path these add up to the costs of the path, plus what p is at its end, less what it is at its start.
//! With p = 0 wherever the count is looked at (check points, calls, returns) every count that is seen is exact, whatever p is elsewhere.
//!
//! p is chosen, backwards, so that most edges carry nothing: at a two-way branch one side is charged ahead, and only the other carries the difference, which may be negative. Where the path ends in a trap nobody looks,
//! so any p will do (`None`).
//!
//! **Why not dominators?** Merging the charges of blocks that always run together was tried first; it is wrong where a `continue` stands between them, and quadratic. This is one pass, and its proof is a sum.

use wasmparser::Operator;

use super::body::Body;
use super::cost::{Cost, LENGTH_BASE};
use super::shape::{Block, Kind, Shape, tag};

/// Charges of a body, by special instruction.
#[derive(Default)]
pub(super) struct Charges {
    /// Charged after the instruction, on the way to the one that follows.
    pub(super) after: Vec<i32>,
    /// Charged on the other edge: of a `br_if` when it branches, of the `end` of an `if` without `else` when the condition is 0.
    pub(super) edge: Vec<i32>,
    /// Charged at the start.
    pub(super) entry: i32,
    /// By block: what one iteration costs, of a counted loop.
    pub(super) iteration: Vec<i32>,
    /// By block: p where a branch to it arrives.
    label: Vec<Potential>,
    /// By block: p where its `else` begins, or where it ends if it has none.
    els: Vec<Potential>,
}

/// p, or `None` where nobody will look.
type Potential = Option<i32>;

impl Charges {
    /// Places the charges of `body`. Costs fit: a body has at most a million bytes.
    pub(super) fn place(&mut self, body: &Body<'_>, shape: &Shape<'_>) {
        let n = body.specials.len();
        for list in [&mut self.after, &mut self.edge] {
            list.clear();
            list.resize(n, 0);
        }
        self.iteration.clear();
        self.iteration.resize(shape.blocks.len(), 0);
        for list in [&mut self.label, &mut self.els] {
            list.clear();
            list.resize(shape.blocks.len(), None);
        }
        let mut p: Potential = Some(0);
        // Loops around the instruction at hand.
        let mut loops = 0_u32;
        for i in (0..n).rev() {
            let own = shape.of[i];
            if own == tag::DEAD {
                continue;
            }
            let special = &body.specials[i];
            let op = &special.op;
            let block = shape.blocks.get(own as usize);
            p = match op {
                Operator::End => match block {
                    None => Some(0),
                    Some(block) => self.end(i, own, block, p, &mut loops),
                },
                Operator::Else => {
                    self.els[own as usize] = p;
                    self.label[own as usize]
                }
                Operator::If { .. } => plus(self.branch_in(i, own, block, p), 1),
                Operator::Loop { .. } => {
                    loops -= 1;
                    let counted = block.is_some_and(|block| block.counted.is_some());
                    let once = p.unwrap_or(0);
                    if counted {
                        self.iteration[own as usize] = once;
                    } else {
                        self.after[i] = once;
                    }
                    Some(0)
                }
                Operator::Br { .. } => plus(self.arriving(own), 1),
                Operator::BrIf { .. } => plus(self.branch_out(i, own, block, p, loops), 1),
                // Every block it leads to is settled, a loop's start and the function's end are by themselves.
                Operator::BrTable { .. } => Some(2),
                Operator::Return => Some(0),
                Operator::Unreachable => None,
                _ => match special.cost {
                    Cost::Fixed(cost) if !matches!(op, Operator::Call { .. } | Operator::CallIndirect { .. }) => plus(p, i32::from(cost)),
                    // The count is looked at in between.
                    cost => {
                        self.after[i] = p.unwrap_or(0);
                        Some(match cost {
                            Cost::Fixed(cost) => i32::from(cost),
                            Cost::Length(_) => LENGTH_BASE as i32,
                        })
                    }
                },
            };
            // What follows a branch is dead, but p before the branch does not depend on it.
            p = plus(p, special.before);
        }
        self.entry = p.unwrap_or(0);
    }

    fn end(&mut self, i: usize, own: u32, block: &Block, p: Potential, loops: &mut u32) -> Potential {
        let mut p = p;
        let own = own as usize;
        if block.kind == Kind::Loop {
            *loops += 1;
            self.label[own] = Some(0);
            return p;
        }
        if block.settled {
            self.after[i] = p.unwrap_or(0);
            p = Some(0);
        }
        self.label[own] = p;
        self.els[own] = p;
        p
    }

    /// p where a branch to `own` arrives.
    fn arriving(&self, own: u32) -> Potential {
        if own == tag::FUNCTION { Some(0) } else { self.label[own as usize] }
    }

    /// An `if`: p before its branch, given p where its body begins.
    fn branch_in(&mut self, i: usize, own: u32, block: Option<&Block>, then: Potential) -> Potential {
        let els = self.els[own as usize];
        let (Some(then), Some(els), Some(block)) = (then, els, block) else { return then.or(els) };
        let p = then.min(els);
        self.after[i] = then - p;
        match block.els {
            Some(at) => self.after[at as usize] = els - p,
            None => self.edge[block.end as usize] = els - p,
        }
        Some(p)
    }

    /// A `br_if`: p before its branch, given p where it goes on.
    fn branch_out(&mut self, i: usize, own: u32, block: Option<&Block>, on: Potential, loops: u32) -> Potential {
        let (Some(on), Some(taken)) = (on, self.arriving(own)) else { return on.or(self.arriving(own)) };
        // Out of a loop: staying in it is what happens often, so leaving carries the difference.
        let leaves = block.is_some_and(|block| block.plain && block.loops < loops);
        if leaves {
            self.edge[i] = taken - on;
            Some(on)
        } else {
            self.after[i] = on - taken;
            Some(taken)
        }
    }
}

fn plus(p: Potential, cost: i32) -> Potential {
    p.map(|p| p + cost)
}
