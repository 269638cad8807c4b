//! Statements: instructions that leave the stack as it is.

use arbitrary::Result;
use wasm_encoder::{BlockType, Instruction as I, ValType};

use super::{Body, GLOBAL_BUDGET, TYPES, global};

impl Body<'_, '_, '_> {
    /// Up to `most` statements.
    pub(super) fn statements(&mut self, depth: u32, most: u32) -> Result<()> {
        for _ in 0..self.below(most + 1)? {
            self.statement(depth)?;
        }
        Ok(())
    }

    pub(super) fn statement(&mut self, depth: u32) -> Result<()> {
        let depth = depth.min(5);
        if depth == 0 || self.straight || self.below(5)? < 2 {
            return self.simple(depth);
        }
        if !self.spend() {
            return self.simple(depth);
        }
        match self.below(16)? {
            0 | 1 => self.decide(depth),
            2 | 3 => self.counted_loop(depth),
            4 | 5 => self.loop_(depth),
            6 => self.plain_block(depth),
            7 | 8 => self.block_of_values(depth),
            9 => self.branch(depth),
            10 => self.switch(depth),
            11 => self.call_statement(depth),
            12 => self.call_indirect(depth),
            13 => self.bulk(depth),
            14 => self.leave(depth),
            _ => self.stores_at_results(depth),
        }
    }

    /// Without control and calls, unless an expression has them.
    fn simple(&mut self, depth: u32) -> Result<()> {
        let ty = self.ty()?;
        match self.below(8)? {
            0..=2 => {
                self.expression(ty, depth)?;
                let local = self.free_local(ty)?;
                self.emit(I::LocalSet(local));
            }
            3 => {
                // From one to another: what it was read from is set in between, now and then.
                let (from, to) = (self.any_local(ty)?, self.free_local(ty)?);
                self.emit(I::LocalGet(from));
                if self.one_in(2)? {
                    self.expression(ty, depth.min(2))?;
                    self.emit(I::LocalSet(from));
                }
                self.emit(I::LocalSet(to));
            }
            4 | 5 => {
                self.address(depth)?;
                self.expression(ty, depth)?;
                self.store(ty)?;
            }
            6 => {
                self.expression(ty, depth)?;
                self.emit(I::GlobalSet(global(ty)));
            }
            _ => {
                self.expression(ty, depth)?;
                self.emit(I::Drop);
            }
        }
        Ok(())
    }

    pub(super) fn store(&mut self, ty: ValType) -> Result<()> {
        let at = self.place(2)?;
        let narrow = wasm_encoder::MemArg { align: 0, ..at };
        let lane = self.below(2)? as u8;
        let instruction = match ty {
            ValType::I32 => self.u.choose(&[I::I32Store(at), I::I32Store8(narrow)])?.clone(),
            ValType::I64 => self.u.choose(&[I::I64Store(at), I::I64Store32(at)])?.clone(),
            ValType::F32 => I::F32Store(at),
            ValType::F64 => I::F64Store(at),
            _ => self
                .u
                .choose(&[I::V128Store(at), I::V128Store64Lane { memarg: at, lane }, I::V128Store32Lane { memarg: at, lane: lane + 2 }])?
                .clone(),
        };
        self.emit(instruction);
        Ok(())
    }

    /// Takes the value on top of the stack.
    pub(super) fn sink(&mut self, ty: ValType) -> Result<()> {
        match self.below(4)? {
            0 => self.emit(I::Drop),
            1 => self.emit(I::GlobalSet(global(ty))),
            _ => {
                let local = self.free_local(ty)?;
                self.emit(I::LocalSet(local));
            }
        }
        Ok(())
    }

    fn decide(&mut self, depth: u32) -> Result<()> {
        self.condition(depth)?;
        self.emit(I::If(BlockType::Empty));
        self.labels.push((Vec::new(), false));
        self.statements(depth - 1, 3)?;
        if self.one_in(2)? {
            self.emit(I::Else);
            self.statements(depth - 1, 2)?;
        }
        self.labels.pop();
        self.emit(I::End);
        Ok(())
    }

    fn plain_block(&mut self, depth: u32) -> Result<()> {
        self.emit(I::Block(BlockType::Empty));
        self.labels.push((Vec::new(), false));
        self.statements(depth - 1, 4)?;
        self.labels.pop();
        self.emit(I::End);
        Ok(())
    }

    /// A few types.
    fn types(&mut self, most: u32) -> Result<Vec<ValType>> {
        let count = self.below(most + 1)?;
        (0..count).map(|_| self.ty()).collect()
    }

    /// A block or an `if` with parameters and results.
    fn block_of_values(&mut self, depth: u32) -> Result<()> {
        let (params, results) = (self.types(2)?, self.types(3)?);
        for ty in &params {
            self.expression(*ty, depth - 1)?;
        }
        let ty = self.program.block_type(&params, &results);
        let decides = self.one_in(3)?;
        if decides {
            self.condition(depth)?;
        }
        self.emit(if decides { I::If(ty) } else { I::Block(ty) });
        self.labels.push((results.clone(), false));
        for arm in 0..1 + u32::from(decides) {
            if arm == 1 {
                self.emit(I::Else);
            }
            for ty in params.iter().rev() {
                self.sink(*ty)?;
            }
            self.statements(depth - 1, 2)?;
            for ty in &results {
                self.expression(*ty, depth - 1)?;
            }
            if self.one_in(2)? {
                self.condition(1)?;
                self.emit(I::BrIf(0));
            }
        }
        self.labels.pop();
        self.emit(I::End);
        for ty in results.iter().rev() {
            self.sink(*ty)?;
        }
        Ok(())
    }

    /// A label that a branch forward may go to; those of loops are for their own branches, since they count.
    fn label(&mut self) -> Result<u32> {
        let again = self.one_in(150)?;
        let count = self.labels.len();
        let forward: Vec<u32> = (0..count).filter(|at| again || !self.labels[count - 1 - at].1).map(|at| at as u32).collect();
        self.pick(&forward)
    }

    fn branch(&mut self, depth: u32) -> Result<()> {
        let label = self.label()?;
        let takes = self.labels[self.labels.len() - 1 - label as usize].0.clone();
        for ty in &takes {
            self.expression(*ty, depth - 1)?;
        }
        if self.one_in(6)? {
            self.emit(I::Br(label));
            // Dead.
            return self.statements(depth - 1, 1);
        }
        self.condition(depth)?;
        self.emit(I::BrIf(label));
        for ty in takes.iter().rev() {
            self.sink(*ty)?;
        }
        Ok(())
    }

    /// An arm that ends: a return, a trap, a branch, behind a condition that is seldom true.
    fn leave(&mut self, depth: u32) -> Result<()> {
        self.condition(depth)?;
        if !self.one_in(3)? {
            self.condition(depth)?;
            self.emit(I::I32And);
        }
        let results = self.labels[0].0.clone();
        self.emit(I::If(BlockType::Empty));
        self.labels.push((Vec::new(), false));
        self.statements(depth - 1, 1)?;
        match self.below(8)? {
            0 => self.emit(I::Unreachable),
            1 => {
                // Dead behind it: a loop, a call.
                self.emit(I::Unreachable);
                self.emit(I::Loop(BlockType::Empty));
                self.emit(I::Call(self.program.imports));
                self.emit(I::Br(0));
                self.emit(I::End);
            }
            kind => {
                for ty in &results {
                    self.expression(*ty, depth - 1)?;
                }
                let function = self.labels.len() as u32 - 1;
                self.emit(if kind < 5 { I::Return } else { I::Br(function) });
            }
        }
        self.labels.pop();
        if self.one_in(3)? {
            self.emit(I::Else);
            self.labels.push((Vec::new(), false));
            self.statements(depth - 1, 2)?;
            self.labels.pop();
        }
        self.emit(I::End);
        Ok(())
    }

    /// Blocks around a `br_table` that leads to them, to what is around them, and to the function's end.
    fn switch(&mut self, depth: u32) -> Result<()> {
        let arms = 1 + self.below(3)?;
        let result = if self.one_in(3)? { Some(self.ty()?) } else { None };
        let takes: Vec<ValType> = result.into_iter().collect();
        let ty = self.program.block_type(&[], &takes);
        for _ in 0..arms {
            self.emit(I::Block(ty));
            self.labels.push((takes.clone(), false));
            self.statements(depth - 1, 1)?;
        }
        let count = self.labels.len();
        // Loops too, if they go round seldom enough: their counters are in front of it.
        let fitting: Vec<u32> = (0..count)
            .filter(|at| {
                let (own, again) = &self.labels[count - 1 - at];
                *own == takes && (!again || *at < 2)
            })
            .map(|at| at as u32)
            .collect();
        let mut targets = Vec::new();
        for _ in 0..self.below(5)? {
            targets.push(self.pick(&fitting)?);
        }
        let default = self.below(arms)?;
        for ty in &takes {
            self.expression(*ty, depth - 1)?;
        }
        self.expression(ValType::I32, depth - 1)?;
        self.emit(I::I32Const(7));
        self.emit(I::I32And);
        self.emit(I::BrTable(targets.into(), default));
        for arm in 0..arms {
            self.labels.pop();
            self.emit(I::End);
            for ty in &takes {
                self.sink(*ty)?;
            }
            self.statements(depth - 1, 2)?;
            // The next one's result.
            if arm + 1 < arms {
                for ty in &takes {
                    self.expression(*ty, depth - 1)?;
                }
            }
        }
        Ok(())
    }

    /// One call less of those that may still be made; pushes whether there was one.
    pub(super) fn budget(&mut self) {
        for instruction in [
            I::GlobalGet(GLOBAL_BUDGET),
            I::I32Const(1),
            I::I32Sub,
            I::GlobalSet(GLOBAL_BUDGET),
            I::GlobalGet(GLOBAL_BUDGET),
            I::I32Const(0),
            I::I32GtS,
        ] {
            self.emit(instruction);
        }
    }

    /// Pushes arguments and calls.
    pub(super) fn call(&mut self, function: u32, depth: u32) -> Result<()> {
        for ty in self.program.signature(function).0 {
            self.expression(ty, depth)?;
        }
        self.emit(I::Call(function));
        Ok(())
    }

    fn call_statement(&mut self, depth: u32) -> Result<()> {
        let all = self.program.functions.len() as u32;
        let import = self.one_in(4)?;
        let function = if import { self.below(self.program.imports)? } else { self.below(all)? };
        let results = self.program.signature(function).1;
        let endless = self.one_in(30)?;
        let budget = function <= self.own && function >= self.program.imports && !endless;
        if budget {
            self.budget();
            self.emit(I::If(BlockType::Empty));
            self.labels.push((Vec::new(), false));
        }
        self.call(function, depth - 1)?;
        for ty in results.iter().rev() {
            self.sink(*ty)?;
        }
        if budget {
            self.labels.pop();
            self.emit(I::End);
        }
        Ok(())
    }

    fn call_indirect(&mut self, depth: u32) -> Result<()> {
        self.budget();
        self.emit(I::If(BlockType::Empty));
        self.labels.push((Vec::new(), false));
        let mut slot = self.slot()?;
        if self.program.table.get(slot as usize).is_some_and(Option::is_none) && !self.one_in(10)? {
            slot = 0;
        }
        let function = self.program.table.get(slot as usize).copied().flatten().unwrap_or(0);
        let other = self.one_in(30)?;
        let function = if other { self.below(self.program.functions.len() as u32)? } else { function };
        let (params, results) = self.program.signature(function);
        for ty in &params {
            self.expression(*ty, depth - 1)?;
        }
        self.emit(I::I32Const(slot));
        let type_index = self.program.type_index(&params, &results);
        self.emit(I::CallIndirect { type_index, table_index: 0 });
        for ty in results.iter().rev() {
            self.sink(*ty)?;
        }
        self.labels.pop();
        self.emit(I::End);
        Ok(())
    }

    /// Instructions whose cost depends on their operand.
    fn bulk(&mut self, depth: u32) -> Result<()> {
        let length = self.pick(&[0, 1, 3, 15, 16, 17, 64, 100, 1_000, -1])?;
        let length = if length == -1 && !self.one_in(4)? { 20 } else { length };
        match self.below(6)? {
            0 => {
                self.address(depth)?;
                self.constant(ValType::I32)?;
                self.emit(I::I32Const(length));
                self.emit(I::MemoryFill(0));
            }
            1 => {
                self.address(depth)?;
                self.address(depth)?;
                self.emit(I::I32Const(length));
                self.emit(I::MemoryCopy { src_mem: 0, dst_mem: 0 });
            }
            2 => {
                self.address(depth)?;
                self.emit(I::I32Const(3));
                self.emit(I::I32Const(length.min(40)));
                self.emit(I::MemoryInit { mem: 0, data_index: 1 });
            }
            3 => {
                self.expression(ValType::I32, depth - 1)?;
                self.emit(I::I32Const(1));
                self.emit(I::I32And);
                self.emit(I::MemoryGrow(0));
                self.sink(ValType::I32)?;
            }
            4 => {
                let (to, from) = (self.slot()?, self.slot()?);
                self.emit(I::I32Const(to));
                self.emit(I::I32Const(from));
                self.emit(I::I32Const(1));
                self.emit(I::TableCopy { src_table: 0, dst_table: 0 });
            }
            _ => {
                let slot = self.slot()?;
                let function = self.program.table.iter().flatten().next().copied().unwrap_or(0);
                self.emit(I::I32Const(slot));
                self.emit(I::RefFunc(function));
                if self.one_in(2)? {
                    self.emit(I::TableSet(0));
                } else {
                    self.emit(I::I32Const(1));
                    self.emit(I::TableFill(0));
                }
            }
        }
        Ok(())
    }

    /// Stores to addresses that one call has given, of which none is its last result.
    fn stores_at_results(&mut self, depth: u32) -> Result<()> {
        self.emit(I::Call(self.program.imports + 1));
        let types = [self.ty()?, self.ty()?, self.ty()?];
        if self.one_in(2)? {
            let local = self.free_local(ValType::I32)?;
            self.emit(I::LocalSet(local));
        } else {
            self.expression(types[0], depth)?;
            self.store(types[0])?;
        }
        for ty in &types[1..] {
            self.expression(*ty, depth)?;
            self.store(*ty)?;
        }
        Ok(())
    }

    /// Everything that the locals hold, to memory: each has a place.
    pub(super) fn store_locals(&mut self) -> Result<()> {
        for (at, local) in self.free.clone().into_iter().enumerate() {
            let ty = self.locals[local as usize];
            if !TYPES.contains(&ty) || self.one_in(3)? {
                continue;
            }
            self.emit(I::I32Const(512 + 16 * (at as i32 % 400) + 8_192 * (self.own as i32 % 6)));
            self.emit(I::LocalGet(local));
            let at = wasm_encoder::MemArg { offset: 0, align: 0, memory_index: 0 };
            self.emit(match ty {
                ValType::I32 => I::I32Store(at),
                ValType::I64 => I::I64Store(at),
                ValType::F32 => I::F32Store(at),
                ValType::F64 => I::F64Store(at),
                _ => I::V128Store(at),
            });
        }
        Ok(())
    }
}
