//! Barriers stand in uniform control flow (`specs/strict-wgsl.md`, section 8).
//!
//! A value, a variable or a place in the code is *uniform* where all invocations of a workgroup certainly agree, else *varying*. One state per variable and
//! function, joined over all assignments and calls and grown until nothing changes: coarser than WGSL's own analysis, and sound. naga's is not: it does not follow
//! variables, nor a `break` that only some invocations take.

use std::collections::{HashMap, HashSet};

use naga::{
    AddressSpace, Binding, Block, BuiltIn, Expression, Function, GlobalVariable, Handle, LocalVariable, Module, Span, Statement,
    StorageAccess, TypeInner,
};

use super::Findings;
use crate::lower::{calls, is_ours};

/// What is known of a function; everything starts uniform.
#[derive(Default)]
struct State {
    locals: HashSet<Handle<LocalVariable>>,
    arguments: HashSet<u32>,
    result: bool,
    flow: bool,
}

struct Analysis<'m> {
    module: &'m Module,
    functions: HashMap<Handle<Function>, State>,
    /// Private variables that are assigned to anywhere.
    private: HashSet<Handle<GlobalVariable>>,
    changed: bool,
    barriers: Vec<Span>,
}

/// Where control is: whether it varies, and what has left it.
#[derive(Clone, Copy, Default)]
struct Flow {
    varying: bool,
    /// A `return` that only some invocations take was passed.
    returned: bool,
    /// Likewise a `break` or `continue` of the innermost loop.
    left: bool,
}

/// Adds a finding for each barrier in varying control flow.
pub fn check(module: &Module, findings: &mut Findings) {
    let mut bodies =
        module.functions.iter().map(|(_, function)| &function.body).chain(module.entry_points.iter().map(|entry| &entry.function.body));
    let functions = HashMap::new();
    if !bodies.any(|body| crate::lower::has_barrier(body, &functions)) {
        return;
    }
    let mut private = HashSet::new();
    let owners = module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function));
    for function in owners {
        assigned(&function.body, function, &mut private);
    }
    for entry in &module.entry_points {
        let mut analysis = Analysis { module, functions: HashMap::new(), private: private.clone(), changed: true, barriers: Vec::new() };
        let mut state = State::default();
        for (argument, index) in entry.function.arguments.iter().zip(0..) {
            if !uniform_argument(module, argument) {
                state.arguments.insert(index);
            }
        }
        while analysis.changed {
            analysis.changed = false;
            analysis.barriers.clear();
            analysis.function(&entry.function, &mut state);
            for handle in reached(module, &entry.function) {
                let mut state = analysis.functions.remove(&handle).unwrap_or_default();
                analysis.function(&module.functions[handle], &mut state);
                merge(analysis.functions.entry(handle).or_default(), state);
            }
        }
        for span in analysis.barriers {
            findings.add(
                "uniformity",
                span,
                "a barrier that perhaps not all invocations of the workgroup reach",
                "move it out of conditions that depend on an invocation's id or on memory; instead of returning early, guard the work; `workgroupUniformLoad` makes a value uniform",
            );
        }
    }
}

fn merge(into: &mut State, other: State) {
    into.locals.extend(other.locals);
    into.arguments.extend(other.arguments);
    into.result |= other.result;
    into.flow |= other.flow;
}

fn uniform_argument(module: &Module, argument: &naga::FunctionArgument) -> bool {
    let uniform = |binding: &Option<Binding>| matches!(binding, Some(Binding::BuiltIn(BuiltIn::WorkGroupId | BuiltIn::NumWorkGroups)));
    match module.types[argument.ty].inner {
        TypeInner::Struct { ref members, .. } => members.iter().all(|member| uniform(&member.binding)),
        _ => uniform(&argument.binding),
    }
}

/// Functions that `entry` reaches, callers first.
fn reached(module: &Module, entry: &Function) -> Vec<Handle<Function>> {
    let (mut seen, mut open) = (HashSet::new(), Vec::new());
    calls(&entry.body, &mut open);
    while let Some(function) = open.pop() {
        if seen.insert(function) {
            calls(&module.functions[function].body, &mut open);
        }
    }
    module.functions.iter().rev().map(|(handle, _)| handle).filter(|handle| seen.contains(handle)).collect()
}

