//! Which values may be open NaNs, and which of them must be repaired.
//!
//! Follows the body instruction by instruction with the class of every value on the stack and in every float local. Where ways meet, a local is whatever it may be on one of them. A loop's start is
//! met again from its end, so the walk is repeated until nothing changes.
//!
//! A value is repaired right after the instruction that made it, if something later takes its bits. A local that may hold open NaNs of several kinds, or open ones and bits that mean themselves, cannot be
//! repaired where it is read: if it is read for its bits, it is *kept* instead, that is, whatever is put into it is repaired before.

use wasmparser::{BlockType, MemArg, Operator, ValType};

use super::class;
use super::effect::{self, Effect, Width};
use crate::metering::body::{self, Body, Decoded, Sort};
use crate::metering::module::Module;
use crate::metering::shape::{self, Kind, Shape, tag};

/// Walks before the analysis gives up being clever and keeps every local.
const WALKS: u32 = 8;
/// Float locals times control instructions up to which it is tried at all.
const WORK: usize = 1 << 24;

/// Offset up to which the upper half of a store can be looked at.
const MOST_OFFSET: u64 = u32::MAX as u64 - 4;

/// A value on the stack.
#[derive(Debug, Clone, Copy)]
struct Value {
    class: u8,
    /// The instruction that made it.
    by: u32,
    /// The local that it was read from, if it was.
    local: Option<u32>,
}

/// The classes of the float locals, by their number among them.
type Locals = Vec<u8>;

/// A block that the walk is in.
struct Frame {
    block: u32,
    /// Height of the stack below it, without its parameters.
    base: usize,
    params: u32,
    results: u32,
    /// The locals where it ends, from branches to it so far.
    end: Option<Locals>,
    /// The locals where its `else` begins.
    els: Option<Locals>,
}

/// What is to be done after an instruction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::metering) struct Repair {
    /// Its result is an open NaN of this class, to be repaired; 0 if not.
    pub(in crate::metering) result: u8,
    /// Its result is the address of a store that is repaired in memory.
    pub(in crate::metering) address: bool,
    /// It has stored an open NaN of this class, to be repaired in memory; 0 if not.
    pub(in crate::metering) stored: u8,
}

/// A repair, and where.
#[derive(Debug, Clone, Copy)]
pub(in crate::metering) struct Mark {
    pub(in crate::metering) repair: Repair,
    /// Where in the body the instruction ends that it follows.
    pub(in crate::metering) next: u32,
    /// Where the instruction stores, if it does.
    pub(in crate::metering) memarg: Option<MemArg>,
}

/// What must be repaired in a body.
#[derive(Default)]
pub(in crate::metering) struct Repairs<'a> {
    /// The repairs, in the order of the body.
    pub(in crate::metering) marks: Vec<Mark>,
    /// All instructions of the body.
    decoded: Decoded<'a>,
    /// By instruction.
    at: Vec<Repair>,
    /// By local: its number among the float locals.
    floats: Vec<Option<u32>>,
    /// By float local: whether all that is put into it is repaired.
    kept: Vec<bool>,
    /// By block, for loops that were met: the locals where it starts.
    starts: Vec<Option<Locals>>,
    changed: bool,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    locals: Locals,
}

impl<'a> Repairs<'a> {
    /// Finds them. Nothing is repaired in a body without float arithmetic: all that enters it means itself.
    pub(in crate::metering) fn find(&mut self, module: &Module<'a>, body: &Body<'a>, shape: &Shape<'_>, ty: u32) -> wasmparser::Result<()> {
        self.marks.clear();
        if !module.instruments.canonical_nan || !body.arithmetic {
            return Ok(());
        }
        let mut decoded = std::mem::take(&mut self.decoded);
        body.decode(body.start..body.bytes.len() as u32, &mut decoded)?;
        self.follow(module, body, shape, &decoded, ty);
        for (i, repair) in self.at.iter().enumerate() {
            if *repair != Repair::default() {
                let memarg = match &decoded.ops[i] {
                    Operator::F32Store { memarg } | Operator::F64Store { memarg } => Some(*memarg),
                    _ => None,
                };
                self.marks.push(Mark { repair: *repair, next: decoded.at[i + 1], memarg });
            }
        }
        self.decoded = decoded;
        Ok(())
    }

