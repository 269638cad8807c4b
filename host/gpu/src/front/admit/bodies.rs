//! Statements and expressions of functions.

use std::collections::{HashMap, HashSet};

use naga::{
    AtomicFunction, Barrier, Block, Expression, Function, Handle, Literal, MathFunction, Module, RelationalFunction, Span, Statement,
    TypeInner,
};

use super::Findings;
use super::declarations::{PRIVATE_BYTES_MAX, bytes, inner_type, value_type};
use crate::lower::is_ours;
use crate::lower::rewrite::remap_expression;

pub fn check(module: &Module, findings: &mut Findings) {
    for (_, function) in module.functions.iter() {
        if !is_ours(function.name.as_deref()) {
            self::function(module, function, findings);
        }
    }
    for entry in &module.entry_points {
        function(module, &entry.function, findings);
    }
    expansion(module, findings);
    for (handle, expression) in module.global_expressions.iter() {
        self::expression(module, expression, module.global_expressions.get_span(handle), findings);
    }
}

/// Operations of an entry point with every call replaced by what is called, at most. Loops have a budget; straight-line code has this.
const OPERATIONS_MAX: u64 = 1 << 20;

fn expansion(module: &Module, findings: &mut Findings) {
    let mut costs: HashMap<Handle<Function>, u64> = HashMap::new();
    let entries = module.entry_points.iter().map(|entry| (&entry.function, None));
    let functions = module.functions.iter().map(|(handle, function)| (function, Some(handle)));
    for (function, handle) in functions.chain(entries) {
        let operations = crate::lower::expanded_size(function, &costs);
        if operations > OPERATIONS_MAX {
            let span = function.body.span_iter().map(|(_, span)| *span).find(naga::Span::is_defined).unwrap_or_default();
            findings.add(
                "size",
                span,
                format!("calls expand to more than {OPERATIONS_MAX} operations"),
                "use loops instead of repeated calls",
            );
            return;
        }
        if let Some(handle) = handle {
            costs.insert(handle, operations);
        }
    }
}

fn function(module: &Module, function: &Function, findings: &mut Findings) {
    let mut local_bytes = 0_u64;
    for (handle, local) in function.local_variables.iter() {
        let span = function.local_variables.get_span(handle);
        value_type(module, local.ty, span, findings);
        local_bytes = local_bytes.saturating_add(bytes(module, local.ty));
        if local_bytes > PRIVATE_BYTES_MAX {
            findings.add(
                "size",
                span,
                format!("more than {PRIVATE_BYTES_MAX} bytes of variables in one function"),
                "use a storage buffer, or workgroup memory",
            );
        }
    }
    for (handle, expression) in function.expressions.iter() {
        self::expression(module, expression, function.expressions.get_span(handle), findings);
    }
    let used = used(function);
    block(&function.body, &used, findings);
}

/// Expressions that others, or statements, refer to.
fn used(function: &Function) -> HashSet<Handle<Expression>> {
    let mut used = HashSet::new();
    for (_, expression) in function.expressions.iter() {
        let _ = remap_expression(expression, |operand| {
            used.insert(operand);
            Ok(operand)
        });
    }
    operands(&function.body, &mut used);
    used
}

fn operands(block: &Block, used: &mut HashSet<Handle<Expression>>) {
    for statement in block {
        match *statement {
            Statement::Block(ref block) => operands(block, used),
            Statement::If { condition, ref accept, ref reject } => {
                used.insert(condition);
                operands(accept, used);
                operands(reject, used);
            }
            Statement::Switch { selector, ref cases } => {
                used.insert(selector);
                cases.iter().for_each(|case| operands(&case.body, used));
            }
            Statement::Loop { ref body, ref continuing, break_if } => {
                used.extend(break_if);
                operands(body, used);
                operands(continuing, used);
            }
            Statement::Return { value } => used.extend(value),
            Statement::Store { pointer, value } => used.extend([pointer, value]),
            Statement::Atomic { pointer, value, .. } => used.extend([pointer, value]),
            Statement::Call { ref arguments, .. } => used.extend(arguments.iter().copied()),
            Statement::WorkGroupUniformLoad { pointer, .. } => {
                used.insert(pointer);
            }
            _ => {}
        }
    }
}

