//! What can be seen of a body without knowing any shape: where statements stand, where variables live, and which values anybody needs.
//!
//! Statements are numbered in the order of the text. A variable's *extent* is the smallest block that holds all accesses to it, if the first of them sets it
//! there: outside its extent it holds nothing that anybody reads. That is what makes `for (var i = 0; …)` cheap: lanes that have left the loop do not need
//! their `i` any more, so it may go on counting for the others, in one scalar.

use std::collections::HashSet;

use super::ir::{Block, Body, Op, Stmt, Var};

/// A loop, scope or branch, by its place in the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub start: u32,
    pub end: u32,
    /// The construct around it.
    pub parent: Option<u32>,
    pub is_loop: bool,
    /// Where a loop's continuing block starts, or the second arm of a branch.
    pub continuing: u32,
}

#[derive(Debug, Clone, Default)]
struct Accesses {
    reads: Vec<u32>,
    /// First access: its position, its block, and whether it sets the variable.
    first: Option<(u32, u32, bool)>,
    /// Smallest block with all accesses.
    block: u32,
    /// The same without the first.
    second: Option<(u32, u32, bool)>,
    rest: u32,
}

/// Removes what initialises a variable that is always set again before it is read: it would keep the variable from having the shape that it has afterwards.
pub(super) fn remove_dead_sets(body: &mut Body) {
    let structure = Walk::over(body);
    let dead: Vec<u32> = structure
        .vars
        .iter()
        .filter_map(|accesses| match (accesses.first, accesses.second) {
            (Some((at, _, true)), Some((_, block, true))) if block == accesses.rest => Some(at),
            _ => None,
        })
        .collect();
    if dead.is_empty() {
        return;
    }
    let mut block = std::mem::take(&mut body.block);
    remove(&mut block, &dead.into_iter().collect(), &mut 0);
    body.block = block;
}

fn remove(block: &mut Block, dead: &HashSet<u32>, position: &mut u32) {
    block.retain_mut(|statement| {
        let at = *position;
        *position += 1;
        match statement {
            Stmt::If { accept, reject, .. } => {
                remove(accept, dead, position);
                remove(reject, dead, position);
                *position += 1;
            }
            Stmt::Loop { body, continuing, .. } => {
                remove(body, dead, position);
                remove(continuing, dead, position);
                *position += 1;
            }
            Stmt::Scope { body, .. } => {
                remove(body, dead, position);
                *position += 1;
            }
            _ => {}
        }
        !dead.contains(&at)
    });
}

/// The structure of a body.
#[derive(Debug, Default)]
pub(super) struct Structure {
    pub constructs: Vec<Extent>,
    vars: Vec<Accesses>,
    /// Parent and first and last statement of each block.
    blocks: Vec<(u32, u32, u32)>,
    /// Range of statements in which each variable lives.
    pub lives: Vec<(u32, u32)>,
    /// Whether a value is needed.
    pub used: Vec<bool>,
    /// Whether a variable is ever read.
    pub read: Vec<bool>,
}

struct Walk<'a> {
    body: &'a Body,
    structure: Structure,
    position: u32,
}

impl Structure {
    pub fn of(body: &Body) -> Self {
        let mut structure = Walk::over(body);
        let whole = structure.blocks[0];
        for accesses in &structure.vars {
            let lives = match accesses.first {
                Some((_, block, true)) if block == accesses.block => {
                    let (_, start, end) = structure.blocks[block as usize];
                    (start, end)
                }
                _ => (whole.1, whole.2),
            };
            structure.lives.push(lives);
        }
        structure.used = vec![false; body.values.len()];
        structure.read = vec![false; body.vars.len()];
        structure.mark_used(body);
        structure
    }

    /// Whether `var` may be read after `end`, coming from inside the construct `around` (`None`: from the body itself).
    pub fn lives_after(&self, var: Var, end: u32, mut around: Option<u32>) -> bool {
        let (first, last) = self.lives[var.0 as usize];
        let reads = &self.vars[var.0 as usize].reads;
        let reads_in = |from: u32, to: u32| {
            let at = reads.partition_point(|read| *read < from);
            reads.get(at).is_some_and(|read| *read <= to)
        };
        if reads_in(end + 1, last) {
            return true;
        }
        while let Some(id) = around {
            let construct = self.constructs[id as usize];
            if construct.start < first {
                break;
            }
            if construct.is_loop && reads_in(construct.start, construct.end) {
                return true;
            }
            around = construct.parent;
        }
        false
    }

