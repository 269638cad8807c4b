//! naga's strict IR to the executor's own ([`super::ir`]): composites, pointers and calls disappear.
//!
//! Functions are inlined, but for large pure ones that are called more than once (the transcendental functions of the prelude, above all): those become functions of
//! their own, since a dozen copies of them would cost more to compile than they save. A call of a prelude function that the executor knows (`assay_bits`, `assay_min`, …)
//! becomes an operation.

mod expression;
mod intrinsic;
pub(super) mod layout;
mod outline;
mod place;
mod statement;

use std::collections::HashMap;
use std::rc::Rc;

use naga::proc::TypeResolution;
use naga::{Expression, Handle};

use self::layout::Layout;
use self::place::{Access, Root};
use super::failure::{Failure, unsupported};
use super::ir::{Binary, Body, Construct, Kind, Op, Orders, Program, Slot, Space, Stmt, Unary, Value, ValueDef, Var};
use crate::kernel::Kernel;

/// Most statements of a kernel, calls inlined. One is about ten bytes of wasm, and wasmtime takes functions of a few megabytes.
const STATEMENTS_MAX: usize = 200_000;

/// What an expression of naga's turned out to be.
#[derive(Debug, Clone)]
enum Known {
    Value(Rc<[Value]>),
    Place(Access),
}

/// Where `break` and `continue` go.
#[derive(Debug, Clone, Copy)]
struct Target {
    on_break: Construct,
    on_continue: Option<Construct>,
}

/// A function while it is taken apart.
struct Frame<'a> {
    function: &'a naga::Function,
    info: &'a naga::valid::FunctionInfo,
    known: Vec<Option<Known>>,
    arguments: Vec<Known>,
    locals: Vec<Access>,
    targets: Vec<Target>,
    /// Where `return` goes, unless it is the function's last statement.
    on_return: Option<Construct>,
    /// Where its result is put, if it returns before its end.
    result_vars: Vec<Var>,
    /// Whether any `return` leaves by a jump.
    exits: bool,
    /// Branches around that hold the rest of the function.
    nested: u32,
    result: Vec<Value>,
}

/// The whole of it.
pub(super) struct Builder<'a> {
    kernel: &'a Kernel,
    module: &'a naga::Module,
    program: Program,
    body: Body,
    blocks: Vec<Vec<Stmt>>,
    globals: HashMap<Handle<naga::GlobalVariable>, Access>,
    constants: HashMap<u64, Value>,
    inputs: HashMap<super::ir::Input, Value>,
    tables: HashMap<Vec<u32>, u32>,
    scratch_top: u32,
    counter: Option<Var>,
    counter_uniform: Option<Var>,
    outlined: HashMap<Handle<naga::Function>, usize>,
    outlines: outline::Outlines,
    depth: u32,
    line_starts: Vec<u32>,
}