fn block(block: &Block, used: &HashSet<Handle<Expression>>, findings: &mut Findings) {
    for (statement, &span) in block.span_iter() {
        match *statement {
            Statement::Block(ref inner) => self::block(inner, used, findings),
            Statement::If { ref accept, ref reject, .. } => {
                self::block(accept, used, findings);
                self::block(reject, used, findings);
            }
            Statement::Switch { ref cases, .. } => cases.iter().for_each(|case| self::block(&case.body, used, findings)),
            Statement::Loop { ref body, ref continuing, .. } => {
                self::block(body, used, findings);
                self::block(continuing, used, findings);
            }
            Statement::Atomic { fun, result, .. } => atomic(fun, result.is_some_and(|result| used.contains(&result)), span, findings),
            Statement::ControlBarrier(barrier) | Statement::MemoryBarrier(barrier) => {
                if barrier.contains(Barrier::SUB_GROUP) {
                    subgroup(span, findings);
                }
                if barrier.contains(Barrier::TEXTURE) {
                    findings.add("texture", span, "textures are not part of strict WGSL", "use a storage buffer and `storageBarrier()`");
                }
            }
            Statement::SubgroupBallot { .. } | Statement::SubgroupGather { .. } | Statement::SubgroupCollectiveOperation { .. } => {
                subgroup(span, findings)
            }
            Statement::ImageStore { .. } | Statement::ImageAtomic { .. } => {
                findings.add("texture", span, "textures are not part of strict WGSL", "use a storage buffer and index it");
            }
            Statement::RayQuery { .. } | Statement::RayPipelineFunction(_) => ray_query(span, findings),
            Statement::CooperativeStore { .. } => cooperative(span, findings),
            Statement::Kill => findings.add("discard", span, "`discard` belongs to fragment shaders", "use `return`"),
            _ => {}
        }
    }
}

fn atomic(fun: AtomicFunction, used: bool, span: Span, findings: &mut Findings) {
    if let AtomicFunction::Exchange { compare } = fun {
        let name = if compare.is_some() { "atomicCompareExchangeWeak" } else { "atomicExchange" };
        findings.add(
            "atomic-result",
            span,
            format!("`{name}` shows the order in which invocations come"),
            "use an atomic without a result (atomicAdd, atomicMax, …) and read it after a barrier or in the next dispatch",
        );
    } else if used {
        findings.add(
            "atomic-result",
            span,
            "the value that an atomic returns shows the order in which invocations come",
            "drop the result; for positions in a list, count first and take a prefix sum",
        );
    }
}

fn subgroup(span: Span, findings: &mut Findings) {
    findings.add(
        "subgroup",
        span,
        "subgroups differ between devices and are not part of strict WGSL",
        "use workgroup memory and `workgroupBarrier()`",
    );
}

fn ray_query(span: Span, findings: &mut Findings) {
    findings.add("ray-query", span, "ray queries are not part of strict WGSL", "traverse a tree in a storage buffer");
}

fn cooperative(span: Span, findings: &mut Findings) {
    findings.add(
        "cooperative-matrix",
        span,
        "cooperative matrices are not part of strict WGSL",
        "multiply tiles in workgroup memory, with `fma`",
    );
}

fn expression(module: &Module, expression: &Expression, span: Span, findings: &mut Findings) {
    match *expression {
        Expression::Literal(literal) => {
            let scalar = literal.scalar();
            if !matches!(literal, Literal::AbstractInt(_) | Literal::AbstractFloat(_)) {
                inner_type(module, &TypeInner::Scalar(scalar), span, findings);
            }
        }
        Expression::Compose { ty, .. } | Expression::ZeroValue(ty) => {
            value_type(module, ty, span, findings);
            if bytes(module, ty) > PRIVATE_BYTES_MAX {
                findings.add(
                    "size",
                    span,
                    format!("a value of {} bytes; at most {PRIVATE_BYTES_MAX} are allowed", bytes(module, ty)),
                    "keep it in a buffer",
                );
            }
        }
        Expression::As { kind, convert: Some(width), .. } => {
            inner_type(module, &TypeInner::Scalar(naga::Scalar { kind, width }), span, findings)
        }
        Expression::ImageSample { .. } | Expression::ImageLoad { .. } | Expression::ImageQuery { .. } => {
            findings.add("texture", span, "textures are not part of strict WGSL", "use a storage buffer and index it");
        }
        Expression::Derivative { .. } => {
            findings.add("derivative", span, "derivatives belong to fragment shaders", "take differences of neighbours in a buffer")
        }
        Expression::Relational { fun: RelationalFunction::IsNan | RelationalFunction::IsInf, .. } => {
            findings.add("built-in", span, "`isNan` and `isInf` are not part of WGSL", "compare: `x != x`, `abs(x) > 3.4028235e38`");
        }
        Expression::Math { fun: MathFunction::Inverse | MathFunction::Outer, .. } => {
            findings.add("built-in", span, "this built-in is not part of WGSL", "compute it from others");
        }
        Expression::SubgroupBallotResult | Expression::SubgroupOperationResult { .. } => subgroup(span, findings),
        Expression::RayQueryVertexPositions { .. } | Expression::RayQueryProceedResult | Expression::RayQueryGetIntersection { .. } => {
            ray_query(span, findings)
        }
        Expression::CooperativeLoad { .. } | Expression::CooperativeMultiplyAdd { .. } => cooperative(span, findings),
        _ => {}
    }
}
