//! Expressions: instructions that push one value of a type.

use arbitrary::Result;
use wasm_encoder::{BlockType, Ieee32, Ieee64, Instruction as I, MemArg, ValType};

use super::{ADDRESSES, Body, GLOBAL_CONSTANTS, global, operators};

/// Bits of f32: NaNs of all kinds, and numbers that arithmetic makes NaNs of.
pub(super) const BITS32: [u32; 14] = [
    0,
    0xbf80_0000,
    0x7fc0_0000,
    0xffc0_0000,
    0x7f80_0001,
    0xffa0_1234,
    0x7fff_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x8000_0000,
    0x3f80_0000,
    0x40a0_0000,
    0x7f7f_ffff,
    0x0000_0001,
];

/// Bits of f64.
pub(super) const BITS64: [u64; 15] = [
    0,
    0xbff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff0_0000_0000_0001,
    0xfff4_0000_0000_1234,
    0x7fff_ffff_ffff_ffff,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x8000_0000_0000_0000,
    0x3ff0_0000_0000_0000,
    0x4014_0000_0000_0000,
    // Numbers whose halves are NaNs of f32.
    0x3ff0_0000_7fa0_0000,
    0x7fc0_0000_ffc0_0000,
    0x7fef_ffff_ffff_ffff,
];

const INTEGERS: [i32; 10] = [0, 1, -1, 2, 3, 7, 64, 1_000, i32::MIN, i32::MAX];

