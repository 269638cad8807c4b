//! Statements of a region: real branches where control flow is uniform, masks where it varies.
//!
//! A loop or scope that lanes leave at different times has a mask of its own, which those that leave are taken out of (`break`, `return`), for good or until the next
//! iteration (`continue`). A branch gives each arm a mask; where an arm may lose lanes, what is left of both becomes the mask after the branch. Where a mask may have
//! become empty it is tested, and the code jumps to the end of the innermost construct that another set of lanes can enter (`skip`).

use super::super::ir::{Block, Construct, Stmt, Value};
use super::super::select::is_cheap_run;
use super::{Emitter, GROUPS_MAX, Loc, Mask, Open};

impl Emitter<'_> {
    /// Finds out which masked exits pass through which constructs.
    pub(super) fn find_exits(&mut self, block: &Block, stack: &mut Vec<u32>) {
        for statement in block {
            match statement {
                Stmt::Exit { target, again } => {
                    if !self.is_masked(*target, *again) {
                        continue;
                    }
                    let from = stack.iter().rposition(|id| *id == target.0).map_or(0, |at| at + 1);
                    for inner in &stack[from..] {
                        let through = &mut self.through[*inner as usize];
                        if !through.contains(&(target.0, *again)) {
                            through.push((target.0, *again));
                        }
                        self.crossed[target.0 as usize] = true;
                    }
                }
                Stmt::If { accept, reject, .. } => {
                    self.find_exits(accept, stack);
                    self.find_exits(reject, stack);
                }
                Stmt::Loop { id, .. } | Stmt::Scope { id, .. } => {
                    stack.push(id.0);
                    for block in statement.blocks() {
                        self.find_exits(block, stack);
                    }
                    stack.pop();
                }
                _ => {}
            }
        }
    }

    /// Whether an exit takes lanes out of masks, rather than being a branch.
    fn is_masked(&self, target: Construct, again: bool) -> bool {
        let id = target.0 as usize;
        if again { self.shapes.continues[id] } else { self.shapes.divergent[id] || self.left[id] }
    }

    /// Whether a block may lose lanes.
    fn loses_lanes(&self, block: &Block) -> bool {
        block.iter().any(|statement| match statement {
            Stmt::Exit { target, again } => self.is_masked(*target, *again),
            Stmt::Loop { id, .. } | Stmt::Scope { id, .. } => !self.through[id.0 as usize].is_empty(),
            _ => statement.blocks().any(|block| self.loses_lanes(block)),
        })
    }

    pub(super) fn statements(&mut self, block: &[Stmt]) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Let(value) => {
                if self.structure.used[value.0 as usize] {
                    self.evaluate(*value);
                }
            }
            Stmt::Set { var, value, blend } => self.set_var(*var, *value, *blend),
            Stmt::Load { first, words, place, atomic, line } => self.load(*first, *words, place, *atomic, *line),
            Stmt::Store { place, values, line } => self.store(place, values, *line),
            Stmt::ZeroScratch { offset, words } => self.zero_scratch(*offset, *words),
            Stmt::Atomic { op, place, value, line } => self.atomic(*op, place, *value, *line),
            Stmt::If { condition, accept, reject, .. } => self.branch(*condition, accept, reject),
            Stmt::Loop { id, body, continuing, break_if } => self.loop_statement(*id, body, continuing, *break_if),
            Stmt::Scope { id, body } => self.scope(*id, body),
            Stmt::Exit { target, again } => self.exit(*target, *again),
            Stmt::Charge { counter, amount, blend } => self.charge(*counter, *amount, *blend),
            Stmt::Call { function, arguments, first, results } => self.call(*function, arguments, *first, *results),
            Stmt::Barrier(_) | Stmt::UniformLoad { .. } => {
                self.unsupported("a barrier inside a region");
            }
        }
    }

    fn set_var(&mut self, var: super::Var, value: Value, blend: bool) {
        match self.vars[var.0 as usize] {
            Loc::None => {}
            Loc::Scalar(local) => {
                self.push_scalar(value);
                self.set(local);
            }
            Loc::Vector(locals) => {
                for group in 0..self.groups {
                    self.push_vector(value, group);
                    self.blend(locals[group], group, blend);
                }
            }
        }
    }

    // ---- branches

    fn branch(&mut self, condition: Value, accept: &Block, reject: &Block) {
        if accept.is_empty() && reject.is_empty() {
            return;
        }
        let varying = self.is_varying(condition);
        if varying {
            self.varying_branch(condition, accept, reject);
        } else {
            self.push_scalar(condition);
            if accept.is_empty() {
                self.w().i32_eqz();
                self.if_();
                self.statements(reject);
            } else {
                self.if_();
                self.statements(accept);
                if !reject.is_empty() {
                    self.else_();
                    self.statements(reject);
                }
            }
            self.end();
        }
    }

    fn varying_branch(&mut self, condition: Value, accept: &Block, reject: &Block) {
        let outer = self.mask;
        let loses = self.loses_lanes(accept) || self.loses_lanes(reject);
        let taken = self.vector_locals();
        let other = self.vector_locals();
        for group in 0..self.groups {
            if loses || !accept.is_empty() {
                self.push_vector(condition, group);
                if let Mask::Some(mask) = outer {
                    self.get(mask[group]);
                    self.w().v128_and();
                }
                self.set(taken[group]);
            }
            if loses || !reject.is_empty() {
                self.push_mask(outer, group);
                self.push_vector(condition, group);
                self.w().v128_andnot();
                self.set(other[group]);
            }
        }
        let left = [self.arm(taken, accept), self.arm(other, reject)];
        self.mask = outer;
        if !loses {
            return;
        }
        let Mask::Some(mask) = outer else { return self.unsupported("an exit without a mask around it") };
        for group in 0..self.groups {
            match left {
                [true, true] => {
                    self.get(taken[group]);
                    self.get(other[group]);
                    self.w().v128_or();
                }
                [true, false] => self.get(taken[group]),
                [false, true] => self.get(other[group]),
                [false, false] => self.splat_const(0),
            }
            self.set(mask[group]);
        }
        self.skip_if_none(mask);
    }

    /// Code of an arm; false if no lane comes out of it.
    fn arm(&mut self, mask: [u32; GROUPS_MAX], block: &Block) -> bool {
        if block.is_empty() {
            return true;
        }
        self.mask = Mask::Some(mask);
        if let Some((Stmt::Exit { target, again }, rest)) = block.split_last()
            && self.is_masked(*target, *again)
            && is_cheap_run(self.body, rest)
        {
            self.statements(rest);
            if let Some(open) = self.opened(*target) {
                self.note_gone(if *again { open.continued } else { open.gone }, mask);
            }
            return false;
        }
        if is_cheap_run(self.body, block) {
            self.statements(block);
            return true;
        }
        self.push_any(mask);
        let label = self.if_();
        self.skip.push(label);
        self.statements(block);
        self.skip.pop();
        self.end();
        true
    }

    /// The construct that an exit leaves. The last of that number: a region around which a scope is open for the workgroup has opened it for itself.
    fn opened(&mut self, target: Construct) -> Option<Open> {
        let open = self.open.iter().rfind(|open| open.id == target).copied();
        if open.is_none() {
            self.unsupported("an exit to a construct that is not open");
        }
        open
    }

    fn note_gone(&mut self, record: Option<[u32; GROUPS_MAX]>, mask: [u32; GROUPS_MAX]) {
        let Some(record) = record else { return };
        for group in 0..self.groups {
            self.get(record[group]);
            self.get(mask[group]);
            self.w().v128_or();
            self.set(record[group]);
        }
    }

    /// Jumps on if no lane is on.
    pub(super) fn skip_if_none(&mut self, mask: [u32; GROUPS_MAX]) {
        if let Some(label) = self.skip.last().copied() {
            self.push_any(mask);
            self.w().i32_eqz();
            self.br_if(label);
        }
    }

    // ---- loops and scopes

    /// A mask of its own for a construct that lanes leave at different times.
    fn own_mask(&mut self) -> [u32; GROUPS_MAX] {
        let mask = self.vector_locals();
        for group in 0..self.groups {
            self.push_mask(self.mask, group);
            self.set(mask[group]);
        }
        mask
    }

    fn zeroed(&mut self) -> [u32; GROUPS_MAX] {
        let mask = self.vector_locals();
        self.zero_mask(mask);
        mask
    }

    fn zero_mask(&mut self, mask: [u32; GROUPS_MAX]) {
        for local in &mask[..self.groups] {
            self.splat_const(0);
            self.set(*local);
        }
    }

    fn loop_statement(&mut self, id: Construct, body: &Block, continuing: &Block, break_if: Option<Value>) {
        let continues = self.shapes.continues[id.0 as usize];
        let leaves = self.shapes.divergent[id.0 as usize] || !self.through[id.0 as usize].is_empty();
        let outer = self.mask;
        let own = if leaves || continues { Some(self.own_mask()) } else { None };
        if let Some(mask) = own {
            self.mask = Mask::Some(mask);
        }
        let gone = if leaves && self.crossed[id.0 as usize] { Some(self.zeroed()) } else { None };
        let continued = if continues { Some(self.vector_locals()) } else { None };
        let exit = self.block();
        let again = self.loop_();
        if let Some(continued) = continued {
            self.zero_mask(continued);
        }
        let next = self.block();
        self.open.push(Open { id, exit, next, gone, continued });
        if own.is_some() {
            self.skip.push(next);
        }
        self.statements(body);
        if own.is_some() {
            self.skip.pop();
        }
        self.end();
        if let (Some(mask), Some(continued)) = (own, continued) {
            self.mask = Mask::Some(mask);
            for group in 0..self.groups {
                self.get(mask[group]);
                self.get(continued[group]);
                self.w().v128_or();
                self.set(mask[group]);
            }
        }
        if let (Some(mask), true) = (own, leaves) {
            self.push_any(mask);
            self.w().i32_eqz();
            self.br_if(exit);
        }
        self.statements(continuing);
        self.loop_end(break_if, own, again);
        self.open.pop();
        self.end();
        self.end();
        self.mask = outer;
        self.lose_gone(id);
    }

    /// Goes back to the start of the loop, unless its `break_if` says otherwise.
    fn loop_end(&mut self, break_if: Option<Value>, own: Option<[u32; GROUPS_MAX]>, again: u32) {
        match (break_if, own) {
            (None, _) => self.br(again),
            (Some(condition), Some(mask)) if self.is_varying(condition) => {
                for group in 0..self.groups {
                    self.get(mask[group]);
                    self.push_vector(condition, group);
                    self.w().v128_andnot();
                    self.set(mask[group]);
                }
                self.push_any(mask);
                self.br_if(again);
            }
            (Some(condition), _) => {
                self.push_scalar(condition);
                self.w().i32_eqz();
                self.br_if(again);
            }
        }
    }

    fn scope(&mut self, id: Construct, body: &Block) {
        let leaves = self.shapes.divergent[id.0 as usize] || !self.through[id.0 as usize].is_empty();
        let outer = self.mask;
        let own = if leaves { Some(self.own_mask()) } else { None };
        if let Some(mask) = own {
            self.mask = Mask::Some(mask);
        }
        let gone = if leaves && self.crossed[id.0 as usize] { Some(self.zeroed()) } else { None };
        let exit = self.block();
        self.open.push(Open { id, exit, next: exit, gone, continued: None });
        if leaves {
            self.skip.push(exit);
        }
        self.statements(body);
        if leaves {
            self.skip.pop();
        }
        self.open.pop();
        self.end();
        self.mask = outer;
        self.lose_gone(id);
    }

    /// After a construct: lanes that left constructs further out from inside it do not come back here.
    fn lose_gone(&mut self, id: Construct) {
        let through = self.through[id.0 as usize].clone();
        if through.is_empty() {
            return;
        }
        let Mask::Some(mask) = self.mask else { return self.unsupported("an exit without a mask around it") };
        for (target, again) in through {
            let Some(open) = self.opened(Construct(target)) else { return };
            let lost = if again { open.continued } else { open.gone };
            let Some(lost) = lost else { return self.unsupported("an exit to a construct that does not note who left") };
            for group in 0..self.groups {
                self.get(mask[group]);
                self.get(lost[group]);
                self.w().v128_andnot();
                self.set(mask[group]);
            }
        }
        self.skip_if_none(mask);
    }

    // ---- exits

    fn exit(&mut self, target: Construct, again: bool) {
        let Some(open) = self.opened(target) else { return };
        if !self.is_masked(target, again) {
            return self.br(if again { open.next } else { open.exit });
        }
        let Mask::Some(mask) = self.mask else { return self.unsupported("an exit without a mask around it") };
        self.note_gone(if again { open.continued } else { open.gone }, mask);
        self.zero_mask(mask);
        if let Some(label) = self.skip.last().copied() {
            self.br(label);
        }
    }

    // ---- the loop budget

    /// Counts, and ends the dispatch when a lane that is on passes the budget.
    fn charge(&mut self, counter: super::Var, amount: Value, blend: bool) {
        let budget = self.budget;
        match self.vars[counter.0 as usize] {
            Loc::None => {}
            Loc::Scalar(local) => {
                // The counter never passes the budget, so the difference does not wrap.
                self.push_scalar(amount);
                self.i32(budget);
                self.w().local_get(local).i32_sub().i32_gt_u();
                self.stop_if();
                self.get(local);
                self.push_scalar(amount);
                self.w().i32_add();
                self.set(local);
            }
            Loc::Vector(locals) => {
                for group in 0..self.groups {
                    self.push_vector(amount, group);
                    self.splat_const(budget);
                    self.w().local_get(locals[group]).i32x4_sub().i32x4_gt_u();
                    if let Mask::Some(mask) = self.mask {
                        self.get(mask[group]);
                        self.w().v128_and();
                    }
                    if group > 0 {
                        self.w().v128_or();
                    }
                }
                self.w().v128_any_true();
                self.stop_if();
                for group in 0..self.groups {
                    self.get(locals[group]);
                    self.push_vector(amount, group);
                    self.w().i32x4_add();
                    self.blend(locals[group], group, blend);
                }
            }
        }
    }

    /// Raises the flag that all threads see, and ends this one.
    fn stop_if(&mut self) {
        self.if_();
        let control = self.bases.control;
        self.w().local_get(control).i32_const(1).i32_atomic_store(super::memory::word(0)).unreachable();
        self.end();
    }
}
