//! Writes a body with its instruments.
//!
//! Bytes of the body that need no change are copied as they are; the numbers of functions, globals and labels stay what they were, those of locals move by the added parameters.

use wasm_encoder::{BlockType, Encode, InstructionSink, ValType};
use wasmparser::Operator;

use super::body::Body;
use super::charge::Charges;
use super::cost::{Cost, Length};
use super::counted::{Bound, Counted};
use super::layout::Layout;
use super::module::Module;
use super::nan::{self, Mark, Repairs};
use super::shape::{self, Shape, tag};

/// Fuel that is paid for at one time.
const SLICE: i64 = super::SLICE.cast_signed();
/// What a counted loop costs that never ends: more than any limit.
const ENDLESS: i64 = 1 << 60;

/// Bodies as they are written, one behind the other.
#[derive(Default)]
pub(super) struct Written {
    /// Each with its length before it, as the code section has them.
    pub(super) bytes: Vec<u8>,
    /// How many they are.
    pub(super) functions: u32,
    /// Of each function that has any, by its index: the offsets in its body of the `if`s of ours, and whether their condition is nearly always true, or false.
    pub(super) hints: Vec<(u32, Vec<(u32, bool)>)>,
}

impl Written {
    /// Room for bodies that were so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes * 7 / 4), ..Self::default() }
    }
}

/// What is known of the function that is written.
pub(super) struct Function<'f, 'a> {
    pub(super) module: &'f Module<'a>,
    pub(super) body: &'f Body<'a>,
    pub(super) shape: &'f Shape<'a>,
    pub(super) charges: &'f Charges,
    pub(super) repairs: &'f Repairs<'a>,
    pub(super) layout: Layout,
    /// Its index.
    pub(super) index: u32,
    /// Index of the function's type.
    pub(super) ty: u32,
    /// Its weight in depth.
    pub(super) weight: i32,
}

/// A body that is being written.
pub(super) struct Writer<'f, 'a> {
    function: &'f Function<'f, 'a>,
    out: Vec<u8>,
    hints: Vec<(u32, bool)>,
    /// How far the body is copied.
    copied: usize,
    /// How many of the numbers of locals that move have been passed.
    moved: usize,
    /// Locals added behind the function's own.
    added: Vec<ValType>,
    /// The added locals that hold numbers for a few instructions.
    scratch64: Option<u32>,
    scratch32: Option<u32>,
    pub(super) repair_scratch: nan::Scratch,
    /// Added locals that hold addresses of stores, and those among them that hold none now.
    kept: Vec<u32>,
    addresses: Vec<u32>,
}

impl<'f, 'a> Writer<'f, 'a> {
    /// Writes `function` behind those that are written. `out` is what is kept from function to function. Says how long the body is.
    pub(super) fn write(function: &'f Function<'f, 'a>, out: &mut Vec<u8>, written: &mut Written) -> usize {
        out.clear();
        let mut writer = Self {
            function,
            out: std::mem::take(out),
            hints: Vec::new(),
            copied: 0,
            moved: 0,
            added: Vec::new(),
            scratch64: None,
            scratch32: None,
            repair_scratch: nan::Scratch::default(),
            kept: Vec::new(),
            addresses: Vec::new(),
        };
        writer.whole();
        let bytes = writer.finish(written);
        *out = writer.out;
        bytes
    }

