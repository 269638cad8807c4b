//! A function body, decoded: its instructions, where each stands, and the types of its locals.

use wasmparser::{FunctionBody, Operator, ValType};

use super::cost::{self, Cost};

/// A decoded body. Kept from function to function, so that its memory is.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// The bytes of the body, declarations of locals included.
    pub(super) bytes: &'a [u8],
    /// The instructions.
    pub(super) ops: Vec<Operator<'a>>,
    /// What each of them costs.
    pub(super) costs: Vec<Cost>,
    /// Where in `bytes` each instruction starts, and at last where the body ends.
    pub(super) at: Vec<u32>,
    /// The declarations of locals, without parameters.
    pub(super) groups: Vec<(u32, ValType)>,
    /// The types of all locals, parameters first.
    pub(super) locals: Vec<ValType>,
}

impl<'a> Body<'a> {
    /// Decodes `body` of a function with these parameters.
    pub(super) fn read(&mut self, body: &FunctionBody<'a>, params: &[ValType]) -> wasmparser::Result<()> {
        self.bytes = body.as_bytes();
        self.ops.clear();
        self.at.clear();
        self.costs.clear();
        self.groups.clear();
        self.locals.clear();
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
            let op = reader.read()?;
            self.costs.push(cost::of(&op));
            self.ops.push(op);
        }
        self.at.push(self.bytes.len() as u32);
        Ok(())
    }

    /// Number of instructions.
    pub(super) fn len(&self) -> usize {
        self.ops.len()
    }
}
