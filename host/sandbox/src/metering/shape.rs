//! The control flow of a body: which block each control instruction belongs to, what is dead, which loops are counted.
//!
//! One pass forward. Dead is what validation cannot reach: what follows a branch, `return` or `unreachable` in the same block.

use wasmparser::{BlockType, Operator};

use super::body::{Body, Decoded};
use super::counted::{self, Counted};
use super::module::Module;

/// Which block an instruction belongs to, or why none.
pub(super) mod tag {
    /// Not a control instruction.
    pub(in crate::metering) const NONE: u32 = u32::MAX;
    /// Dead: not part of what is written.
    pub(in crate::metering) const DEAD: u32 = u32::MAX - 1;
    /// The function itself: its last `end`, and branches to it.
    pub(in crate::metering) const FUNCTION: u32 = u32::MAX - 2;
}

/// Whether what follows `op` in its block is dead.
pub(super) const fn ends_path(op: &Operator<'_>) -> bool {
    matches!(op, Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable)
}

/// What opens a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Block,
    Loop,
    If,
}

/// A block.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// The place of its `else` among the special instructions, if it has one.
    pub(super) els: Option<u32>,
    /// The place of its `end` among them.
    pub(super) end: u32,
    /// A branch table leads to its end: there everything must be charged, since its edges cannot carry a charge.
    pub(super) settled: bool,
    /// Without parameters and results.
    pub(super) plain: bool,
    /// How many loops are around what follows a branch to it.
    pub(super) loops: u32,
    /// What it pays at once, if it is a counted loop.
    pub(super) counted: Option<Counted>,
}

/// The control flow of a body.
#[derive(Default)]
pub(super) struct Shape<'a> {
    /// By special instruction: for `block`, `loop`, `if`, `else`, `end` its block; for `br`, `br_if` the block it leads to; else one of [`tag`].
    pub(super) of: Vec<u32>,
    pub(super) blocks: Vec<Block>,
    /// It holds a call.
    pub(super) calls: bool,
    /// Results of its calls beyond the first of each.
    pub(super) more_results: usize,
    /// A branch leads to the function's own label.
    pub(super) branches_out: bool,
    /// Blocks open at the instruction at hand.
    open: Vec<u32>,
    /// The loop that may be a counted one.
    straight: Decoded<'a>,
}

impl<'a> Shape<'a> {
    /// Reads the control flow of `body`.
    pub(super) fn read(&mut self, module: &Module<'a>, body: &Body<'a>) -> wasmparser::Result<()> {
        self.of.clear();
        self.blocks.clear();
        self.open.clear();
        self.calls = false;
        self.more_results = 0;
        self.branches_out = false;
        let mut dead = false;
        // Blocks opened since the code is dead.
        let mut dead_blocks = 0_u32;
        let mut loops = 0_u32;
        // The last instruction that a counted loop must not hold.
        let mut last_control = u32::MAX;
        for (i, special) in body.specials.iter().enumerate() {
            let op = &special.op;
            let i = i as u32;
            if dead {
                match op {
                    Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => dead_blocks += 1,
                    Operator::End if dead_blocks > 0 => {
                        dead_blocks -= 1;
                        self.of.push(tag::DEAD);
                        continue;
                    }
                    Operator::Else | Operator::End if dead_blocks == 0 => dead = false,
                    _ => {}
                }
                if dead {
                    self.of.push(tag::DEAD);
                    continue;
                }
            }
            let mut own = tag::NONE;
            match op {
                Operator::Block { blockty } => own = self.enter(Kind::Block, blockty, loops),
                Operator::If { blockty } => own = self.enter(Kind::If, blockty, loops),
                Operator::Loop { blockty } => {
                    loops += 1;
                    own = self.enter(Kind::Loop, blockty, loops);
                }
                Operator::Else => {
                    own = self.open.last().copied().unwrap_or(tag::FUNCTION);
                    if let Some(block) = self.blocks.get_mut(own as usize) {
                        block.els = Some(i);
                    }
                }
                Operator::End => {
                    own = self.open.pop().unwrap_or(tag::FUNCTION);
                    if let Some(block) = self.blocks.get_mut(own as usize) {
                        block.end = i;
                        if block.kind == Kind::Loop {
                            loops -= 1;
                        }
                    }
                }
                Operator::Br { relative_depth } => {
                    own = self.target(*relative_depth);
                    dead = true;
                }
                Operator::BrIf { relative_depth } => {
                    own = self.target(*relative_depth);
                    if *relative_depth == 0
                        && let Some(block) = self.blocks.get_mut(own as usize)
                        && block.kind == Kind::Loop
                        && block.plain
                        && last_control == block.end
                        && matches!(body.specials.get(i as usize + 1), Some(next) if next.at == special.next && matches!(next.op, Operator::End))
                    {
                        let start = body.specials[block.end as usize].next;
                        block.counted = counted::recognise(body, start, special.at, &mut self.straight)?;
                    }
                }
                Operator::BrTable { targets } => {
                    for target in targets.targets().flatten().chain([targets.default()]) {
                        let target = self.target(target);
                        if let Some(block) = self.blocks.get_mut(target as usize) {
                            block.settled = true;
                        }
                    }
                    dead = true;
                }
                Operator::Return | Operator::Unreachable => dead = true,
                Operator::Call { function_index } => self.call(module, module.type_of_function(*function_index)),
                Operator::CallIndirect { type_index, .. } => self.call(module, *type_index),
                Operator::RefFunc { .. } | Operator::LocalGet { .. } | Operator::LocalSet { .. } | Operator::LocalTee { .. } => {
                    self.of.push(own);
                    continue;
                }
                // What costs by its length.
                _ => {}
            }
            last_control = i;
            self.of.push(own);
        }
        Ok(())
    }

    fn call(&mut self, module: &Module<'_>, ty: u32) {
        self.calls = true;
        self.more_results += module.ty(ty).results().len().saturating_sub(1);
    }

    fn enter(&mut self, kind: Kind, ty: &BlockType, loops: u32) -> u32 {
        let own = self.blocks.len() as u32;
        // Until its end is known, `end` is its start.
        let start = self.of.len() as u32;
        let plain = matches!(ty, BlockType::Empty);
        self.blocks.push(Block { kind, els: None, end: start, settled: false, plain, loops, counted: None });
        self.open.push(own);
        own
    }

    /// The block that a branch of this depth leads to.
    fn target(&mut self, depth: u32) -> u32 {
        match self.open.len().checked_sub(1 + depth as usize) {
            Some(place) => self.open[place],
            None => {
                self.branches_out = true;
                tag::FUNCTION
            }
        }
    }
}