impl Body<'_, '_, '_> {
    /// Pushes a value. `depth` says how far it may be nested.
    pub(super) fn expression(&mut self, ty: ValType, depth: u32) -> Result<()> {
        if depth == 0 || self.u.is_empty() {
            return self.leaf(ty);
        }
        match self.below(24)? {
            0..=3 => self.leaf(ty),
            4..=9 => {
                let all = operators::unary(ty);
                let (from, instruction) = self.u.choose(&all)?.clone();
                self.expression(from, depth - 1)?;
                self.emit(instruction);
                Ok(())
            }
            10..=14 => self.binary(ty, depth),
            15 => {
                let local = self.free_local(ty)?;
                self.expression(ty, depth - 1)?;
                self.emit(I::LocalTee(local));
                Ok(())
            }
            16 | 17 => self.load(ty, depth),
            18 => self.select(ty, depth),
            19 => self.open_nan(ty),
            20 => self.rare(ty, depth),
            _ if self.straight => self.binary(ty, depth),
            21 => self.block(ty, depth),
            22 => self.choice(ty, depth),
            _ => self.called(ty, depth),
        }
    }

    fn leaf(&mut self, ty: ValType) -> Result<()> {
        match self.below(6)? {
            0 => self.constant(ty),
            1 => {
                let at = self.one_in(3)?;
                let index = match ty {
                    ValType::F32 if at => GLOBAL_CONSTANTS,
                    ValType::F64 if at => GLOBAL_CONSTANTS + 1,
                    ValType::V128 if at => GLOBAL_CONSTANTS + 2,
                    _ => global(ty),
                };
                self.emit(I::GlobalGet(index));
                Ok(())
            }
            _ => {
                let local = self.any_local(ty)?;
                self.emit(I::LocalGet(local));
                Ok(())
            }
        }
    }

    pub(super) fn constant(&mut self, ty: ValType) -> Result<()> {
        let instruction = match ty {
            ValType::I32 => I::I32Const(self.pick(&INTEGERS)?),
            ValType::I64 => I::I64Const(i64::from(self.pick(&INTEGERS)?) << (self.below(3)? * 16)),
            ValType::F32 => I::F32Const(Ieee32::new(self.pick(&BITS32)?)),
            ValType::F64 => I::F64Const(Ieee64::new(self.pick(&BITS64)?)),
            _ => {
                let (low, high) = (self.pick(&BITS64)?, self.pick(&BITS64)?);
                let (low, high) = if self.one_in(2)? {
                    let [a, b, c, d] = [self.pick(&BITS32)?, self.pick(&BITS32)?, self.pick(&BITS32)?, self.pick(&BITS32)?].map(u64::from);
                    (a << 32 | b, c << 32 | d)
                } else {
                    (low, high)
                };
                I::V128Const((u128::from(high) << 64 | u128::from(low)).cast_signed())
            }
        };
        self.emit(instruction);
        Ok(())
    }

    /// A NaN that arithmetic has just made, or a number.
    fn open_nan(&mut self, ty: ValType) -> Result<()> {
        match ty {
            ValType::F32 => {
                self.emit(I::F32Const(Ieee32::new(0xbf80_0000)));
                self.emit(I::F32Sqrt);
            }
            ValType::F64 => {
                self.emit(I::F64Const(Ieee64::new(0xfff0_0000_0000_0000)));
                self.emit(I::F64Const(Ieee64::new(0xfff0_0000_0000_0000)));
                self.emit(I::F64Sub);
            }
            ValType::V128 => {
                let double = self.one_in(2)?;
                self.constant(ValType::V128)?;
                self.constant(ValType::V128)?;
                self.emit(if double { I::F64x2Div } else { I::F32x4Div });
            }
            _ => return self.leaf(ty),
        }
        Ok(())
    }

    fn binary(&mut self, ty: ValType, depth: u32) -> Result<()> {
        let all = operators::binary(ty);
        let (first, second, instruction) = self.u.choose(&all)?.clone();
        self.expression(first, depth - 1)?;
        self.expression(second, depth - 1)?;
        self.emit(instruction);
        Ok(())
    }

    fn select(&mut self, ty: ValType, depth: u32) -> Result<()> {
        if ty == ValType::V128 && self.one_in(2)? {
            for _ in 0..3 {
                self.expression(ty, depth - 1)?;
            }
            self.emit(I::V128Bitselect);
            return Ok(());
        }
        self.expression(ty, depth - 1)?;
        self.expression(ty, depth - 1)?;
        self.expression(ValType::I32, depth - 1)?;
        let typed = self.one_in(3)?;
        self.emit(if typed { I::TypedSelect(ty) } else { I::Select });
        Ok(())
    }

    /// What may trap, what costs by a length, and what looks at tables.
    fn rare(&mut self, ty: ValType, depth: u32) -> Result<()> {
        let (divisions, conversions) = (operators::division(ty), operators::trapping(ty));
        match self.below(6)? {
            0 if !divisions.is_empty() => {
                self.expression(ty, depth - 1)?;
                self.expression(ty, depth - 1)?;
                if !self.one_in(8)? {
                    self.emit(if ty == ValType::I32 { I::I32Const(1) } else { I::I64Const(1) });
                    self.emit(if ty == ValType::I32 { I::I32Or } else { I::I64Or });
                    self.emit(if ty == ValType::I32 { I::I32RemU } else { I::I64DivU });
                    return Ok(());
                }
                let division = self.u.choose(&divisions)?.clone();
                self.emit(division);
                Ok(())
            }
            1 if !conversions.is_empty() && self.one_in(4)? => {
                let (from, conversion) = self.u.choose(&conversions)?.clone();
                self.expression(from, depth - 1)?;
                self.emit(conversion);
                Ok(())
            }
            2 if ty == ValType::I32 && !self.straight => {
                let pages = self.pick(&[0, 0, 1, -1])?;
                self.emit(I::I32Const(pages));
                self.emit(I::MemoryGrow(0));
                Ok(())
            }
            3 if ty == ValType::I32 => {
                self.emit(I::MemorySize(0));
                Ok(())
            }
            4 if ty == ValType::I32 => {
                let slot = self.slot()?;
                self.emit(I::I32Const(slot));
                self.emit(I::TableGet(0));
                self.emit(I::RefIsNull);
                Ok(())
            }
            _ => self.binary(ty, depth),
        }
    }

    /// A place of the table, which may be outside.
    pub(super) fn slot(&mut self) -> Result<i32> {
        let size = self.program.table.len() as u32;
        let outside = self.one_in(60)?;
        Ok(self.below(size)?.cast_signed() + if outside { 1_000 } else { 0 })
    }

    /// Pushes an address: within the first page, but for a few.
    pub(super) fn address(&mut self, depth: u32) -> Result<()> {
        match self.below(9)? {
            0 | 1 => {
                let place = self.below(64)?.cast_signed() * 4;
                self.emit(I::I32Const(place));
            }
            2 if !self.straight && self.spend() => {
                // Two or three addresses at once: one that is not the last is left.
                let many = self.below(ADDRESSES)?;
                self.emit(I::Call(self.program.imports + many));
                for _ in 0..=many {
                    let local = self.free_local(ValType::I32)?;
                    let dropped = self.one_in(2)?;
                    self.emit(if dropped { I::Drop } else { I::LocalSet(local) });
                }
            }
            3 if !self.straight && self.spend() => {
                self.emit(I::Block(BlockType::Result(ValType::I32)));
                self.labels.push((vec![ValType::I32], false));
                let place = self.below(200)?.cast_signed();
                self.emit(I::I32Const(place));
                self.condition(depth)?;
                self.emit(I::BrIf(0));
                self.labels.pop();
                self.emit(I::Drop);
                self.emit(I::I32Const(place / 2));
                self.emit(I::End);
            }
            4 => {
                for _ in 0..2 {
                    let place = self.below(50)?.cast_signed();
                    self.emit(I::I32Const(place));
                }
                self.condition(depth)?;
                self.emit(I::Select);
            }
            kind => {
                self.expression(ValType::I32, depth.saturating_sub(1))?;
                if !self.one_in(40)? {
                    self.emit(I::I32Const(if kind == 5 { 0x3fff } else { 0xfc }));
                    self.emit(I::I32And);
                }
                if kind == 6 {
                    let local = self.free_local(ValType::I32)?;
                    self.emit(I::LocalTee(local));
                }
            }
        }
        Ok(())
    }

    pub(super) fn place(&mut self, align: u32) -> Result<MemArg> {
        let align = if self.one_in(2)? { 0 } else { align };
        let far = self.one_in(50)?;
        let offset = if far { self.pick(&[65_528, 65_533, 0xffff_fff0, 0xffff_ffff])? } else { u64::from(self.below(12)?) };
        Ok(MemArg { offset, align, memory_index: 0 })
    }

    fn load(&mut self, ty: ValType, depth: u32) -> Result<()> {
        self.address(depth - 1)?;
        let at = self.place(2)?;
        let narrow = MemArg { align: 0, ..at };
        let instruction = match ty {
            ValType::I32 => self.u.choose(&[I::I32Load(at), I::I32Load8S(narrow), I::I32Load16U(narrow)])?.clone(),
            ValType::I64 => self.u.choose(&[I::I64Load(at), I::I64Load32S(at)])?.clone(),
            ValType::F32 => I::F32Load(at),
            ValType::F64 => I::F64Load(at),
            _ => self
                .u
                .choose(&[
                    I::V128Load(at),
                    I::V128Load64Splat(at),
                    I::V128Load32Splat(at),
                    I::V128Load32Zero(at),
                    I::V128Load32x2U(at),
                    I::V128Load64Zero(at),
                ])?
                .clone(),
        };
        self.emit(instruction);
        Ok(())
    }

    /// Pushes an i32 that is now this and now that.
    pub(super) fn condition(&mut self, depth: u32) -> Result<()> {
        match self.below(3)? {
            0 => {
                let local = self.any_local(ValType::I32)?;
                self.emit(I::LocalGet(local));
                self.emit(I::I32Const(1));
                self.emit(I::I32And);
                Ok(())
            }
            1 => self.constant(ValType::I32),
            _ => self.expression(ValType::I32, depth.min(2)),
        }
    }

    /// A block with this result.
    fn block(&mut self, ty: ValType, depth: u32) -> Result<()> {
        if !self.spend() {
            return self.leaf(ty);
        }
        self.emit(I::Block(BlockType::Result(ty)));
        self.labels.push((vec![ty], false));
        self.statements(depth - 1, 2)?;
        self.expression(ty, depth - 1)?;
        if self.one_in(2)? {
            self.condition(depth - 1)?;
            self.emit(I::BrIf(0));
            if self.one_in(2)? {
                self.emit(I::Drop);
                self.expression(ty, depth - 1)?;
            }
        }
        self.labels.pop();
        self.emit(I::End);
        Ok(())
    }

    /// An `if` with this result.
    fn choice(&mut self, ty: ValType, depth: u32) -> Result<()> {
        if !self.spend() {
            return self.leaf(ty);
        }
        self.condition(depth - 1)?;
        self.emit(I::If(BlockType::Result(ty)));
        self.labels.push((vec![ty], false));
        self.expression(ty, depth - 1)?;
        self.emit(I::Else);
        self.statements(depth - 1, 1)?;
        self.expression(ty, depth - 1)?;
        self.labels.pop();
        self.emit(I::End);
        Ok(())
    }

    /// A call of a function with this result, or whose results have it first.
    fn called(&mut self, ty: ValType, depth: u32) -> Result<()> {
        let all = self.program.functions.len() as u32;
        let fitting: Vec<u32> = (0..all).filter(|one| self.program.signature(*one).1.first() == Some(&ty)).collect();
        if fitting.is_empty() || !self.spend() {
            return self.leaf(ty);
        }
        let function = self.pick(&fitting)?;
        let results = self.program.signature(function).1;
        // What has a budget needs a value for when it is used up.
        let budget = function <= self.own && function >= self.program.imports && !self.one_in(50)?;
        if budget {
            self.budget();
            self.emit(I::If(BlockType::Result(ty)));
            self.labels.push((vec![ty], false));
        }
        self.call(function, depth - 1)?;
        for extra in results.iter().skip(1).rev() {
            self.sink(*extra)?;
        }
        if budget {
            self.labels.pop();
            self.emit(I::Else);
            self.constant(ty)?;
            self.emit(I::End);
        }
        Ok(())
    }
}