/// Builds the program of `kernel`.
pub(super) fn build(kernel: &Kernel) -> Result<Program, Failure> {
    let [entry] = kernel.module.entry_points.as_slice() else { return unsupported("a module without exactly one entry point") };
    let mut builder = Builder {
        kernel,
        module: &kernel.module,
        program: Program { workgroup_size: kernel.workgroup_size, loop_iterations: kernel.loop_iterations, ..Program::default() },
        body: Body::default(),
        blocks: vec![Vec::new()],
        globals: HashMap::new(),
        constants: HashMap::new(),
        inputs: HashMap::new(),
        tables: HashMap::new(),
        scratch_top: 0,
        counter: None,
        counter_uniform: None,
        outlined: HashMap::new(),
        outlines: outline::Outlines::of(&kernel.module),
        depth: 0,
        line_starts: std::iter::once(0)
            .chain(kernel.source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
            .collect(),
    };
    builder.globals(&entry.function)?;
    let info = kernel.info.get_entry_point(0);
    let arguments = builder.entry_arguments(&entry.function)?;
    builder.function(&entry.function, info, arguments)?;
    builder.body.block = builder.blocks.pop().unwrap_or_default();
    // A counter is zero before the first statement.
    for counter in [builder.counter, builder.counter_uniform].into_iter().flatten() {
        let zero = builder.constant(Kind::Int, 0);
        builder.body.block.insert(0, Stmt::Set { var: counter, value: zero, blend: true });
    }
    builder.program.main = builder.body;
    Ok(builder.program)
}

impl<'a> Builder<'a> {
    // ---- values and statements

    fn push(&mut self, statement: Stmt) -> Result<(), Failure> {
        self.body.size += 1;
        if self.body.size > STATEMENTS_MAX {
            return Err(Failure::TooLarge(format!("more than {STATEMENTS_MAX} statements, calls inlined")));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(statement);
        }
        Ok(())
    }

    fn new_value(&mut self, op: Op, kind: Kind) -> Value {
        self.body.values.push(ValueDef { op, kind });
        Value(self.body.values.len() as u32 - 1)
    }

    fn new_var(&mut self, kind: Kind) -> Var {
        self.body.vars.push(kind);
        Var(self.body.vars.len() as u32 - 1)
    }

    fn new_construct(&mut self) -> Construct {
        self.body.constructs += 1;
        Construct(self.body.constructs - 1)
    }

    fn constant(&mut self, kind: Kind, bits: u32) -> Value {
        let key = u64::from(bits) | (kind as u64) << 32;
        if let Some(value) = self.constants.get(&key) {
            return *value;
        }
        let value = self.new_value(Op::Const(bits), kind);
        self.constants.insert(key, value);
        value
    }

    fn input(&mut self, input: super::ir::Input) -> Value {
        if let Some(value) = self.inputs.get(&input) {
            return *value;
        }
        let value = self.new_value(Op::Input(input), Kind::Int);
        self.inputs.insert(input, value);
        value
    }

    fn let_value(&mut self, op: Op, kind: Kind) -> Result<Value, Failure> {
        let value = self.new_value(op, kind);
        self.push(Stmt::Let(value))?;
        Ok(value)
    }

    fn unary(&mut self, op: Unary, a: Value) -> Result<Value, Failure> {
        if let Some(bits) = self.body.constant(a)
            && let Some((bits, kind)) = intrinsic::fold_unary(op, bits)
        {
            return Ok(self.constant(kind, bits));
        }
        let kind = intrinsic::unary_kind(op);
        self.let_value(Op::Unary(op, a), kind)
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Result<Value, Failure> {
        if let (Some(x), Some(y)) = (self.body.constant(a), self.body.constant(b))
            && let Some((bits, kind)) = intrinsic::fold_binary(op, x, y)
        {
            return Ok(self.constant(kind, bits));
        }
        let kind = intrinsic::binary_kind(op);
        self.let_value(Op::Binary(op, a, b), kind)
    }

    fn select(&mut self, condition: Value, accept: Value, reject: Value) -> Result<Value, Failure> {
        match self.body.constant(condition) {
            Some(0) => Ok(reject),
            Some(_) => Ok(accept),
            None if accept == reject => Ok(accept),
            None => {
                let kind = self.body.kind(accept);
                self.let_value(Op::Select(condition, accept, reject), kind)
            }
        }
    }

    /// The line of a span, from 1; 0 where it is not defined.
    fn line(&self, span: naga::Span) -> u32 {
        span.to_range().map_or(0, |range| self.line_starts.partition_point(|start| *start as usize <= range.start) as u32)
    }

    // ---- functions

    /// Takes `function` apart where the builder stands, and returns its result.
    fn function(
        &mut self,
        function: &'a naga::Function,
        info: &'a naga::valid::FunctionInfo,
        arguments: Vec<Known>,
    ) -> Result<Vec<Value>, Failure> {
        self.depth += 1;
        if self.depth > 64 {
            return Err(Failure::TooLarge("calls nested more than 64 deep".to_owned()));
        }
        let scratch = self.scratch_top;
        let mut frame = Frame {
            function,
            info,
            known: vec![None; function.expressions.len()],
            arguments,
            locals: Vec::new(),
            targets: Vec::new(),
            on_return: None,
            result_vars: Vec::new(),
            exits: false,
            nested: 0,
            result: Vec::new(),
        };
        self.locals(&mut frame)?;
        if statement::returns_early(&function.body) {
            let id = self.new_construct();
            frame.on_return = Some(id);
            if let Some(result) = &function.result {
                let mut kinds = Vec::new();
                layout::flatten(self.module, &self.module.types[result.ty].inner, Layout::Packed { unit: 1 }, 0, &mut kinds)?;
                frame.result_vars = kinds.iter().map(|(_, kind)| self.new_var(*kind)).collect();
            }
            self.blocks.push(Vec::new());
            self.block(&mut frame, &function.body, true)?;
            let body = self.blocks.pop().unwrap_or_default();
            if frame.exits {
                self.push(Stmt::Scope { id, body })?;
            } else if let Some(block) = self.blocks.last_mut() {
                block.extend(body);
            }
            for var in std::mem::take(&mut frame.result_vars) {
                let kind = self.body.vars[var.0 as usize];
                let value = self.let_value(Op::Get(var), kind)?;
                frame.result.push(value);
            }
        } else {
            self.block(&mut frame, &function.body, true)?;
        }
        self.scratch_top = scratch;
        self.depth -= 1;
        Ok(frame.result)
    }

    fn entry_arguments(&mut self, function: &naga::Function) -> Result<Vec<Known>, Failure> {
        let mut arguments = Vec::new();
        for argument in &function.arguments {
            let values = match (&argument.binding, &self.module.types[argument.ty].inner) {
                (Some(binding), _) => self.builtin(binding)?,
                (None, naga::TypeInner::Struct { members, .. }) => {
                    let mut values = Vec::new();
                    for member in members {
                        let Some(binding) = &member.binding else {
                            return unsupported("an argument of the entry point that is no built-in");
                        };
                        values.extend(self.builtin(binding)?);
                    }
                    values
                }
                _ => return unsupported("an argument of the entry point that is no built-in"),
            };
            arguments.push(Known::Value(values.into()));
        }
        Ok(arguments)
    }

    fn builtin(&mut self, binding: &naga::Binding) -> Result<Vec<Value>, Failure> {
        use super::ir::Input::{GroupCount, GroupId, LocalId, LocalIndex};
        let naga::Binding::BuiltIn(builtin) = binding else { return unsupported("an argument of the entry point with a location") };
        let axes = |builder: &mut Self, input: fn(u8) -> super::ir::Input| (0..3).map(|axis| builder.input(input(axis))).collect();
        Ok(match builtin {
            naga::BuiltIn::LocalInvocationId => axes(self, LocalId),
            naga::BuiltIn::LocalInvocationIndex => vec![self.input(LocalIndex)],
            naga::BuiltIn::WorkGroupId => axes(self, GroupId),
            naga::BuiltIn::NumWorkGroups => axes(self, GroupCount),
            naga::BuiltIn::WorkGroupSize => self.kernel.workgroup_size.iter().map(|size| self.constant(Kind::Int, *size)).collect(),
            naga::BuiltIn::GlobalInvocationId => {
                let mut values = Vec::new();
                for (axis, size) in (0..3).zip(self.kernel.workgroup_size) {
                    let group = self.input(GroupId(axis));
                    let local = self.input(LocalId(axis));
                    let size = self.constant(Kind::Int, size);
                    let first = self.binary(Binary::IntMul, group, size)?;
                    values.push(self.binary(Binary::IntAdd, first, local)?);
                }
                values
            }
            other => return unsupported(format!("the built-in {other:?}")),
        })
    }

    // ---- variables

    /// Gives every global variable of the module a place; `entry` is part of what is looked at for dynamic indices.
    fn globals(&mut self, entry: &'a naga::Function) -> Result<(), Failure> {
        let module = self.module;
        let dynamic = place::dynamic_globals(module, entry);
        for (handle, variable) in module.global_variables.iter() {
            let ty = TypeResolution::Handle(variable.ty);
            let inner = &module.types[variable.ty].inner;
            let name = variable.name.clone().unwrap_or_default();
            let access = match variable.space {
                naga::AddressSpace::Uniform | naga::AddressSpace::Storage { .. } => {
                    let Some(binding) = &variable.binding else { return unsupported("a buffer without a binding") };
                    let slot = self.program.slots.len() as u32;
                    self.program.slots.push(Slot { group: binding.group, binding: binding.binding });
                    let read_only =
                        !matches!(variable.space, naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE));
                    let space = Space::Binding { slot, read_only };
                    self.program.names.push((space, 0, name));
                    Access { root: Root::Memory(space), terms: Vec::new(), offset: 0, ty }
                }
                naga::AddressSpace::WorkGroup => {
                    let offset = self.program.workgroup_words * 4;
                    self.program.workgroup_words += layout::leaves(module, inner)?;
                    // Each variable starts on a vector's boundary.
                    self.program.workgroup_words = self.program.workgroup_words.next_multiple_of(4);
                    self.program.names.push((Space::Workgroup, offset, name));
                    Access { root: Root::Memory(Space::Workgroup), terms: Vec::new(), offset, ty }
                }
                naga::AddressSpace::Private => {
                    let access = self.variable(variable.ty, dynamic.contains(&handle))?;
                    let init = match variable.init {
                        Some(init) => Some(self.global_constant(init)?),
                        None => None,
                    };
                    self.initialise(&access, init)?;
                    access
                }
                space => return unsupported(format!("a variable in the address space {space:?}")),
            };
            self.globals.insert(handle, access);
        }
        Ok(())
    }

    /// Room for a function's local variables, and their first values.
    fn locals(&mut self, frame: &mut Frame<'a>) -> Result<(), Failure> {
        let dynamic = place::dynamic_locals(self.module, frame.function);
        for (handle, variable) in frame.function.local_variables.iter() {
            let access = self.variable(variable.ty, dynamic.contains(&handle))?;
            let init = match variable.init {
                Some(init) if !matches!(frame.function.expressions[init], Expression::ZeroValue(_)) => {
                    Some(self.values(frame, init)?.to_vec())
                }
                _ => None,
            };
            self.initialise(&access, init)?;
            frame.locals.push(access);
        }
        Ok(())
    }

    fn variable(&mut self, ty: Handle<naga::Type>, dynamic: bool) -> Result<Access, Failure> {
        let inner = &self.module.types[ty].inner;
        let leaves = layout::leaves(self.module, inner)?;
        let ty = TypeResolution::Handle(ty);
        if dynamic || leaves > 128 {
            let offset = self.scratch_top;
            self.scratch_top += leaves;
            self.program.scratch_words = self.program.scratch_words.max(self.scratch_top);
            return Ok(Access { root: Root::Memory(Space::Scratch), terms: Vec::new(), offset, ty });
        }
        let mut kinds = Vec::new();
        layout::flatten(self.module, inner, Layout::Packed { unit: 1 }, 0, &mut kinds)?;
        let first = Var(self.body.vars.len() as u32);
        for (_, kind) in kinds {
            self.new_var(kind);
        }
        Ok(Access { root: Root::Vars(first), terms: Vec::new(), offset: 0, ty })
    }

    fn initialise(&mut self, access: &Access, init: Option<Vec<Value>>) -> Result<(), Failure> {
        let inner = access.ty.inner_with(&self.module.types).clone();
        let values = match init {
            Some(values) => values,
            None => {
                if let Root::Memory(Space::Scratch) = access.root {
                    let words = layout::leaves(self.module, &inner)?;
                    return self.push(Stmt::ZeroScratch { offset: access.offset, words });
                }
                self.zero(&inner)?
            }
        };
        self.store(access, &values, 0)
    }

    /// The zero value of a type.
    fn zero(&mut self, inner: &naga::TypeInner) -> Result<Vec<Value>, Failure> {
        let mut kinds = Vec::new();
        layout::flatten(self.module, inner, Layout::Packed { unit: 1 }, 0, &mut kinds)?;
        Ok(kinds.into_iter().map(|(_, kind)| self.constant(kind, 0)).collect())
    }

    /// The budget counter that loops charge: one for loops with barriers, one for all others.
    fn counter(&mut self, uniform: bool) -> Var {
        let known = if uniform { self.counter_uniform } else { self.counter };
        if let Some(counter) = known {
            return counter;
        }
        let counter = self.new_var(Kind::Int);
        if uniform {
            self.counter_uniform = Some(counter);
        } else {
            self.counter = Some(counter);
        }
        counter
    }

    fn barrier(&mut self, flags: naga::Barrier) -> Result<(), Failure> {
        let orders = Orders { workgroup: flags.contains(naga::Barrier::WORK_GROUP), storage: flags.contains(naga::Barrier::STORAGE) };
        self.push(Stmt::Barrier(orders))
    }
}
