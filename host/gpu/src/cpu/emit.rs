//! Wasm from a body whose shapes are known.
//!
//! A uniform or affine value is a scalar local (of lane 0), a varying one `groups` locals of type `v128`, four lanes each: with two groups a pack has eight lanes, which
//! hides the latency of vector instructions and halves what the scalar part costs. A bool is 0 or 1 as a scalar, and 0 or all ones in each lane of a vector, so that
//! it is a mask as it is. Every value goes through a local: Cranelift builds its own SSA form and schedules pure operations anew, so nothing is lost by that.

mod atomic;
mod control;
mod function;
mod kernel;
mod memory;
mod module;
mod scalar;
mod vector;

use wasm_encoder::{BlockType, Ieee32, InstructionSink, ValType};

use super::failure::Failure;
use super::ir::{Body, Construct, Input, Kind, Op, Value, Var};
use super::race::Site;
use super::shape::Shapes;
use super::structure::Structure;
pub(super) use module::{Layout, compile};

/// Most vectors that a varying value takes.
pub(super) const GROUPS_MAX: usize = 2;
/// More locals than any function that compiles in reasonable time; wasm's own limit is 50,000.
const LOCALS_MAX: usize = 40_000;

/// Where a value or variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loc {
    /// Nowhere yet.
    None,
    Scalar(u32),
    Vector([u32; GROUPS_MAX]),
}

/// The lanes that are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mask {
    All,
    /// Locals with a mask each.
    Some([u32; GROUPS_MAX]),
}

/// An operand of a vector operation.
#[derive(Debug, Clone, Copy)]
enum Arg {
    /// Vector `1` of a value.
    Value(Value, usize),
    Local(u32),
}

/// A construct whose code is being written.
#[derive(Debug, Clone, Copy)]
struct Open {
    id: Construct,
    /// Label behind its end.
    exit: u32,
    /// Label before a loop's continuing block.
    next: u32,
    /// Lanes that left it from inside inner loops and scopes, and lanes that continued.
    gone: Option<[u32; GROUPS_MAX]>,
    continued: Option<[u32; GROUPS_MAX]>,
}

/// Bases of memory, in locals.
#[derive(Debug, Clone, Default)]
struct Bases {
    slots: Vec<u32>,
    workgroup: u32,
    table: u32,
    /// The pack's frame.
    frame: u32,
    /// Sixteen bytes that nobody reads.
    sink: u32,
    /// Control block, for the word that ends a dispatch.
    control: u32,
}

/// Writes one function.
struct Emitter<'a> {
    body: &'a Body,
    shapes: &'a Shapes,
    structure: &'a Structure,
    calls: &'a mut function::Calls,
    groups: usize,
    code: Vec<u8>,
    params: u32,
    locals: Vec<ValType>,
    values: Vec<Loc>,
    vars: Vec<Loc>,
    mask: Mask,
    depth: u32,
    open: Vec<Open>,
    /// Where to go when no lane is on any more.
    skip: Vec<u32>,
    /// For each loop and scope: the loops and scopes further out that masked exits inside it go to.
    through: Vec<Vec<(u32, bool)>>,
    /// For each loop and scope: whether a masked exit reaches it from inside another.
    crossed: Vec<bool>,
    /// Scopes around barriers that some packs or lanes leave before others.
    left: Vec<bool>,
    bases: Bases,
    /// Where scratch memory starts in the frame.
    scratch_offset: u32,
    budget: u32,
    /// Places that touch memory, if races are to be detected.
    sites: Option<Vec<Site>>,
    /// `local_invocation_index` of the pack's lane 0.
    index: u32,
    failure: Option<Failure>,
    inputs: std::collections::HashMap<Input, Loc>,
}

impl<'a> Emitter<'a> {
    fn new(
        body: &'a Body,
        shapes: &'a Shapes,
        structure: &'a Structure,
        calls: &'a mut function::Calls,
        groups: usize,
        params: u32,
    ) -> Self {
        let mut emitter = Self {
            body,
            shapes,
            structure,
            calls,
            groups,
            code: Vec::new(),
            params,
            locals: Vec::new(),
            values: vec![Loc::None; body.values.len()],
            vars: Vec::new(),
            mask: Mask::All,
            depth: 0,
            open: Vec::new(),
            skip: Vec::new(),
            through: vec![Vec::new(); body.constructs as usize],
            crossed: vec![false; body.constructs as usize],
            left: vec![false; body.constructs as usize],
            bases: Bases::default(),
            scratch_offset: 0,
            budget: 0,
            sites: None,
            index: 0,
            failure: None,
            inputs: std::collections::HashMap::new(),
        };
        for (index, kind) in body.vars.iter().enumerate() {
            let loc = if !structure.read[index] {
                Loc::None
            } else if shapes.vars[index].varying {
                Loc::Vector(emitter.vector_locals())
            } else {
                Loc::Scalar(emitter.scalar_local(*kind))
            };
            emitter.vars.push(loc);
        }
        emitter
    }