    /// What is known of the function.
    pub(super) fn function(&self) -> &'f Function<'f, 'a> {
        self.function
    }

    /// The instructions that follow are appended to the body.
    pub(super) fn emit(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.out)
    }

    /// A new local.
    pub(super) fn add_local(&mut self, ty: ValType) -> u32 {
        let index = self.function.body.locals.len() + self.function.layout.added() as usize + self.added.len();
        self.added.push(ty);
        index as u32
    }

    fn scratch64(&mut self) -> u32 {
        if let Some(local) = self.scratch64 {
            return local;
        }
        let local = self.add_local(ValType::I64);
        *self.scratch64.insert(local)
    }

    fn scratch32(&mut self) -> u32 {
        if let Some(local) = self.scratch32 {
            return local;
        }
        let local = self.add_local(ValType::I32);
        *self.scratch32.insert(local)
    }

    /// An `if` without parameters and results whose condition is nearly always `usual`.
    pub(super) fn if_usually(&mut self, usual: bool) {
        self.hints.push((self.out.len() as u32, usual));
        self.emit().if_(BlockType::Empty);
    }

    /// Puts the declarations of locals before the instructions, and the length before both.
    fn finish(&mut self, written: &mut Written) -> usize {
        let body = self.function.body;
        let added = runs(&self.added);
        let mut header = Vec::new();
        (body.groups.len() + added.len()).encode(&mut header);
        for (count, ty) in &body.groups {
            count.encode(&mut header);
            value_type(*ty).encode(&mut header);
        }
        for (count, ty) in added {
            count.encode(&mut header);
            ty.encode(&mut header);
        }
        let bytes = header.len() + self.out.len();
        bytes.encode(&mut written.bytes);
        written.bytes.extend_from_slice(&header);
        written.bytes.extend_from_slice(&self.out);
        written.functions += 1;
        if !self.hints.is_empty() {
            let hints = self.hints.drain(..).map(|(at, usual)| (at + header.len() as u32, usual)).collect();
            written.hints.push((self.function.index, hints));
        }
        bytes
    }

    fn whole(&mut self) {
        let Function { body, shape, charges, repairs, layout, weight, .. } = self.function;
        let instruments = layout.instruments;
        self.probe_entry();
        if instruments.fuel && shape.calls {
            self.check();
        }
        if instruments.depth && shape.calls {
            self.enter(*weight);
        }
        if instruments.fuel {
            self.charge(i64::from(charges.entry));
        }
        if shape.branches_out {
            let ty = self.function.module.result_block(self.function.ty);
            self.emit().block(ty);
        }
        self.copied = body.start as usize;
        let last = body.specials.len() - 1;
        let mut marks = repairs.marks.iter().peekable();
        let mut dead = false;
        for (i, special) in body.specials.iter().enumerate() {
            let own = shape.of[i];
            if own == tag::DEAD {
                continue;
            }
            let (at, next) = (special.at as usize, special.next as usize);
            if std::mem::take(&mut dead) {
                // What follows a branch, to where its block ends.
                self.copied = at;
            }
            while let Some(mark) = marks.next_if(|mark| mark.next <= special.at) {
                self.copy_to(mark.next as usize);
                self.repairs(mark);
            }
            match &special.op {
                Operator::LocalGet { local_index } => {
                    self.instead(at, next);
                    self.emit().local_get(layout.local(*local_index));
                }
                Operator::LocalSet { local_index } => {
                    self.instead(at, next);
                    self.emit().local_set(layout.local(*local_index));
                }
                Operator::LocalTee { local_index } => {
                    self.instead(at, next);
                    self.emit().local_tee(layout.local(*local_index));
                }
                Operator::Call { function_index } => {
                    self.instead(at, next);
                    self.call(*function_index);
                }
                Operator::CallIndirect { type_index, table_index } => {
                    self.instead(at, next);
                    self.call_indirect(*type_index, *table_index);
                }
                Operator::RefFunc { function_index } => {
                    self.instead(at, next);
                    let index = self.function.module.reference(*function_index);
                    self.emit().ref_func(index);
                }
                Operator::Return if instruments.fuel => {
                    self.instead(at, next);
                    self.probe_exit();
                    self.emit().local_get(layout.fuel()).return_();
                }
                Operator::End if i == last => {
                    self.instead(at, next);
                    if shape.branches_out {
                        self.emit().end();
                    }
                    self.probe_exit();
                    if instruments.fuel {
                        self.emit().local_get(layout.fuel());
                    }
                    self.emit().end();
                }
                Operator::End if instruments.fuel && charges.edge[i] != 0 => {
                    self.instead(at, next);
                    self.emit().else_();
                    self.charge(i64::from(charges.edge[i]));
                    self.emit().end();
                }
                Operator::BrIf { relative_depth } if instruments.fuel && charges.edge[i] != 0 => {
                    self.instead(at, next);
                    self.emit().if_(BlockType::Empty);
                    self.charge(i64::from(charges.edge[i]));
                    self.emit().br(relative_depth + 1).end();
                }
                Operator::Loop { .. } if instruments.fuel => {
                    let block = &shape.blocks[own as usize];
                    if let Some(counted) = &block.counted {
                        self.copy_to(at);
                        self.prepay(counted, charges.iteration[own as usize]);
                    } else {
                        self.copy_to(next);
                        self.check();
                    }
                }
                _ => {
                    if instruments.fuel
                        && let Cost::Length(length) = special.cost
                    {
                        self.copy_to(at);
                        self.length(length);
                    }
                }
            }
            if let Some(mark) = marks.next_if(|mark| mark.next == special.next) {
                self.copy_to(next);
                self.repairs(mark);
            }
            if instruments.fuel && charges.after[i] != 0 {
                self.copy_to(next);
                self.charge(i64::from(charges.after[i]));
            }
            if shape::ends_path(&special.op) {
                self.copy_to(next);
                dead = true;
            }
        }
    }

    /// Copies the body up to `end`, with the locals that moved.
    fn copy_to(&mut self, end: usize) {
        let from = std::mem::replace(&mut self.copied, end);
        let to = self.out.len();
        let body = self.function.body;
        self.out.extend_from_slice(&body.bytes[from..end]);
        let added = self.function.layout.added() as u8;
        while let Some(at) = body.moved.get(self.moved).map(|at| *at as usize).filter(|at| *at < end) {
            self.moved += 1;
            // One before it was passed over.
            if at >= from {
                self.out[to + at - from] += added;
            }
        }
    }

    /// Copies the body up to `at`; what stands from there to `next` is not copied.
    fn instead(&mut self, at: usize, next: usize) {
        self.copy_to(at);
        self.copied = next;
    }

    /// What is to be done after an instruction about NaNs.
    fn repairs(&mut self, mark: &Mark) {
        let repair = mark.repair;
        if repair.result != 0 {
            self.repair(repair.result);
        }
        if repair.address {
            let address = self.addresses.pop().unwrap_or_else(|| self.add_local(ValType::I32));
            self.emit().local_tee(address);
            self.kept.push(address);
        }
        if repair.stored != 0
            && let Some(memarg) = mark.memarg
            // Addresses are kept and used in the order of the stack.
            && let Some(address) = self.kept.pop()
        {
            self.repair_stored(repair.stored, memarg, address);
            self.addresses.push(address);
        }
    }

    /// Charges what is known; negative gives back what was charged ahead.
    fn charge(&mut self, cost: i64) {
        if cost != 0 {
            let fuel = self.function.layout.fuel();
            // Added, since compilers have one instruction for that and two for a difference.
            self.emit().local_get(fuel).i64_const(-cost).i64_add().local_set(fuel);
        }
    }

    /// A check point: pays for what was executed, or ends the job.
    ///
    /// With fuel f below 0, ⌈−f / slice⌉ slices are needed: −(f & −slice). They leave f & (slice − 1).
    ///
    /// **Why does the job end in a conversion?** With the reserve below 0 the bits are those of a NaN, which has no integer: a trap. An `if` would end in a block that compilers put in the middle of the code
    /// that is seldom left, and a division wants registers of its own; the loop around pays for both (`fib`: 1.6 and 1.3 instead of 1.15 times the time without metering).
    fn check(&mut self) {
        let fuel = self.function.layout.fuel();
        let reserve = self.function.layout.globals.reserve;
        self.emit().local_get(fuel).i64_const(0).i64_lt_s();
        self.if_usually(false);
        let scratch = self.scratch64();
        self.emit().global_get(reserve).local_get(fuel).i64_const(-SLICE).i64_and().i64_add().local_tee(scratch).global_set(reserve);
        self.emit().local_get(fuel).i64_const(SLICE - 1).i64_and().local_set(fuel);
        self.emit().local_get(scratch).i64_const(63).i64_shr_s().i32_wrap_i64().f32_reinterpret_i32().i32_trunc_f32_s().drop().end();
    }

    /// Ends the job unless the function's weight is left of the depth.
    fn enter(&mut self, weight: i32) {
        let layout = self.function.layout;
        self.emit().local_get(layout.depth()).i32_const(weight).i32_lt_s();
        self.if_usually(false);
        if layout.instruments.fuel {
            self.emit().local_get(layout.fuel()).global_set(layout.globals.slice);
        }
        self.emit().i32_const(-1).global_set(layout.globals.depth).unreachable().end();
    }

    fn call(&mut self, function: u32) {
        let layout = self.function.layout;
        let fuel = layout.fuel();
        if self.function.module.is_import(function) {
            if layout.instruments.fuel {
                let slice = layout.globals.slice;
                self.emit().local_get(fuel).global_set(slice).call(function).global_get(slice).local_set(fuel);
            } else {
                self.emit().call(function);
            }
            return;
        }
        self.pass();
        self.emit().call(function);
        if layout.instruments.fuel {
            self.emit().local_set(fuel);
        }
    }

    fn call_indirect(&mut self, ty: u32, table: u32) {
        let layout = self.function.layout;
        let ty = self.function.module.metered_type(ty);
        if layout.added() > 0 {
            let element = self.scratch32();
            self.emit().local_set(element);
            self.pass();
            self.emit().local_get(element);
        }
        self.emit().call_indirect(table, ty);
        if layout.instruments.fuel {
            self.emit().local_set(layout.fuel());
        }
    }

    /// Pushes what every function is passed.
    fn pass(&mut self) {
        let layout = self.function.layout;
        if layout.instruments.fuel {
            self.emit().local_get(layout.fuel());
        }
        if layout.instruments.depth {
            let weight = self.function.weight;
            self.emit().local_get(layout.depth()).i32_const(-weight).i32_add();
        }
    }

    /// Charges by the length on the stack, which stays there, and checks.
    fn length(&mut self, length: Length) {
        let fuel = self.function.layout.fuel();
        let count = self.scratch32();
        self.emit().local_tee(count).local_get(fuel).local_get(count);
        // (length, fuel, length): what is left goes back to fuel.
        self.emit().i64_extend_i32_u();
        match length.shift() {
            0 => {}
            shift if shift < 0 => {
                self.emit().i64_const(-shift).i64_shr_u();
            }
            shift => {
                self.emit().i64_const(shift).i64_shl();
            }
        }
        self.emit().i64_sub().local_set(fuel);
        self.check();
    }

    /// Before a counted loop: charges for all its iterations and checks.
    ///
    /// N is the least N ≥ 1 with counter + N · step ≡ bound (mod 2³²). With d = bound − counter and step = odd · 2ᵏ: there is none unless 2ᵏ divides d; else
    /// N ≡ (d / 2ᵏ) · odd⁻¹ (mod 2³²⁻ᵏ), and 0 stands for 2³²⁻ᵏ.
    fn prepay(&mut self, counted: &Counted, cost: i32) {
        let layout = self.function.layout;
        let fuel = layout.fuel();
        let zeros = counted.step.trailing_zeros();
        let odd = counted.step >> zeros;
        let scratch = self.scratch32();
        match counted.bound {
            Bound::Local(local) => self.emit().local_get(layout.local(local)),
            Bound::Const(value) => self.emit().i32_const(value),
        };
        self.emit().local_get(layout.local(counted.counter)).i32_sub();
        if zeros > 0 {
            self.emit().local_tee(scratch).i32_const(zeros.cast_signed()).i32_shr_u();
        }
        if odd != 1 {
            self.emit().i32_const(inverse(odd)).i32_mul();
        }
        self.emit().i32_const(1).i32_sub();
        if zeros > 0 || odd != 1 {
            self.emit().i32_const((u32::MAX >> zeros).cast_signed()).i32_and();
        }
        self.emit().i64_extend_i32_u().i64_const(1).i64_add().i64_const(i64::from(cost)).i64_mul();
        if zeros > 0 {
            self.emit().i64_const(ENDLESS).local_get(scratch).i32_const(((1_u32 << zeros) - 1).cast_signed()).i32_and().i32_eqz().select();
        }
        // (cost of all): fuel − it
        let whole = self.scratch64();
        self.emit().local_set(whole).local_get(fuel).local_get(whole).i64_sub().local_set(fuel);
        self.check();
    }
}

/// The inverse of an odd number modulo 2³², by Newton's iteration: each step doubles the bits that are right, three of them at the start.
fn inverse(odd: i32) -> i32 {
    let mut inverse = odd;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_i32.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

/// Types with how often each stands in a row.
fn runs(types: &[ValType]) -> Vec<(u32, ValType)> {
    let mut runs: Vec<(u32, ValType)> = Vec::new();
    for ty in types {
        match runs.last_mut() {
            Some((count, last)) if last == ty => *count += 1,
            _ => runs.push((1, *ty)),
        }
    }
    runs
}

/// A type of an admitted module.
pub(super) fn value_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        // The only reference that the profile admits.
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
    }
}
