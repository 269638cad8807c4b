//! Outlined functions: one copy for each pattern of uniform and varying arguments that some call has.

use std::collections::HashMap;

use wasm_encoder::{Function, ValType};

use super::super::failure::Failure;
use super::super::ir::{Body, Kind, Op, Value};
use super::super::select;
use super::super::shape::{self, Shape};
use super::super::structure::{self, Structure};
use super::{Emitter, Loc, Mask};

/// A copy of a function: which one, and which of its arguments are uniform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Copy {
    pub function: usize,
    pub uniform: Vec<bool>,
}

/// The copies that calls have asked for.
#[derive(Debug)]
pub(super) struct Calls {
    /// Kinds of parameters and results of each function.
    pub signatures: Vec<(Vec<Kind>, Vec<Kind>)>,
    pub copies: Vec<Copy>,
    indices: HashMap<Copy, u32>,
    /// Index of the first copy among the module's functions.
    pub first: u32,
}

impl Calls {
    pub(super) fn new(functions: &[Body], first: u32) -> Self {
        let signatures =
            functions.iter().map(|body| (body.params.clone(), body.results.iter().map(|result| body.kind(*result)).collect())).collect();
        Self { signatures, copies: Vec::new(), indices: HashMap::new(), first }
    }

    /// The wasm function of a copy.
    fn index(&mut self, copy: Copy) -> u32 {
        if let Some(index) = self.indices.get(&copy) {
            return *index;
        }
        let index = self.first + self.copies.len() as u32;
        self.copies.push(copy.clone());
        self.indices.insert(copy, index);
        index
    }
}

fn scalar_type(kind: Kind) -> ValType {
    if kind == Kind::Float { ValType::F32 } else { ValType::I32 }
}

/// Types of parameters and results of a copy: results are scalars where every argument is uniform.
pub(super) fn signature(calls: &Calls, copy: &Copy, groups: usize) -> (Vec<ValType>, Vec<ValType>) {
    let (params, results) = &calls.signatures[copy.function];
    let types = |kind: &Kind, uniform: bool| if uniform { vec![scalar_type(*kind)] } else { vec![ValType::V128; groups] };
    let all = copy.uniform.iter().all(|uniform| *uniform);
    (
        params.iter().zip(&copy.uniform).flat_map(|(kind, uniform)| types(kind, *uniform)).collect(),
        results.iter().flat_map(|kind| types(kind, all)).collect(),
    )
}

/// Writes a copy.
pub(super) fn emit(body: &Body, copy: &Copy, calls: &mut Calls, groups: usize, size: [u32; 3]) -> Result<Function, Failure> {
    let mut body = body.clone();
    select::select_small_branches(&mut body);
    structure::remove_dead_sets(&mut body);
    let structure = Structure::of(&body);
    let params: Vec<Shape> = copy.uniform.iter().map(|uniform| if *uniform { Shape::PACK } else { Shape::VARYING }).collect();
    let shapes = shape::shapes(&mut body, &structure, 4 * groups as u32, size, &params);
    let (param_types, _) = signature(calls, copy, groups);
    let mut emitter = Emitter::new(&body, &shapes, &structure, calls, groups, param_types.len() as u32);
    let mut next = 0;
    let mut places = Vec::new();
    for uniform in &copy.uniform {
        if *uniform {
            places.push(Loc::Scalar(next));
            next += 1;
        } else {
            let mut locals = [0; super::GROUPS_MAX];
            for local in &mut locals[..groups] {
                *local = next;
                next += 1;
            }
            places.push(Loc::Vector(locals));
        }
    }
    for (index, def) in body.values.iter().enumerate() {
        if let Op::Param(param) = def.op {
            emitter.values[index] = places[param as usize];
        }
    }
    emitter.mask = Mask::All;
    emitter.find_exits(&body.block, &mut Vec::new());
    emitter.statements(&body.block);
    let all = copy.uniform.iter().all(|uniform| *uniform);
    for result in &body.results {
        if all {
            emitter.push_scalar(*result);
        } else {
            for group in 0..groups {
                emitter.push_vector(*result, group);
            }
        }
    }
    emitter.finish()
}

impl Emitter<'_> {
    pub(super) fn call(&mut self, function: usize, arguments: &[Value], first: Value, results: u32) {
        if !(0..results).any(|index| self.structure.used[(first.0 + index) as usize]) {
            return;
        }
        let uniform: Vec<bool> = arguments.iter().map(|argument| self.is_uniform(*argument)).collect();
        let all = uniform.iter().all(|uniform| *uniform);
        for (argument, uniform) in arguments.iter().zip(&uniform) {
            if *uniform {
                self.push_scalar(*argument);
            } else {
                for group in 0..self.groups {
                    self.push_vector(*argument, group);
                }
            }
        }
        let index = self.calls.index(Copy { function, uniform });
        self.w().call(index);
        for result in (0..results).rev() {
            match self.declare(Value(first.0 + result)) {
                Loc::Scalar(local) if all => self.set(local),
                Loc::Vector(locals) if !all => {
                    for group in (0..self.groups).rev() {
                        self.set(locals[group]);
                    }
                }
                _ => self.unsupported("a call whose results have another shape than its arguments"),
            }
        }
    }

    /// Ends the function.
    pub(super) fn finish(mut self) -> Result<Function, Failure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.w().end();
        let mut function = Function::new_with_locals_types(self.locals.iter().copied());
        function.raw(self.code);
        Ok(function)
    }
}