    fn w(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    // ---- locals

    fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        if self.locals.len() > LOCALS_MAX && self.failure.is_none() {
            self.failure = Some(Failure::TooLarge(format!("more than {LOCALS_MAX} values at once")));
        }
        self.params + self.locals.len() as u32 - 1
    }

    fn scalar_local(&mut self, kind: Kind) -> u32 {
        self.local(if kind == Kind::Float { ValType::F32 } else { ValType::I32 })
    }

    fn vector_locals(&mut self) -> [u32; GROUPS_MAX] {
        let mut locals = [0; GROUPS_MAX];
        for local in &mut locals[..self.groups] {
            *local = self.local(ValType::V128);
        }
        locals
    }

    // ---- blocks

    fn block(&mut self) -> u32 {
        self.w().block(BlockType::Empty);
        self.depth += 1;
        self.depth - 1
    }

    fn loop_(&mut self) -> u32 {
        self.w().loop_(BlockType::Empty);
        self.depth += 1;
        self.depth - 1
    }

    /// `if`, with its condition on the stack.
    fn if_(&mut self) -> u32 {
        self.w().if_(BlockType::Empty);
        self.depth += 1;
        self.depth - 1
    }

    fn else_(&mut self) {
        self.w().else_();
    }

    fn end(&mut self) {
        self.depth -= 1;
        self.w().end();
    }

    fn br(&mut self, label: u32) {
        let relative = self.depth - label - 1;
        self.w().br(relative);
    }

    fn br_if(&mut self, label: u32) {
        let relative = self.depth - label - 1;
        self.w().br_if(relative);
    }

    // ---- constants and operands

    fn lanes(&self) -> u32 {
        4 * self.groups as u32
    }

    fn v128(&mut self, words: [u32; 4]) {
        let mut bytes = [0; 16];
        for (index, word) in words.into_iter().enumerate() {
            bytes[4 * index..4 * index + 4].copy_from_slice(&word.to_le_bytes());
        }
        self.w().v128_const(i128::from_le_bytes(bytes));
    }

    fn splat_const(&mut self, word: u32) {
        self.v128([word; 4]);
    }

    fn i32(&mut self, value: u32) {
        self.w().i32_const(value as i32);
    }

    fn get(&mut self, local: u32) {
        self.w().local_get(local);
    }

    fn set(&mut self, local: u32) {
        self.w().local_set(local);
    }

    fn loc(&self, value: Value) -> Loc {
        match self.body.op(value) {
            Op::Input(input) => self.inputs.get(input).copied().unwrap_or(Loc::None),
            _ => self.values[value.0 as usize],
        }
    }

    fn stride(&self, value: Value) -> i32 {
        self.shapes.values[value.0 as usize].stride
    }

    fn is_varying(&self, value: Value) -> bool {
        self.shapes.values[value.0 as usize].varying
    }

    fn is_uniform(&self, value: Value) -> bool {
        self.shapes.values[value.0 as usize].is_uniform()
    }

    /// The value of lane 0 of a value that does not vary.
    fn push_scalar(&mut self, value: Value) {
        let kind = self.body.kind(value);
        if let Some(bits) = self.body.constant(value) {
            match kind {
                Kind::Float => {
                    self.w().f32_const(Ieee32::new(bits));
                }
                Kind::Bool | Kind::Int => self.i32(bits),
            }
            return;
        }
        match self.loc(value) {
            Loc::Scalar(local) => self.get(local),
            Loc::Vector(locals) => {
                // Control flow that must be uniform, asked of the first lane.
                self.get(locals[0]);
                match kind {
                    Kind::Float => {
                        self.w().f32x4_extract_lane(0);
                    }
                    Kind::Int => {
                        self.w().i32x4_extract_lane(0);
                    }
                    Kind::Bool => {
                        self.w().i32x4_extract_lane(0).i32_const(1).i32_and();
                    }
                }
            }
            Loc::None => self.missing(value),
        }
    }