/// Global variables that statements assign to, or whose pointer is passed on.
fn assigned(block: &Block, function: &Function, found: &mut HashSet<Handle<GlobalVariable>>) {
    for statement in block {
        match *statement {
            Statement::Store { pointer, .. } => found.extend(function.originating_global(pointer)),
            Statement::Call { ref arguments, .. } => {
                found.extend(arguments.iter().filter_map(|&argument| function.originating_global(argument)))
            }
            Statement::Block(ref block) => assigned(block, function, found),
            Statement::If { ref accept, ref reject, .. } => {
                assigned(accept, function, found);
                assigned(reject, function, found);
            }
            Statement::Switch { ref cases, .. } => cases.iter().for_each(|case| assigned(&case.body, function, found)),
            Statement::Loop { ref body, ref continuing, .. } => {
                assigned(body, function, found);
                assigned(continuing, function, found);
            }
            _ => {}
        }
    }
}

impl Analysis<'_> {
    fn function(&mut self, function: &Function, state: &mut State) {
        let mut flow = Flow { varying: state.flow, ..Flow::default() };
        let mut known = HashMap::new();
        self.block(function, state, &mut known, &function.body, &mut flow);
    }

    fn block(
        &mut self,
        function: &Function,
        state: &mut State,
        known: &mut HashMap<Handle<Expression>, bool>,
        block: &Block,
        flow: &mut Flow,
    ) {
        for (statement, &span) in block.span_iter() {
            self.statement(function, state, known, statement, span, flow);
            flow.varying |= flow.returned | flow.left;
        }
    }

    fn statement(
        &mut self,
        function: &Function,
        state: &mut State,
        known: &mut HashMap<Handle<Expression>, bool>,
        statement: &Statement,
        span: Span,
        flow: &mut Flow,
    ) {
        match *statement {
            Statement::Emit(ref range) => {
                for handle in range.clone() {
                    known.remove(&handle);
                    let varying = self.varies(function, state, known, handle);
                    known.insert(handle, varying);
                }
            }
            Statement::Block(ref inner) => self.block(function, state, known, inner, flow),
            Statement::If { condition, ref accept, ref reject } => {
                let varying = flow.varying | self.varies(function, state, known, condition);
                self.branches(function, state, known, &[accept, reject], varying, flow, false);
            }
            Statement::Switch { selector, ref cases } => {
                let varying = flow.varying | self.varies(function, state, known, selector);
                let bodies: Vec<_> = cases.iter().map(|case| &case.body).collect();
                self.branches(function, state, known, &bodies, varying, flow, true);
            }
            Statement::Loop { ref body, ref continuing, break_if } => {
                self.repeated(function, state, known, (body, continuing, break_if), flow)
            }
            Statement::Break | Statement::Continue => flow.left |= flow.varying,
            Statement::Return { value } => {
                flow.returned |= flow.varying;
                let varying = flow.varying || value.is_some_and(|value| self.varies(function, state, known, value));
                self.raise(&mut state.result, varying);
            }
            Statement::ControlBarrier(_) => self.barrier(span, flow),
            Statement::WorkGroupUniformLoad { result, .. } => {
                self.barrier(span, flow);
                known.insert(result, false);
            }
            Statement::Store { pointer, value } => {
                let varying =
                    flow.varying | self.varies(function, state, known, value) | self.index_varies(function, state, known, pointer);
                if let (true, Some(local)) = (varying, root(function, pointer)) {
                    self.changed |= state.locals.insert(local);
                }
            }
            Statement::Call { function: callee, ref arguments, result } => {
                self.call(function, state, known, (callee, arguments, result), flow)
            }
            _ => {}
        }
    }

    fn raise(&mut self, flag: &mut bool, value: bool) {
        self.changed |= value & !*flag;
        *flag |= value;
    }

    fn barrier(&mut self, span: Span, flow: &Flow) {
        if flow.varying {
            self.barriers.push(span);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn branches(
        &mut self,
        function: &Function,
        state: &mut State,
        known: &mut HashMap<Handle<Expression>, bool>,
        bodies: &[&Block],
        varying: bool,
        flow: &mut Flow,
        is_switch: bool,
    ) {
        for body in bodies {
            let mut inner = Flow { varying, ..*flow };
            self.block(function, state, known, body, &mut inner);
            flow.returned |= inner.returned;
            // A `break` of a switch leaves the switch alone; that a `continue` in one is not told from it costs nothing but precision.
            flow.left |= inner.left && (!is_switch || continues(body));
        }
    }

    fn repeated(
        &mut self,
        function: &Function,
        state: &mut State,
        known: &mut HashMap<Handle<Expression>, bool>,
        (body, continuing, break_if): (&Block, &Block, Option<Handle<Expression>>),
        flow: &mut Flow,
    ) {
        let mut varying = flow.varying;
        loop {
            let barriers = self.barriers.len();
            let mut inner = Flow { varying, returned: flow.returned, left: false };
            self.block(function, state, known, body, &mut inner);
            self.block(function, state, known, continuing, &mut inner);
            let ends = break_if.is_some_and(|condition| self.varies(function, state, known, condition));
            flow.returned |= inner.returned;
            if (inner.left || inner.returned || ends) && !varying {
                // Some invocations are in the loop longer than others: all of it varies.
                varying = true;
                self.barriers.truncate(barriers);
                continue;
            }
            return;
        }
    }

    fn call(
        &mut self,
        function: &Function,
        state: &mut State,
        known: &mut HashMap<Handle<Expression>, bool>,
        (callee, arguments, result): (Handle<Function>, &[Handle<Expression>], Option<Handle<Expression>>),
        flow: &Flow,
    ) {
        // The prelude's tick answers alike wherever loops are uniform, which is what its second counter is for.
        let ours = is_ours(self.module.functions[callee].name.as_deref());
        let mut any = false;
        for (&argument, index) in arguments.iter().zip(0..) {
            let varying = self.varies(function, state, known, argument);
            any |= varying;
            self.changed |= varying && self.functions.entry(callee).or_default().arguments.insert(index);
            if let Some(local) = root(function, argument) {
                // What the callee does with a pointer is not followed.
                let is_pointer = matches!(
                    self.module.types[self.module.functions[callee].arguments[index as usize].ty].inner,
                    TypeInner::Pointer { .. }
                );
                self.changed |= is_pointer && state.locals.insert(local);
            }
        }
        let callee_state = self.functions.entry(callee).or_default();
        let raised = flow.varying && !callee_state.flow;
        callee_state.flow |= flow.varying;
        let returns = if ours { any } else { callee_state.result };
        self.changed |= raised;
        if let Some(result) = result {
            known.insert(result, returns | flow.varying & !ours);
        }
    }

    /// Whether an index on the way to what a pointer points at varies.
    fn index_varies(
        &mut self,
        function: &Function,
        state: &State,
        known: &mut HashMap<Handle<Expression>, bool>,
        pointer: Handle<Expression>,
    ) -> bool {
        match function.expressions[pointer] {
            Expression::Access { base, index } => {
                self.varies(function, state, known, index) | self.index_varies(function, state, known, base)
            }
            Expression::AccessIndex { base, .. } => self.index_varies(function, state, known, base),
            _ => false,
        }
    }

    fn varies(
        &mut self,
        function: &Function,
        state: &State,
        known: &mut HashMap<Handle<Expression>, bool>,
        handle: Handle<Expression>,
    ) -> bool {
        if let Some(&varying) = known.get(&handle) {
            return varying;
        }
        match function.expressions[handle] {
            Expression::FunctionArgument(index) => state.arguments.contains(&index),
            Expression::LocalVariable(_) | Expression::GlobalVariable(_) | Expression::ArrayLength(_) => false,
            Expression::Load { pointer } => self.load_varies(function, state, known, pointer),
            Expression::CallResult(_) | Expression::AtomicResult { .. } => true,
            Expression::WorkGroupUniformLoadResult { .. } => false,
            ref expression => {
                let mut operands = Vec::new();
                let copied = crate::lower::rewrite::remap_expression(expression, |operand| {
                    operands.push(operand);
                    Ok(operand)
                });
                copied.is_err() || operands.into_iter().any(|operand| self.varies(function, state, known, operand))
            }
        }
    }

    fn load_varies(
        &mut self,
        function: &Function,
        state: &State,
        known: &mut HashMap<Handle<Expression>, bool>,
        pointer: Handle<Expression>,
    ) -> bool {
        if self.index_varies(function, state, known, pointer) {
            return true;
        }
        if let Some(local) = root(function, pointer) {
            return state.locals.contains(&local);
        }
        let Some(global) = function.originating_global(pointer) else { return true };
        match self.module.global_variables[global].space {
            AddressSpace::Uniform => false,
            AddressSpace::Storage { access } => access.contains(StorageAccess::STORE),
            AddressSpace::Private => self.private.contains(&global),
            _ => true,
        }
    }
}

/// The local variable that a pointer leads into.
fn root(function: &Function, mut pointer: Handle<Expression>) -> Option<Handle<LocalVariable>> {
    loop {
        pointer = match function.expressions[pointer] {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => base,
            Expression::LocalVariable(local) => return Some(local),
            _ => return None,
        };
    }
}

/// Whether a `continue` of an outer loop is in `block`.
fn continues(block: &Block) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Continue => true,
        Statement::Block(block) => continues(block),
        Statement::If { accept, reject, .. } => continues(accept) || continues(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| continues(&case.body)),
        _ => false,
    })
}