    /// Marks what is needed, from the statements that have an effect back to their operands.
    fn mark_used(&mut self, body: &Body) {
        loop {
            let before = (self.used.iter().filter(|used| **used).count(), self.read.iter().filter(|read| **read).count());
            for result in &body.results {
                self.used[result.0 as usize] = true;
            }
            self.mark_block(body, &body.block);
            let after = (self.used.iter().filter(|used| **used).count(), self.read.iter().filter(|read| **read).count());
            if before == after {
                return;
            }
        }
    }

    fn mark_block(&mut self, body: &Body, block: &Block) {
        for statement in block.iter().rev() {
            let needed = match statement {
                Stmt::Let(value) => {
                    if self.used[value.0 as usize] {
                        if let Op::Get(var) = body.op(*value) {
                            self.read[var.0 as usize] = true;
                        }
                        body.op(*value).operands(|operand| self.used[operand.0 as usize] = true);
                    }
                    false
                }
                Stmt::Set { var, .. } => self.read[var.0 as usize],
                Stmt::Load { .. } | Stmt::Call { .. } => statement.defines().any(|value| self.used[value as usize]),
                Stmt::Charge { counter, .. } => {
                    self.read[counter.0 as usize] = true;
                    true
                }
                _ => true,
            };
            if needed {
                statement.operands(|operand| self.used[operand.0 as usize] = true);
            }
            let inner: Vec<&Block> = statement.blocks().collect();
            for block in inner.into_iter().rev() {
                self.mark_block(body, block);
            }
        }
    }
}

impl<'a> Walk<'a> {
    fn over(body: &'a Body) -> Structure {
        let structure = Structure {
            constructs: vec![Extent::default(); body.constructs as usize],
            vars: vec![Accesses::default(); body.vars.len()],
            ..Structure::default()
        };
        let mut walk = Walk { body, structure, position: 0 };
        walk.block(&body.block, 0, None);
        walk.structure
    }

    fn block(&mut self, block: &Block, parent: u32, construct: Option<u32>) {
        let id = self.structure.blocks.len() as u32;
        self.structure.blocks.push((parent, self.position, 0));
        for statement in block {
            let at = self.position;
            self.position += 1;
            match statement {
                Stmt::Let(value) => {
                    if let Op::Get(var) = self.body.op(*value) {
                        self.structure.vars[var.0 as usize].reads.push(at);
                        self.access(*var, at, id, false);
                    }
                }
                Stmt::Set { var, .. } => self.access(*var, at, id, true),
                Stmt::Charge { counter, .. } => {
                    self.structure.vars[counter.0 as usize].reads.push(at);
                    self.access(*counter, at, id, false);
                }
                Stmt::If { id: construct_id, accept, reject, .. } => {
                    self.construct(construct_id.0, at, construct, false, id, &[accept, reject]);
                }
                Stmt::Loop { id: construct_id, body, continuing, .. } => {
                    self.construct(construct_id.0, at, construct, true, id, &[body, continuing]);
                }
                Stmt::Scope { id: construct_id, body } => self.construct(construct_id.0, at, construct, false, id, &[body]),
                _ => {}
            }
        }
        self.structure.blocks[id as usize].2 = self.position;
    }

    fn construct(&mut self, construct: u32, start: u32, parent: Option<u32>, is_loop: bool, block: u32, blocks: &[&Block]) {
        self.structure.constructs[construct as usize] = Extent { start, end: 0, parent, is_loop, continuing: 0 };
        for inner in blocks {
            self.structure.constructs[construct as usize].continuing = self.position;
            self.block(inner, block, Some(construct));
        }
        // The end has a number of its own, so that "after the end" is never the last statement inside.
        self.structure.constructs[construct as usize].end = self.position;
        self.position += 1;
    }

    fn access(&mut self, var: Var, at: u32, block: u32, sets: bool) {
        let known = self.structure.vars[var.0 as usize].first.is_some();
        if known {
            if self.structure.vars[var.0 as usize].second.is_some() {
                self.structure.vars[var.0 as usize].rest = self.common(self.structure.vars[var.0 as usize].rest, block);
            } else {
                let accesses = &mut self.structure.vars[var.0 as usize];
                accesses.second = Some((at, block, sets));
                accesses.rest = block;
            }
            let common = self.common(self.structure.vars[var.0 as usize].block, block);
            self.structure.vars[var.0 as usize].block = common;
        } else {
            let accesses = &mut self.structure.vars[var.0 as usize];
            accesses.first = Some((at, block, sets));
            accesses.block = block;
        }
    }

    /// The smallest block around both. A block's number is greater than its parent's.
    fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if a > b {
                a = self.structure.blocks[a as usize].0;
            } else {
                b = self.structure.blocks[b as usize].0;
            }
        }
        a
    }
}