    /// Vector `group` of a value.
    fn push_vector(&mut self, value: Value, group: usize) {
        let kind = self.body.kind(value);
        if let Some(bits) = self.body.constant(value) {
            let word = if kind == Kind::Bool && bits != 0 { u32::MAX } else { bits };
            return self.splat_const(word);
        }
        match self.loc(value) {
            Loc::Vector(locals) => self.get(locals[group]),
            Loc::Scalar(local) => {
                let stride = self.stride(value);
                self.push_splat(local, kind, stride, group);
            }
            Loc::None => self.missing(value),
        }
    }

    /// The lanes of a scalar that grows by `stride`.
    fn push_splat(&mut self, local: u32, kind: Kind, stride: i32, group: usize) {
        match kind {
            Kind::Float => {
                self.w().local_get(local).f32x4_splat();
            }
            Kind::Int => {
                self.w().local_get(local).i32x4_splat();
                if stride != 0 {
                    self.lane_numbers(stride, group);
                    self.w().i32x4_add();
                }
            }
            Kind::Bool => {
                self.w().i32_const(0).local_get(local).i32_sub().i32x4_splat();
            }
        }
    }

    /// `stride` times the number of the lane.
    fn lane_numbers(&mut self, stride: i32, group: usize) {
        let mut words = [0; 4];
        for (lane, word) in words.iter_mut().enumerate() {
            *word = (stride as u32).wrapping_mul((4 * group + lane) as u32);
        }
        self.v128(words);
    }

    fn push(&mut self, arg: Arg) {
        match arg {
            Arg::Value(value, group) => self.push_vector(value, group),
            Arg::Local(local) => self.get(local),
        }
    }

    /// A value that no statement has computed: a fault of the generator, reported rather than hidden.
    fn missing(&mut self, value: Value) {
        if self.failure.is_none() {
            self.failure = Some(Failure::Unsupported(format!("value {} ({:?}), used before it is computed", value.0, self.body.op(value))));
        }
        self.w().unreachable();
    }

    // ---- values

    /// A place for a value.
    fn declare(&mut self, value: Value) -> Loc {
        let known = self.values[value.0 as usize];
        if known != Loc::None {
            return known;
        }
        let loc =
            if self.is_varying(value) { Loc::Vector(self.vector_locals()) } else { Loc::Scalar(self.scalar_local(self.body.kind(value))) };
        self.values[value.0 as usize] = loc;
        loc
    }

    /// Evaluates a value.
    fn evaluate(&mut self, value: Value) {
        let body = self.body;
        match self.declare(value) {
            Loc::Scalar(local) => {
                match body.op(value) {
                    Op::Get(var) => self.push_var_scalar(*var),
                    op => self.scalar_op(op, value),
                }
                self.set(local);
            }
            Loc::Vector(locals) => {
                for group in 0..self.groups {
                    match body.op(value) {
                        Op::Get(var) => self.push_var(*var, group),
                        op => self.vector_op(op, group),
                    }
                    self.set(locals[group]);
                }
            }
            Loc::None => self.missing(value),
        }
    }

    fn push_var_scalar(&mut self, var: Var) {
        match self.vars[var.0 as usize] {
            Loc::Scalar(local) => self.get(local),
            Loc::Vector(_) | Loc::None => {
                self.failure = Some(Failure::Unsupported("a uniform read of a varying variable".to_owned()));
                self.w().unreachable();
            }
        }
    }

    fn push_var(&mut self, var: Var, group: usize) {
        match self.vars[var.0 as usize] {
            Loc::Vector(locals) => self.get(locals[group]),
            Loc::Scalar(local) => {
                let (kind, stride) = (self.body.vars[var.0 as usize], self.shapes.vars[var.0 as usize].stride);
                self.push_splat(local, kind, stride, group);
            }
            Loc::None => {
                self.failure = Some(Failure::Unsupported("a read of a variable that is never read".to_owned()));
                self.w().unreachable();
            }
        }
    }

    // ---- masks

    fn push_mask(&mut self, mask: Mask, group: usize) {
        match mask {
            Mask::All => self.splat_const(u32::MAX),
            Mask::Some(locals) => self.get(locals[group]),
        }
    }

    /// 1 if any lane is on, else 0.
    fn push_any(&mut self, mask: [u32; GROUPS_MAX]) {
        self.get(mask[0]);
        for group in 1..self.groups {
            self.get(mask[group]);
            self.w().v128_or();
        }
        self.w().v128_any_true();
    }

    /// 1 if all lanes are on, else 0.
    fn push_all(&mut self, mask: [u32; GROUPS_MAX]) {
        self.get(mask[0]);
        for group in 1..self.groups {
            self.get(mask[group]);
            self.w().v128_and();
        }
        self.w().i32x4_all_true();
    }
}
