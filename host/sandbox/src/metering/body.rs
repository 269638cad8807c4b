//! A function body, decoded: the instructions that the pass looks at, and what the others between them cost.
//!
//! Most instructions are copied without a look: they always cost the same. What is left of them is a sum. Where values are followed ([`nan`]), and only there, the body is decoded
//! a second time, and all of it kept.

use std::ops::Range;

use wasmparser::{BinaryReader, FunctionBody, Operator, OperatorsReader, ValType, VisitOperator, VisitSimdOperator};

use super::cost::{self, Cost};
use super::layout::Layout;
use super::nan;

/// What an instruction is to the pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Always costs the same, and is copied.
    Plain,
    /// Names this local.
    Local(u32),
    /// Control, calls, references to functions, and what costs by its length.
    Special,
}

/// What `operator` is.
#[inline(always)]
pub(super) const fn sort(operator: &Operator<'_>) -> Sort {
    use Operator as O;
    match operator {
        O::LocalGet { local_index } | O::LocalSet { local_index } | O::LocalTee { local_index } => Sort::Local(*local_index),
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

/// An instruction that the pass looks at: a special one, or one that names a local and cannot be changed in place.
pub(super) struct Special<'a> {
    pub(super) op: Operator<'a>,
    /// Where in the body it starts, and where the next one does.
    pub(super) at: u32,
    pub(super) next: u32,
    /// What it costs.
    pub(super) cost: Cost,
    /// What the instructions cost that stand between the last special one and it.
    pub(super) before: i32,
    /// How many they are.
    pub(super) between: u32,
}

/// A decoded body. Kept from function to function, so that its memory is.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// The bytes of the body, declarations of locals included.
    pub(super) bytes: &'a [u8],
    /// Where in them the instructions start.
    pub(super) start: u32,
    /// The special instructions. The last is the function's `end`.
    pub(super) specials: Vec<Special<'a>>,
    /// Where in `bytes` numbers of locals stand that move, and take one byte then as now.
    pub(super) moved: Vec<u32>,
    /// The declarations of locals, without parameters.
    pub(super) groups: Vec<(u32, ValType)>,
    /// The types of all locals, parameters first.
    pub(super) locals: Vec<ValType>,
    /// Whether an instruction may make a NaN.
    pub(super) arithmetic: bool,
}

impl<'a> Body<'a> {
    /// Decodes `body` of a function with these parameters.
    pub(super) fn read(&mut self, body: &FunctionBody<'a>, params: &[ValType], layout: Layout) -> wasmparser::Result<()> {
        self.bytes = body.as_bytes();
        self.specials.clear();
        self.moved.clear();
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
        let mut at = (reader.original_position() - base) as u32;
        self.start = at;
        let mut collector = Visitor(Specials { body: self, layout, at, before: 0, between: 0 });
        while !reader.eof() {
            collector.0.at = at;
            let found = reader.visit_operator(&mut collector)?;
            at = (reader.original_position() - base) as u32;
            if found && let Some(last) = collector.0.body.specials.last_mut() {
                last.next = at;
            }
        }
        Ok(())
    }

    /// Decodes the instructions that stand in this part of its bytes.
    pub(super) fn decode(&self, part: Range<u32>, into: &mut Decoded<'a>) -> wasmparser::Result<()> {
        into.ops.clear();
        into.at.clear();
        let bytes = &self.bytes[part.start as usize..part.end as usize];
        let mut reader = OperatorsReader::new(BinaryReader::new(bytes, part.start as usize));
        let mut collector = Visitor(All(&mut into.ops));
        while !reader.eof() {
            into.at.push(reader.original_position() as u32);
            reader.visit_operator(&mut collector)?;
        }
        into.at.push(part.end);
        Ok(())
    }
}

/// Instructions one after the other. Kept, so that their memory is.
#[derive(Default)]
pub(super) struct Decoded<'a> {
    pub(super) ops: Vec<Operator<'a>>,
    /// Where in the body each starts, and where the last one ends.
    pub(super) at: Vec<u32>,
}

/// Takes instructions as the parser comes to them.
trait Take<'a> {
    /// Takes one; says whether it is kept.
    fn take(&mut self, op: Operator<'a>) -> bool;
}

/// Keeps the special ones.
struct Specials<'b, 'a> {
    body: &'b mut Body<'a>,
    layout: Layout,
    /// Where the instruction starts.
    at: u32,
    before: i32,
    between: u32,
}

impl<'a> Take<'a> for Specials<'_, 'a> {
    #[inline(always)]
    fn take(&mut self, op: Operator<'a>) -> bool {
        let cost = cost::of(&op);
        self.body.arithmetic |= nan::is_arithmetic(&op);
        let plain = match sort(&op) {
            Sort::Plain => true,
            Sort::Local(index) => self.in_place(index),
            Sort::Special => false,
        };
        if let (true, Cost::Fixed(cost)) = (plain, cost) {
            self.before += i32::from(cost);
            self.between += 1;
            return false;
        }
        let (before, between) = (std::mem::take(&mut self.before), std::mem::take(&mut self.between));
        // Where the next one starts is known once the parser is there.
        self.body.specials.push(Special { op, at: self.at, next: self.at, cost, before, between });
        true
    }
}

impl Specials<'_, '_> {
    /// Whether an instruction that names this local is copied, if need be with another number.
    #[inline(always)]
    fn in_place(&mut self, index: u32) -> bool {
        let moved = self.layout.local(index);
        if moved == index {
            return true;
        }
        // A number of more bytes than it needs is another byte here.
        if moved < 0x80 && self.body.bytes.get(self.at as usize + 1).is_some_and(|byte| u32::from(*byte) == index) {
            self.body.moved.push(self.at + 1);
            return true;
        }
        false
    }
}

/// Keeps them all.
struct All<'o, 'a>(&'o mut Vec<Operator<'a>>);

impl<'a> Take<'a> for All<'_, 'a> {
    #[inline(always)]
    fn take(&mut self, op: Operator<'a>) -> bool {
        self.0.push(op);
        true
    }
}

/// Hands instructions on.
///
/// **Why a visitor?** What is asked of each kind of instruction is answered when this is compiled, and each is made where it stays: three times as fast as to be given it and to ask.
struct Visitor<T>(T);

macro_rules! take {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($annotation:tt)*))*) => {
        $(
            fn $visit(&mut self $($(, $arg: $ty)*)?) -> bool {
                self.0.take(Operator::$op $({ $($arg),* })?)
            }
        )*
    };
}

impl<'a, T: Take<'a>> VisitOperator<'a> for Visitor<T> {
    type Output = bool;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = bool>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(take);
}

impl<'a, T: Take<'a>> VisitSimdOperator<'a> for Visitor<T> {
    wasmparser::for_each_visit_simd_operator!(take);
}
