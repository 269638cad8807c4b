//! How a value differs between invocations: not within the workgroup, not within a pack, by a constant stride, or freely.
//!
//! A *pack* is the invocations that run together in the lanes of vector registers, consecutive in `local_invocation_index`. Shapes are found by a fixpoint from
//! below over the whole body. They speak of the lanes that are switched on: a value computed under a mask may be uniform, since nobody asks for it elsewhere.
//! What is left to decide at a store to a variable is whether lanes that are switched off will ever read it again: only where they do, the store has to blend,
//! and makes the variable varying. The same rule frees the code after `if (id.x >= n) { return; }` from masks, other than those of its stores to memory.

use super::ir::{Binary, Block, Body, Input, Op, Place, Space, Stmt, Unary, Value, Var};
use super::structure::Structure;

/// The shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub varying: bool,
    /// The same in all packs of the workgroup.
    pub group: bool,
    /// Lane n has n times this more than lane 0.
    pub stride: i32,
    /// Lane 0 has a multiple of 2 to this power.
    pub align: u8,
}

impl Shape {
    pub const VARYING: Shape = Shape { varying: true, group: false, stride: 0, align: 0 };
    pub const GROUP: Shape = Shape { varying: false, group: true, stride: 0, align: 0 };
    pub const PACK: Shape = Shape { varying: false, group: false, stride: 0, align: 0 };

    pub fn is_uniform(self) -> bool {
        !self.varying && self.stride == 0
    }

    fn join(self, other: Shape) -> Shape {
        if self.varying || other.varying || self.stride != other.stride {
            return Shape::VARYING;
        }
        Shape { varying: false, group: self.group && other.group, stride: self.stride, align: self.align.min(other.align) }
    }
}

/// The shapes of a body.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub values: Vec<Shape>,
    pub vars: Vec<Shape>,
    /// Loops and scopes that lanes leave at different times.
    pub divergent: Vec<bool>,
    /// Loops that lanes continue at different times.
    pub continues: Vec<bool>,
    /// Constructs whose condition, or what leaves them, may differ between packs.
    pub pack: Vec<bool>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    varying: bool,
    /// Lanes leave it at different times, first from this position on.
    leaves: Option<u32>,
    continues: Option<u32>,
    /// Its condition, or what leaves it, may differ between packs.
    pack: bool,
}

struct Analysis<'a> {
    body: &'a Body,
    structure: &'a Structure,
    lanes: u32,
    size: [u32; 3],
    params: &'a [Shape],
    /// Shape of the results of each outlined function, where all arguments are uniform.
    values: Vec<Option<Shape>>,
    vars: Vec<Option<Shape>>,
    states: Vec<State>,
    stack: Vec<u32>,
    position: u32,
    changed: bool,
}

/// Finds the shapes of `body` for packs of `lanes`, and says in it which stores blend.
pub(super) fn shapes(body: &mut Body, structure: &Structure, lanes: u32, size: [u32; 3], params: &[Shape]) -> Shapes {
    let mut analysis = Analysis {
        structure,
        lanes,
        size,
        params,
        values: vec![None; body.values.len()],
        vars: vec![None; body.vars.len()],
        states: vec![State::default(); body.constructs as usize],
        stack: Vec::new(),
        position: 0,
        changed: true,
        body,
    };
    while analysis.changed {
        analysis.changed = false;
        analysis.position = 0;
        analysis.block(&analysis.body.block);
    }
    let states = std::mem::take(&mut analysis.states);
    let unknown = |shape: &Option<Shape>| shape.unwrap_or(Shape::PACK);
    let mut values: Vec<Shape> = analysis.values.iter().map(unknown).collect();
    for (index, def) in body.values.iter().enumerate() {
        match def.op {
            Op::Const(bits) => values[index] = constant(bits),
            Op::Input(input) => values[index] = input_shape(input, lanes, size),
            Op::Param(index_of) => values[index] = params.get(index_of as usize).copied().unwrap_or(Shape::VARYING),
            _ => {}
        }
    }
    let vars: Vec<Shape> = analysis.vars.iter().map(unknown).collect();
    let mut block = std::mem::take(&mut body.block);
    Marking { structure, states: &states, stack: Vec::new(), position: 0 }.block(&mut block);
    body.block = block;
    Shapes {
        values,
        vars,
        divergent: states.iter().map(|state| state.leaves.is_some()).collect(),
        continues: states.iter().map(|state| state.continues.is_some()).collect(),
        pack: states.iter().map(|state| state.pack).collect(),
    }
}

fn constant(bits: u32) -> Shape {
    Shape { align: bits.trailing_zeros().min(31) as u8, ..Shape::GROUP }
}

