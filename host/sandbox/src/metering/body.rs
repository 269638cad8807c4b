//! A function body, decoded: its instructions, where each stands, and the types of its locals.

use wasmparser::{FunctionBody, Operator, ValType, VisitOperator, VisitSimdOperator};

use super::cost::{self, Cost};
use super::nan;

/// What an instruction is to the pass: most are passed over without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Always costs the same, and is copied.
    Plain,
    /// Names a local.
    Local,
    /// Control, calls, references to functions, and what costs by its length.
    Special,
}

/// What `operator` is.
#[inline(always)]
const fn sort(operator: &Operator<'_>) -> Sort {
    use Operator as O;
    match operator {
        O::LocalGet { .. } | O::LocalSet { .. } | O::LocalTee { .. } => Sort::Local,
        O::Block { .. }
        | O::Loop { .. }
        | O::If { .. }
        | O::Else
        | O::End
        | O::Br { .. }
        | O::BrIf { .. }
        | O::BrTable { .. }
        | O::Return
        | O::Unreachable
        | O::Call { .. }
        | O::CallIndirect { .. }
        | O::RefFunc { .. } => Sort::Special,
        _ => match cost::of(operator) {
            Cost::Fixed(_) => Sort::Plain,
            Cost::Length(_) => Sort::Special,
        },
    }
}

/// A decoded body. Kept from function to function, so that its memory is.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// The bytes of the body, declarations of locals included.
    pub(super) bytes: &'a [u8],
    /// The instructions.
    pub(super) ops: Vec<Operator<'a>>,
    /// What each of them costs.
    pub(super) costs: Vec<Cost>,
    /// What each of them is to the pass.
    pub(super) sorts: Vec<Sort>,
    /// Where in `bytes` each instruction starts, and at last where the body ends.
    pub(super) at: Vec<u32>,
    /// The declarations of locals, without parameters.
    pub(super) groups: Vec<(u32, ValType)>,
    /// The types of all locals, parameters first.
    pub(super) locals: Vec<ValType>,
    /// Whether an instruction may make a NaN.
    pub(super) arithmetic: bool,
}

impl<'a> Body<'a> {
    /// Decodes `body` of a function with these parameters.
    pub(super) fn read(&mut self, body: &FunctionBody<'a>, params: &[ValType]) -> wasmparser::Result<()> {
        self.bytes = body.as_bytes();
        self.ops.clear();
        self.at.clear();
        self.costs.clear();
        self.sorts.clear();
        self.groups.clear();
        self.locals.clear();
        self.arithmetic = false;
        self.locals.extend(params);
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            self.groups.push((count, ty));
            self.locals.extend(std::iter::repeat_n(ty, count as usize));
        }
        let base = body.range().start;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            self.at.push((reader.original_position() - base) as u32);
            reader.visit_operator(&mut Collector(self))?;
        }
        self.at.push(self.bytes.len() as u32);
        Ok(())
    }

    /// Number of instructions.
    pub(super) fn len(&self) -> usize {
        self.ops.len()
    }
}

/// Collects instructions as the parser comes to them.
///
/// **Why a visitor?** What is asked of each kind of instruction is answered when this is compiled, and each is made where it stays: three times as fast as to be given it and to ask.
struct Collector<'b, 'a>(&'b mut Body<'a>);

impl<'a> Collector<'_, 'a> {
    #[inline(always)]
    fn push(&mut self, op: Operator<'a>) {
        self.0.costs.push(cost::of(&op));
        self.0.sorts.push(sort(&op));
        self.0.arithmetic |= nan::is_arithmetic(&op);
        self.0.ops.push(op);
    }
}

macro_rules! collect {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($annotation:tt)*))*) => {
        $(
            fn $visit(&mut self $($(, $arg: $ty)*)?) {
                self.push(Operator::$op $({ $($arg),* })?);
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for Collector<'_, 'a> {
    type Output = ();

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = ()>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(collect);
}

impl<'a> VisitSimdOperator<'a> for Collector<'_, 'a> {
    wasmparser::for_each_visit_simd_operator!(collect);
}