    /// Walks through the body until nothing changes.
    fn follow(&mut self, module: &Module<'a>, body: &Body<'a>, shape: &Shape<'_>, decoded: &Decoded<'a>, ty: u32) {
        let mut count = 0;
        self.floats.clear();
        self.floats.extend(body.locals.iter().map(|ty| {
            let float = matches!(ty, ValType::F32 | ValType::F64 | ValType::V128);
            count += u32::from(float);
            float.then_some(count.wrapping_sub(1))
        }));
        let count = count as usize;
        let control = shape.of.iter().filter(|own| **own != tag::NONE).count();
        let careful = count.saturating_mul(control) <= WORK;
        self.kept.clear();
        self.kept.resize(count, !careful);
        self.starts.clear();
        self.starts.resize(shape.blocks.len(), None);
        for _ in 0..if careful { WALKS } else { 0 } {
            self.changed = false;
            self.walk(module, body, shape, decoded, ty);
            if !self.changed {
                return;
            }
        }
        // Every local is kept, so none is ever open; what else it is at a loop's start one walk cannot know.
        self.kept.fill(true);
        self.starts.fill(Some(vec![class::FIXED; count]));
        self.walk(module, body, shape, decoded, ty);
    }

    fn walk(&mut self, module: &Module<'a>, body: &Body<'a>, shape: &Shape<'_>, decoded: &Decoded<'a>, ty: u32) {
        let ty = module.ty(ty);
        self.at.clear();
        self.at.resize(decoded.ops.len(), Repair::default());
        self.stack.clear();
        self.frames.clear();
        self.locals.clear();
        // Parameters mean themselves; other locals start as 0.
        for (local, number) in self.floats.iter().enumerate() {
            if number.is_some() {
                self.locals.push(if local < ty.params().len() { class::FIXED } else { 0 });
            }
        }
        self.frames.push(Frame { block: tag::FUNCTION, base: 0, params: 0, results: ty.results().len() as u32, end: None, els: None });
        // What follows a branch in its block is dead until the block's end; its end and `else` are not.
        let mut dead = false;
        let mut specials = body.specials.iter().zip(&shape.of).peekable();
        for (i, op) in decoded.ops.iter().enumerate() {
            let own = match specials.next_if(|(special, _)| special.at == decoded.at[i]) {
                Some((_, &tag::DEAD)) => continue,
                None if dead => continue,
                Some((_, own)) => *own,
                None => tag::NONE,
            };
            match op {
                Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                    self.enter(module, shape, op, own, *blockty, i);
                }
                Operator::Else => self.middle(dead, i),
                Operator::End => self.leave(shape, dead, i),
                Operator::Br { relative_depth } => self.branch(shape, *relative_depth),
                Operator::BrIf { relative_depth } => {
                    self.take(1);
                    self.branch(shape, *relative_depth);
                }
                Operator::BrTable { targets } => {
                    self.take(1);
                    for depth in targets.targets().flatten().chain([targets.default()]) {
                        self.branch(shape, depth);
                    }
                }
                Operator::Return => self.fix(self.frames[0].results),
                Operator::Call { function_index } => {
                    let ty = module.ty(module.type_of_function(*function_index));
                    self.call(ty.params().len() as u32, ty.results().len() as u32, i);
                }
                Operator::CallIndirect { type_index, .. } => {
                    self.take(1);
                    let ty = module.ty(*type_index);
                    self.call(ty.params().len() as u32, ty.results().len() as u32, i);
                }
                Operator::LocalGet { local_index } => self.get(body, *local_index, i),
                Operator::LocalSet { local_index } => self.set(body, *local_index, i, false),
                Operator::LocalTee { local_index } => self.set(body, *local_index, i, true),
                Operator::F32Store { memarg } | Operator::F64Store { memarg } => self.store(&decoded.ops, *memarg, i),
                _ => self.plain(op, i),
            }
            dead = shape::ends_path(op);
        }
    }

    fn push(&mut self, class: u8, by: usize) {
        self.stack.push(Value { class, by: by as u32, local: None });
    }

    /// The last `count` values go, whatever they are.
    fn take(&mut self, count: usize) {
        let height = self.stack.len().saturating_sub(count);
        self.stack.truncate(height);
    }

    /// The value at `place` of the stack is taken for its bits.
    fn observe(&mut self, place: usize) {
        let Some(value) = self.stack.get_mut(place) else { return };
        if !class::is_open(value.class) {
            return;
        }
        let repaired = if class::is_mixed(value.class) {
            // Only a local that was read can be mixed: whatever joins values repairs them first.
            if let Some(number) = value.local.and_then(|local| self.floats[local as usize]) {
                self.changed |= !self.kept[number as usize];
                self.kept[number as usize] = true;
            }
            class::FIXED
        } else {
            self.at[value.by as usize].result = value.class & (class::OPEN | class::VECTOR);
            // The canonical NaN with sign 0 is what an open one stands for, so it goes with those.
            match value.class & class::OPEN {
                class::F32 => 0,
                class::F64 => value.class & class::FIXED_F32,
                _ => class::FIXED,
            }
        };
        value.class = value.class & class::VECTOR | repaired;
    }

    /// The last `count` values are taken for their bits, and stay.
    fn fix(&mut self, count: u32) {
        let height = self.stack.len();
        for place in height.saturating_sub(count as usize)..height {
            self.observe(place);
        }
    }

    fn call(&mut self, params: u32, results: u32, by: usize) {
        self.fix(params);
        self.take(params as usize);
        for _ in 0..results {
            self.push(class::FIXED, by);
        }
    }

    fn get(&mut self, body: &Body<'_>, local: u32, by: usize) {
        let class = self.class_of(body, local);
        self.stack.push(Value { class, by: by as u32, local: Some(local) });
    }

    fn set(&mut self, body: &Body<'_>, local: u32, by: usize, stays: bool) {
        let Some(place) = self.stack.len().checked_sub(1) else { return };
        if let Some(number) = self.floats[local as usize] {
            let number = number as usize;
            if self.kept[number] || class::is_mixed(self.stack[place].class) {
                self.observe(place);
            }
            self.locals[number] = self.stack[place].class & !class::VECTOR;
        }
        if stays {
            self.stack[place] = Value { class: self.class_of(body, local), by: by as u32, local: Some(local) };
        } else {
            self.stack.truncate(place);
        }
    }

    fn class_of(&self, body: &Body<'_>, local: u32) -> u8 {
        let Some(number) = self.floats[local as usize] else { return class::FIXED };
        let number = number as usize;
        // Nothing open is put into a local that is kept, whatever a walk thought before it was.
        let class = if self.kept[number] { self.locals[number] & !class::OPEN } else { self.locals[number] };
        class | vector(body, local)
    }

    fn plain(&mut self, op: &Operator<'_>, by: usize) {
        let (effect, vector) = effect::of(op);
        let (takes, gives) = effect::arity(op).unwrap_or((0, 0));
        let height = self.stack.len();
        let first = height.saturating_sub(takes as usize);
        let class = match effect {
            Effect::Arithmetic(from, to) => {
                self.numbers(first, from);
                to.open() | to.besides()
            }
            Effect::Number(width) => {
                self.numbers(first, width);
                class::FIXED
            }
            Effect::Abs(width) => class::positive(self.sign(first, width)),
            Effect::Neg(width) => negated(self.sign(first, width)),
            Effect::Choice { width, besides } => self.choice(first, height - usize::from(besides), width),
            Effect::Clean(width) => {
                self.fix(takes);
                width.besides()
            }
            Effect::Constant(class) => class,
            Effect::Drop => 0,
            Effect::Bits => {
                self.fix(takes);
                class::FIXED
            }
        };
        // A selected vector is one.
        let vector = vector | if matches!(op, Operator::Select | Operator::TypedSelect { .. }) { class & class::VECTOR } else { 0 };
        self.stack.truncate(first);
        for _ in 0..gives {
            self.push(class & !class::VECTOR | vector, by);
        }
    }

    /// A store of a scalar: an open NaN is repaired in memory, if its address can be kept.
    fn store(&mut self, ops: &[Operator<'_>], memarg: MemArg, by: usize) {
        let Some(place) = self.stack.len().checked_sub(1) else { return };
        let class = self.stack[place].class;
        let address = place.checked_sub(1).map(|place| self.stack[place].by as usize);
        match address {
            Some(address)
                if class::is_open(class)
                    && !class::is_mixed(class)
                    && body::sort(&ops[address]) != Sort::Special
                    && memarg.offset <= MOST_OFFSET =>
            {
                self.at[address].address = true;
                self.at[by].stored = class;
            }
            _ => self.observe(place),
        }
        self.take(2);
    }

    fn class_at(&self, place: usize) -> u8 {
        self.stack.get(place).map_or(class::FIXED, |value| value.class)
    }

    /// The values from `first` on are taken as numbers of this width: lanes of another width are bits.
    fn numbers(&mut self, first: usize, width: Width) {
        for place in first..self.stack.len() {
            if self.stack[place].class & class::OPEN & !width.all() != 0 {
                self.observe(place);
            }
        }
    }

    /// The class of the value whose sign alone is changed.
    fn sign(&mut self, place: usize, width: Width) -> u8 {
        self.numbers(place, width);
        if class::is_mixed(self.class_at(place)) {
            self.observe(place);
        }
        self.class_at(place)
    }

    /// The class of one of the values from `first` to `end`. If they do not go together the open ones are repaired.
    fn choice(&mut self, first: usize, end: usize, width: Option<Width>) -> u8 {
        let mut class = 0;
        for place in first..end {
            if let Some(width) = width
                && self.stack[place].class & class::OPEN & !width.all() != 0
            {
                self.observe(place);
            }
            class |= self.stack[place].class;
        }
        if class::is_mixed(class) {
            class = 0;
            for place in first..end {
                self.observe(place);
                class |= self.stack[place].class;
            }
        }
        class | width.map_or(0, Width::besides)
    }

    fn enter(&mut self, module: &Module<'_>, shape: &Shape<'_>, op: &Operator<'_>, own: u32, ty: BlockType, by: usize) {
        if matches!(op, Operator::If { .. }) {
            self.take(1);
        }
        let (params, results) = match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => (module.ty(index).params().len() as u32, module.ty(index).results().len() as u32),
        };
        self.fix(params);
        self.take(params as usize);
        let base = self.stack.len();
        for _ in 0..params {
            self.push(class::FIXED, by);
        }
        let mut frame = Frame { block: own, base, params, results, end: None, els: None };
        match shape.blocks[own as usize].kind {
            Kind::Block => {}
            Kind::If => frame.els = Some(self.locals.clone()),
            Kind::Loop => {
                // What an earlier walk found out at the branches to it, and what comes from above.
                join(&mut self.starts[own as usize], &self.locals);
                if let Some(start) = &self.starts[own as usize] {
                    self.locals.clone_from(start);
                }
            }
        }
        self.frames.push(frame);
    }

    fn middle(&mut self, dead: bool, by: usize) {
        if !dead && let Some(results) = self.frames.last().map(|frame| frame.results) {
            self.fix(results);
        }
        let Some(frame) = self.frames.last_mut() else { return };
        if !dead {
            join(&mut frame.end, &self.locals);
        }
        if let Some(els) = frame.els.take() {
            self.locals = els;
        }
        let (base, params) = (frame.base, frame.params);
        self.stack.truncate(base);
        for _ in 0..params {
            self.push(class::FIXED, by);
        }
    }

    fn leave(&mut self, shape: &Shape<'_>, dead: bool, by: usize) {
        if !dead && let Some(results) = self.frames.last().map(|frame| frame.results) {
            self.fix(results);
        }
        let Some(mut frame) = self.frames.pop() else { return };
        let is_loop = shape.blocks.get(frame.block as usize).is_some_and(|block| block.kind == Kind::Loop);
        if !is_loop {
            if !dead {
                join(&mut frame.end, &self.locals);
            }
            // An `if` without `else` ends where its condition is 0, too.
            if let Some(els) = frame.els {
                join(&mut frame.end, &els);
            }
            // A block whose end nobody reaches leaves the locals as they are: nothing is executed after it.
            if let Some(end) = frame.end {
                self.locals = end;
            }
        }
        self.stack.truncate(frame.base);
        for _ in 0..frame.results {
            self.push(class::FIXED, by);
        }
    }

    fn branch(&mut self, shape: &Shape<'_>, depth: u32) {
        let Some(place) = self.frames.len().checked_sub(1 + depth as usize) else { return };
        let frame = &self.frames[place];
        let own = frame.block as usize;
        if shape.blocks.get(own).is_some_and(|block| block.kind == Kind::Loop) {
            self.fix(frame.params);
            if let Some(start) = &mut self.starts[own] {
                self.changed |= meet(start, &self.locals);
            }
        } else {
            self.fix(frame.results);
            join(&mut self.frames[place].end, &self.locals);
        }
    }
}

/// `into` becomes whatever either may be; says whether it changed.
fn meet(into: &mut Locals, other: &[u8]) -> bool {
    let mut changed = 0;
    for (into, other) in into.iter_mut().zip(other) {
        changed |= !*into & other;
        *into |= other;
    }
    changed != 0
}

fn join(into: &mut Option<Locals>, other: &Locals) {
    match into {
        Some(into) => {
            meet(into, other);
        }
        None => *into = Some(other.clone()),
    }
}

/// With the other sign. A canonical NaN, too, is then one that is not.
fn negated(class: u8) -> u8 {
    if class::is_open(class) { class::negated(class) } else { class | class::FIXED }
}

fn vector(body: &Body<'_>, local: u32) -> u8 {
    if body.locals[local as usize] == ValType::V128 { class::VECTOR } else { 0 }
}
