//! Loops: those that are counted, those that nearly are, and those that go round a few times by a counter of their own.

use arbitrary::Result;
use wasm_encoder::{BlockType, Instruction as I, ValType};

use super::Body;

/// What is wrong with a loop that is nearly counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Miss {
    Nothing,
    SetTwice,
    BoundSet,
    StepOfZero,
    Equal,
    Less,
    Nop,
    Return,
    Tested,
    Inner,
    LengthInside,
    SubtractedStep,
    Swapped,
    Typed,
}

impl Body<'_, '_, '_> {
    /// A loop that is counted, or nearly.
    pub(super) fn counted_loop(&mut self, depth: u32) -> Result<()> {
        use Miss as M;
        let misses = [
            M::Nothing,
            M::Nothing,
            M::Nothing,
            M::Nothing,
            M::Nothing,
            M::SetTwice,
            M::BoundSet,
            M::StepOfZero,
            M::Equal,
            M::Less,
            M::Nop,
            M::Return,
            M::Tested,
            M::Inner,
            M::LengthInside,
            M::SubtractedStep,
            M::Swapped,
            M::Typed,
        ];
        let mut miss = self.pick(&misses)?;
        if miss == M::StepOfZero && !self.one_in(8)? {
            miss = M::Nothing;
        }
        let counter = self.add_local(ValType::I32);
        let bound = self.add_local(ValType::I32);
        // Now and then nothing is aimed at: mostly it never ends, or only after a time that no fuel suffices for.
        let wild = self.one_in(25)?;
        let step = self.pick(&[1, -1, 2, 3, -4, 5, 8, -16, 96, i32::MIN, 1 << 20, -3])?;
        let times = self.pick(&[1, 2, 3, 5, 9])?;
        let times = if step == i32::MIN { 1 } else { times };
        let end = self.pick(&[0, 0, 10, -7, i32::MIN, i32::MAX, 48])?;
        let start = if wild { self.pick(&[3, -1, 100_000])? } else { end.wrapping_sub(step.wrapping_mul(times)) };
        let by_local = end != 0 && self.one_in(2)?;
        self.emit(I::I32Const(start));
        self.emit(I::LocalSet(counter));
        self.emit(I::I32Const(end));
        self.emit(I::LocalSet(bound));
        let set_before = self.one_in(2)?;
        let tee = self.one_in(2)?;
        let ty = if miss == M::Typed { self.program.block_type(&[], &[ValType::I32]) } else { BlockType::Empty };
        self.emit(I::Loop(ty));
        let was = std::mem::replace(&mut self.straight, true);
        self.labels.push((Vec::new(), true));
        let write = |body: &mut Self, tee: bool| {
            body.emit(I::LocalGet(counter));
            body.emit(I::I32Const(if miss == M::StepOfZero {
                0
            } else if miss == M::SubtractedStep {
                step.wrapping_neg()
            } else {
                step
            }));
            body.emit(if miss == M::SubtractedStep { I::I32Sub } else { I::I32Add });
            body.emit(if tee { I::LocalTee(counter) } else { I::LocalSet(counter) });
        };
        self.statements(depth, 2)?;
        if set_before {
            write(self, tee);
            if tee {
                self.emit(I::Drop);
            }
        }
        self.floats_around(depth)?;
        match miss {
            M::SetTwice => {
                self.emit(I::LocalGet(counter));
                self.emit(I::LocalSet(counter));
            }
            M::BoundSet => {
                self.emit(I::I32Const(end));
                self.emit(I::LocalSet(bound));
            }
            M::Nop => self.emit(I::Nop),
            M::Return => {
                self.emit(I::Block(BlockType::Empty));
                self.emit(I::End);
            }
            M::Inner => {
                self.emit(I::LocalGet(counter));
                self.emit(I::If(BlockType::Empty));
                self.emit(I::End);
            }
            M::LengthInside => {
                self.address(1)?;
                self.emit(I::I32Const(0));
                self.emit(I::I32Const(20));
                self.emit(I::MemoryFill(0));
            }
            _ => {}
        }
        let bounded = |body: &mut Self| body.emit(if by_local { I::LocalGet(bound) } else { I::I32Const(end) });
        // With the last setting in it, or the counter as it was set before.
        let read = |body: &mut Self| {
            if set_before {
                body.emit(I::LocalGet(counter));
            } else {
                write(body, true);
            }
        };
        if miss == M::Typed {
            self.emit(I::I32Const(5));
        }
        if end == 0 && miss == M::Nothing && self.one_in(2)? {
            read(self);
        } else if miss == M::Swapped || self.one_in(4)? {
            bounded(self);
            read(self);
            self.emit(I::I32Ne);
        } else {
            read(self);
            bounded(self);
            self.emit(match miss {
                M::Equal => I::I32Eq,
                M::Less => I::I32LtS,
                _ => I::I32Ne,
            });
        }
        if miss == M::Tested {
            self.emit(I::I32Eqz);
            self.emit(I::I32Eqz);
        }
        self.emit(I::BrIf(0));
        self.labels.pop();
        self.straight = was;
        self.emit(I::End);
        if miss == M::Typed {
            self.emit(I::Drop);
        }
        Ok(())
    }

    /// A float local that a loop's start joins: read at the top, computed at the bottom.
    fn floats_around(&mut self, depth: u32) -> Result<()> {
        let ty = self.pick(&[ValType::F64, ValType::F32, ValType::V128])?;
        let local = self.free_local(ty)?;
        if self.one_in(2)? {
            self.address(1)?;
            self.emit(I::LocalGet(local));
            self.store(ty)?;
        }
        self.expression(ty, depth.min(3))?;
        self.emit(I::LocalSet(local));
        Ok(())
    }

    /// A loop that goes round a few times and may be left in several ways, or one that never ends.
    pub(super) fn loop_(&mut self, depth: u32) -> Result<()> {
        let counter = self.add_local(ValType::I32);
        let times = self.pick(&[1, 2, 3, 4, 7])?;
        let endless = self.one_in(80)?;
        let outer = self.one_in(2)?;
        if outer {
            self.emit(I::Block(BlockType::Empty));
            self.labels.push((Vec::new(), false));
        }
        self.emit(I::I32Const(times));
        self.emit(I::LocalSet(counter));
        // A parameter that goes round.
        let around = if self.one_in(3)? { Some(self.ty()?) } else { None };
        let takes: Vec<ValType> = around.into_iter().collect();
        for ty in &takes {
            self.expression(*ty, depth - 1)?;
        }
        let ty = self.program.block_type(&takes, &[]);
        self.emit(I::Loop(ty));
        self.labels.push((takes.clone(), true));
        for ty in &takes {
            self.sink(*ty)?;
        }
        let count = |body: &mut Self| {
            for instruction in [I::LocalGet(counter), I::I32Const(1), I::I32Sub, I::LocalSet(counter)] {
                body.emit(instruction);
            }
        };
        // Whoever goes round has counted: this comes first.
        count(self);
        if !endless {
            self.emit(I::LocalGet(counter));
            self.emit(I::I32Const(0));
            self.emit(I::I32LtS);
            self.emit(I::If(BlockType::Empty));
            self.labels.push((Vec::new(), false));
            if outer {
                self.emit(I::Br(2));
            } else {
                let results = self.labels[0].0.clone();
                for ty in &results {
                    self.constant(*ty)?;
                }
                self.emit(I::Return);
            }
            self.labels.pop();
            self.emit(I::End);
        }
        self.floats_around(depth)?;
        for _ in 0..self.below(4)? {
            self.statement(depth - 1)?;
            if outer && self.one_in(4)? {
                self.condition(1)?;
                self.emit(I::BrIf(1));
            }
            if self.one_in(6)? {
                // A `continue` in the middle.
                for ty in &takes {
                    self.expression(*ty, 1)?;
                }
                self.condition(1)?;
                self.emit(I::BrIf(0));
                for ty in &takes {
                    self.sink(*ty)?;
                }
            }
        }
        for ty in &takes {
            self.expression(*ty, depth - 1)?;
        }
        if self.one_in(5)? {
            self.emit(I::Br(0));
        } else {
            self.emit(I::LocalGet(counter));
            self.emit(I::BrIf(0));
            for ty in &takes {
                self.sink(*ty)?;
            }
        }
        self.labels.pop();
        self.emit(I::End);
        if outer {
            self.labels.pop();
            self.emit(I::End);
        }
        Ok(())
    }
}