/// The shape of a component of `local_invocation_id`, or of the index: lane n of a pack that starts at index p has index p + n.
pub(super) fn input_shape(input: Input, lanes: u32, size: [u32; 3]) -> Shape {
    let affine = Shape { varying: false, group: false, stride: 1, align: lanes.trailing_zeros() as u8 };
    let total: u32 = size.iter().product();
    match input {
        Input::GroupId(_) | Input::GroupCount(_) | Input::Length { .. } => Shape::GROUP,
        Input::LocalIndex if total == 1 => Shape { align: 31, ..Shape::GROUP },
        Input::LocalIndex => affine,
        Input::LocalId(axis) => {
            let axis = axis as usize;
            let below: u32 = size[..axis].iter().product();
            let above: u32 = size[axis + 1..].iter().product();
            if size[axis] == 1 {
                Shape { align: 31, ..Shape::GROUP }
            } else if below == 1 && (above == 1 || size[axis].is_multiple_of(lanes)) {
                affine
            } else if below.is_multiple_of(lanes) {
                Shape::PACK
            } else {
                Shape::VARYING
            }
        }
    }
}

/// Whether lanes that are on at `construct`'s start may be off at `position`, and where they come back: (position, construct around that).
fn rejoin(structure: &Structure, states: &[State], id: u32, position: u32, mut found: impl FnMut(u32, Option<u32>)) {
    let (state, extent) = (states[id as usize], structure.constructs[id as usize]);
    if state.varying {
        // Those of the other arm come back where that starts, if it comes second.
        let second = position < extent.continuing;
        found(if second { extent.continuing - 1 } else { extent.end }, extent.parent);
    }
    if extent.is_loop {
        if state.leaves.is_some() {
            found(extent.end, extent.parent);
        }
        if state.continues.is_some_and(|from| from < position) && position < extent.continuing {
            found(extent.continuing, Some(id));
        }
    } else if state.leaves.is_some_and(|from| from < position) {
        found(extent.end, extent.parent);
    }
}

/// Whether a store to `var` at `position` must keep what lanes that are off have.
fn blends(structure: &Structure, states: &[State], stack: &[u32], var: Var, position: u32) -> bool {
    let lives_from = structure.lives[var.0 as usize].0;
    let mut blends = false;
    for id in stack.iter().rev() {
        if structure.constructs[*id as usize].start < lives_from {
            break;
        }
        rejoin(structure, states, *id, position, |end, around| blends |= structure.lives_after(var, end, around));
    }
    blends
}

