//! Builds one function: expressions, statements, nested blocks, `Emit` ranges.

use std::collections::HashMap;

use naga::{
    BinaryOperator, Block, Expression, Function, Handle, Literal, MathFunction, Scalar, Span, Statement, Type, TypeInner, UniqueArena,
    VectorSize,
};

/// Leaves that need no `Emit` and may stand in any block: one of each is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Leaf {
    Bits(u8, u64),
    Zero(Handle<Type>),
    Constant(Handle<naga::Constant>),
    Global(Handle<naga::GlobalVariable>),
    Local(Handle<naga::LocalVariable>),
    Argument(u32),
}

/// A function in the making.
#[derive(Debug, Default)]
pub struct FunctionBuilder {
    /// The function; its body is empty until [`FunctionBuilder::finish`].
    pub function: Function,
    current: Block,
    outer: Vec<Block>,
    emit_from: Option<usize>,
    leaves: HashMap<Leaf, Handle<Expression>>,
    /// Span given to what is appended.
    pub span: Span,
    /// Types of what folding gives.
    types: HashMap<(Option<VectorSize>, Scalar), Handle<Type>>,
}

impl FunctionBuilder {
    /// Appends an expression; emitted where it stands, unless it is a leaf.
    pub fn append(&mut self, expression: Expression) -> Handle<Expression> {
        if !expression.needs_pre_emit() {
            if let Some(folded) = self.fold(&expression) {
                return folded;
            }
            if self.emit_from.is_none() {
                self.emit_from = Some(self.function.expressions.len());
            }
            return self.function.expressions.append(expression, self.span);
        }
        let leaf = leaf(&expression);
        if let Some(known) = leaf.and_then(|leaf| self.leaves.get(&leaf)) {
            return *known;
        }
        let handle = self.append_unemitted(expression);
        if let Some(leaf) = leaf {
            self.leaves.insert(leaf, handle);
        }
        handle
    }

    /// Appends an expression that no `Emit` covers: a leaf, or the result of a statement.
    pub fn append_unemitted(&mut self, expression: Expression) -> Handle<Expression> {
        self.flush();
        self.function.expressions.append(expression, self.span)
    }

    /// Appends a statement.
    pub fn push(&mut self, statement: Statement) {
        self.flush();
        self.current.push(statement, self.span);
    }

    /// Starts a nested block.
    pub fn open(&mut self) {
        self.flush();
        self.outer.push(std::mem::take(&mut self.current));
    }

    /// Ends the block opened last and returns it.
    pub fn close(&mut self) -> Block {
        self.flush();
        let outer = self.outer.pop().unwrap_or_default();
        std::mem::replace(&mut self.current, outer)
    }

    /// Appends the statements of a block that was built aside.
    pub fn splice(&mut self, block: Block) {
        self.flush();
        self.current.extend_block(block);
    }

    /// The whole function.
    pub fn finish(mut self) -> Function {
        self.flush();
        self.function.body = self.current;
        self.function
    }

    /// Makes the types of scalars and vectors known, without which only some constants are folded.
    pub fn know_types(&mut self, types: &mut UniqueArena<Type>) {
        for scalar in [Scalar::F32, Scalar::U32, Scalar::I32, Scalar::BOOL] {
            for size in [None, Some(VectorSize::Bi), Some(VectorSize::Tri), Some(VectorSize::Quad)] {
                let inner = size.map_or(TypeInner::Scalar(scalar), |size| TypeInner::Vector { size, scalar });
                self.types.insert((size, scalar), types.insert(Type { name: None, inner }, Span::UNDEFINED));
            }
        }
    }

    /// The type of a scalar or vector, if it is known.
    pub(super) fn known_type(&self, size: Option<VectorSize>, scalar: Scalar) -> Option<Handle<Type>> {
        self.types.get(&(size, scalar)).copied()
    }

    fn flush(&mut self) {
        if let Some(from) = self.emit_from.take() {
            let range = self.function.expressions.range_from(from);
            self.current.push(Statement::Emit(range), self.span);
        }
    }

    /// A literal.
    pub fn literal(&mut self, literal: Literal) -> Handle<Expression> {
        self.append(Expression::Literal(literal))
    }

    /// A `u32` literal.
    pub fn u32(&mut self, value: u32) -> Handle<Expression> {
        self.literal(Literal::U32(value))
    }

    /// An `f32` literal; finite.
    pub fn f32(&mut self, value: f32) -> Handle<Expression> {
        self.literal(Literal::F32(value))
    }

    /// `left op right`.
    pub fn binary(&mut self, op: BinaryOperator, left: Handle<Expression>, right: Handle<Expression>) -> Handle<Expression> {
        self.append(Expression::Binary { op, left, right })
    }

    /// A built-in function of one argument.
    pub fn math(&mut self, fun: MathFunction, arg: Handle<Expression>) -> Handle<Expression> {
        self.append(Expression::Math { fun, arg, arg1: None, arg2: None, arg3: None })
    }

    /// A built-in function of two arguments.
    pub fn math_pair(&mut self, fun: MathFunction, arg: Handle<Expression>, arg1: Handle<Expression>) -> Handle<Expression> {
        self.append(Expression::Math { fun, arg, arg1: Some(arg1), arg2: None, arg3: None })
    }

    /// `select(reject, accept, condition)`.
    pub fn select(&mut self, condition: Handle<Expression>, accept: Handle<Expression>, reject: Handle<Expression>) -> Handle<Expression> {
        self.append(Expression::Select { condition, accept, reject })
    }

    /// Component, member or column `index` of `base`.
    pub fn at(&mut self, base: Handle<Expression>, index: u32) -> Handle<Expression> {
        self.append(Expression::AccessIndex { base, index })
    }

    /// `value` in each component of a vector; `value` itself where `size` is `None`.
    pub fn splat(&mut self, size: Option<VectorSize>, value: Handle<Expression>) -> Handle<Expression> {
        match size {
            Some(size) => self.append(Expression::Splat { size, value }),
            None => value,
        }
    }

    /// Calls a function that has a result.
    pub fn call(&mut self, function: Handle<Function>, arguments: Vec<Handle<Expression>>) -> Handle<Expression> {
        let result = self.append_unemitted(Expression::CallResult(function));
        self.push(Statement::Call { function, arguments, result: Some(result) });
        result
    }

    /// The literal that `handle` is, if it is one.
    pub fn as_literal(&self, handle: Handle<Expression>) -> Option<Literal> {
        match self.function.expressions[handle] {
            Expression::Literal(literal) => Some(literal),
            _ => None,
        }
    }
}

fn leaf(expression: &Expression) -> Option<Leaf> {
    Some(match *expression {
        Expression::Literal(Literal::F32(value)) => Leaf::Bits(0, u64::from(value.to_bits())),
        Expression::Literal(Literal::U32(value)) => Leaf::Bits(1, u64::from(value)),
        Expression::Literal(Literal::I32(value)) => Leaf::Bits(2, u64::from(value.cast_unsigned())),
        Expression::Literal(Literal::Bool(value)) => Leaf::Bits(3, u64::from(value)),
        Expression::ZeroValue(ty) => Leaf::Zero(ty),
        Expression::Constant(constant) => Leaf::Constant(constant),
        Expression::GlobalVariable(global) => Leaf::Global(global),
        Expression::LocalVariable(local) => Leaf::Local(local),
        Expression::FunctionArgument(index) => Leaf::Argument(index),
        _ => return None,
    })
}