impl Analysis<'_> {
    fn value(&self, value: Value) -> Option<Shape> {
        match *self.body.op(value) {
            Op::Const(bits) => Some(constant(bits)),
            Op::Input(input) => Some(input_shape(input, self.lanes, self.size)),
            Op::Param(index) => Some(self.params.get(index as usize).copied().unwrap_or(Shape::VARYING)),
            _ => self.values[value.0 as usize],
        }
    }

    fn define(&mut self, value: Value, shape: Option<Shape>) {
        let Some(shape) = shape else { return };
        let slot = &mut self.values[value.0 as usize];
        let joined = slot.map_or(shape, |old| old.join(shape));
        if *slot != Some(joined) {
            *slot = Some(joined);
            self.changed = true;
        }
    }

    /// Whether anything around may differ between packs.
    fn in_pack_control(&self) -> bool {
        self.stack.iter().any(|id| self.states[*id as usize].pack)
    }

    fn set(&mut self, var: Var, shape: Option<Shape>, at: u32) {
        let Some(mut shape) = shape else { return };
        if self.in_pack_control() {
            shape.group = false;
        }
        if blends(self.structure, &self.states, &self.stack, var, at) {
            shape = Shape::VARYING;
        }
        let slot = &mut self.vars[var.0 as usize];
        let joined = slot.map_or(shape, |old| old.join(shape));
        if *slot != Some(joined) {
            *slot = Some(joined);
            self.changed = true;
        }
    }

    fn block(&mut self, block: &Block) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        let at = self.position;
        self.position += 1;
        match statement {
            Stmt::Let(value) => {
                let shape = self.op(*value);
                self.define(*value, shape);
            }
            Stmt::Set { var, value, .. } => {
                let shape = self.value(*value);
                self.set(*var, shape, at);
            }
            Stmt::Charge { counter, amount, .. } => {
                let amount = self.value(*amount);
                let shape = match (self.vars[counter.0 as usize], amount) {
                    (Some(a), Some(b)) if a.is_uniform() && b.is_uniform() => Some(Shape { group: a.group && b.group, ..Shape::GROUP }),
                    (Some(_), Some(_)) => Some(Shape::VARYING),
                    _ => None,
                };
                self.set(*counter, shape, at);
            }
            Stmt::Load { place, .. } => {
                let shape = self.loaded(place);
                for value in statement.defines() {
                    self.define(Value(value), shape);
                }
            }
            Stmt::UniformLoad { .. } => {
                for value in statement.defines() {
                    self.define(Value(value), Some(Shape::GROUP));
                }
            }
            Stmt::Call { arguments, .. } => {
                let shape = self.pure(arguments);
                for value in statement.defines() {
                    self.define(Value(value), shape);
                }
            }
            Stmt::If { id, condition, accept, reject } => {
                let condition = self.value(*condition).unwrap_or(Shape::GROUP);
                self.note(id.0, |state| {
                    state.varying |= condition.varying;
                    state.pack |= !condition.group;
                });
                self.stack.push(id.0);
                self.block(accept);
                self.block(reject);
                self.close();
            }
            Stmt::Loop { id, body, continuing, break_if } => {
                self.stack.push(id.0);
                self.block(body);
                self.block(continuing);
                if let Some(condition) = break_if {
                    let condition = self.value(*condition).unwrap_or(Shape::GROUP);
                    let start = self.structure.constructs[id.0 as usize].start;
                    self.note(id.0, |state| {
                        if condition.varying {
                            state.leaves = Some(start);
                        }
                        state.pack |= !condition.group;
                    });
                }
                self.close();
            }
            Stmt::Scope { id, body } => {
                self.stack.push(id.0);
                self.block(body);
                self.close();
            }
            Stmt::Exit { target, again } => self.exit(target.0, *again, at),
            Stmt::Store { .. } | Stmt::ZeroScratch { .. } | Stmt::Atomic { .. } | Stmt::Barrier(_) => {}
        }
    }

    fn close(&mut self) {
        self.stack.pop();
        self.position += 1;
    }

    fn note(&mut self, id: u32, change: impl FnOnce(&mut State)) {
        let state = &mut self.states[id as usize];
        let before = (state.varying, state.leaves, state.continues, state.pack);
        change(state);
        self.changed |= before != (state.varying, state.leaves, state.continues, state.pack);
    }

    fn exit(&mut self, target: u32, again: bool, at: u32) {
        let from = self.stack.iter().rposition(|id| *id == target).unwrap_or(0);
        let path: Vec<u32> = self.stack[from..].to_vec();
        let (mut diverges, mut pack) = (false, false);
        for id in &path {
            let state = self.states[*id as usize];
            let is_target = *id == target;
            if is_target {
                // Lanes that continued are still in the loop when the others leave it.
                diverges |= state.continues.is_some_and(|from| from < at);
            } else {
                rejoin(self.structure, &self.states, *id, at, |_, _| diverges = true);
                pack |= state.pack;
            }
        }
        for id in &path {
            let is_target = *id == target;
            self.note(*id, |state| {
                state.pack |= pack;
                if diverges {
                    let first = |known: Option<u32>| Some(known.map_or(at, |known| known.min(at)));
                    if is_target && again {
                        state.continues = first(state.continues);
                    } else {
                        state.leaves = first(state.leaves);
                    }
                }
            });
        }
    }

    fn loaded(&self, place: &Place) -> Option<Shape> {
        let mut group = match place.space {
            Space::Binding { read_only, .. } => read_only,
            Space::Table => true,
            Space::Workgroup => false,
            Space::Scratch => return Some(Shape::VARYING),
        };
        for (index, _) in &place.terms {
            let shape = self.value(*index)?;
            if !shape.is_uniform() {
                return Some(Shape::VARYING);
            }
            group &= shape.group;
        }
        Some(Shape { group, ..Shape::PACK })
    }

    /// The shape of something that depends on `operands` alone, in no simple way.
    fn pure(&self, operands: &[Value]) -> Option<Shape> {
        let mut group = true;
        for operand in operands {
            let shape = self.value(*operand)?;
            if !shape.is_uniform() {
                return Some(Shape::VARYING);
            }
            group &= shape.group;
        }
        Some(Shape { group, ..Shape::PACK })
    }

    fn op(&self, value: Value) -> Option<Shape> {
        match *self.body.op(value) {
            Op::Get(var) => self.vars[var.0 as usize],
            Op::Unary(op, a) => match op {
                Unary::IntNegate => {
                    let shape = self.value(a)?;
                    Some(Shape { stride: shape.stride.wrapping_neg(), ..shape })
                }
                _ => self.pure(&[a]),
            },
            Op::Binary(op, a, b) => self.binary(op, a, b),
            Op::Copy(a) => self.value(a),
            Op::Fma(a, b, c) => self.pure(&[a, b, c]),
            Op::Select(condition, a, b) => {
                let (condition, a, b) = (self.value(condition)?, self.value(a)?, self.value(b)?);
                let joined = a.join(b);
                if !condition.is_uniform() {
                    return Some(Shape::VARYING);
                }
                Some(Shape { group: joined.group && condition.group, ..joined })
            }
            Op::Const(_) | Op::Input(_) | Op::Param(_) | Op::Result => self.value(value),
        }
    }

    fn binary(&self, op: Binary, a_value: Value, b_value: Value) -> Option<Shape> {
        let (a, b) = (self.value(a_value)?, self.value(b_value)?);
        if a.varying || b.varying {
            return Some(Shape::VARYING);
        }
        let group = a.group && b.group;
        let constant = self.body.constant(b_value);
        let lane_span = |shape: Shape| i64::from(shape.stride) * i64::from(self.lanes - 1);
        // What the lanes add to lane 0 lies below its alignment: no carry.
        let aligned = a.stride >= 0 && lane_span(a) < 1_i64 << a.align;
        let uniform = a.stride == 0 && b.stride == 0;
        let shape = |stride: i32, align: u8| Some(Shape { varying: false, group: group && stride == 0, stride, align: align.min(31) });
        match op {
            Binary::IntAdd => shape(a.stride.wrapping_add(b.stride), a.align.min(b.align)),
            Binary::IntSub => shape(a.stride.wrapping_sub(b.stride), a.align.min(b.align)),
            Binary::IntMul => match (constant, self.body.constant(a_value)) {
                (Some(by), _) => shape(a.stride.wrapping_mul(by as i32), a.align.saturating_add(by.trailing_zeros() as u8)),
                (_, Some(by)) => shape(b.stride.wrapping_mul(by as i32), b.align.saturating_add(by.trailing_zeros() as u8)),
                _ if uniform => shape(0, a.align.saturating_add(b.align)),
                _ => Some(Shape::VARYING),
            },
            Binary::Shl => match constant {
                Some(by) => shape(a.stride.wrapping_shl(by), a.align.saturating_add((by & 31) as u8)),
                None if uniform => shape(0, 0),
                None => Some(Shape::VARYING),
            },
            Binary::And | Binary::RemUnsigned if !uniform => match constant {
                Some(by) if b.stride == 0 && aligned => {
                    let mask = if op == Binary::And { by } else { by.wrapping_sub(1) };
                    let is_low = mask & mask.wrapping_add(1) == 0 && (op == Binary::And || by.is_power_of_two());
                    let bits = mask.count_ones() as u8;
                    if is_low && bits >= a.align { shape(a.stride, a.align) } else { Some(Shape::VARYING) }
                }
                _ => Some(Shape::VARYING),
            },
            Binary::ShrUnsigned | Binary::DivUnsigned if !uniform => match constant {
                Some(by) if b.stride == 0 && aligned => {
                    let bits = if op == Binary::ShrUnsigned { by } else { by.trailing_zeros() };
                    let exact = op == Binary::ShrUnsigned || by.is_power_of_two();
                    if exact && bits >= u32::from(a.align) && bits < 32 { shape(0, 0) } else { Some(Shape::VARYING) }
                }
                _ => Some(Shape::VARYING),
            },
            _ if uniform => shape(0, 0),
            _ => Some(Shape::VARYING),
        }
    }
}

/// Writes into the body which stores blend.
struct Marking<'a> {
    structure: &'a Structure,
    states: &'a [State],
    stack: Vec<u32>,
    position: u32,
}

impl Marking<'_> {
    fn block(&mut self, block: &mut Block) {
        for statement in block {
            let at = self.position;
            self.position += 1;
            match statement {
                Stmt::Set { var, blend, .. } | Stmt::Charge { counter: var, blend, .. } => {
                    *blend = blends(self.structure, self.states, &self.stack, *var, at);
                }
                Stmt::If { id, accept, reject, .. } => self.inside(id.0, &mut [accept, reject]),
                Stmt::Loop { id, body, continuing, .. } => self.inside(id.0, &mut [body, continuing]),
                Stmt::Scope { id, body } => self.inside(id.0, &mut [body]),
                _ => {}
            }
        }
    }

    fn inside(&mut self, id: u32, blocks: &mut [&mut Block]) {
        self.stack.push(id);
        for block in blocks {
            self.block(block);
        }
        self.stack.pop();
        self.position += 1;
    }
}
