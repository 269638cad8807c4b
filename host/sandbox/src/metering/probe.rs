//! Probes: what a profiled function tells the host when it is entered and when it is left.
//!
//! ```text
//! table, behind the module's own     [0] enter(function: i32, fuel left: i64)     [1] leave(fuel left: i64)
//! start of every function            i32.const FUNCTION   local.get FUEL   i32.const 0   call_indirect
//! each return of it                                       local.get FUEL   i32.const 1   call_indirect
//! ```
//!
//! Fuel and depth stay what they are without: a probe charges nothing and has no weight, and at an entry and at a return the count is exact (`charge`). What is left of the slice is in
//! a local, so it is passed; the rest of the count is in a global, where the host reads it.
//!
//! **Why a table and not imports?** An import would move the number of every function, and with it every `call`, every segment and every name. The host puts its two functions into the table after
//! instantiation; the module's own code cannot name a table that it does not know of.

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{RefType, TableSection, TableType, TypeSection, ValType};
use wasmparser::{BinaryReader, TableSectionReader};

use super::module::Module;
use super::write::Writer;

/// The element of the table that is called on entry.
pub(crate) const ENTER: u64 = 0;
/// The element that is called before each return.
pub(crate) const LEAVE: u64 = 1;
/// How many elements the table has.
pub(crate) const PROBES: u64 = 2;

/// Numbers that the code of probes needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probes {
    /// The table.
    pub(super) table: u32,
    /// The type of `enter`; that of `leave` is the next.
    pub(super) types: u32,
}

impl Probes {
    /// Appends the types of both.
    pub(super) fn append_types(section: &mut TypeSection) {
        section.ty().function([ValType::I32, ValType::I64], []);
        section.ty().function([ValType::I64], []);
    }
}

impl Module<'_> {
    /// The module's tables, and that of the probes.
    pub(super) fn probed_table_section(&self) -> Result<TableSection, Error> {
        let mut section = TableSection::new();
        for (_, data) in self.raw.iter().filter(|(id, _)| *id == 4) {
            RoundtripReencoder.parse_table_section(&mut section, TableSectionReader::new(BinaryReader::new(data, 0))?)?;
        }
        section.table(TableType { element_type: RefType::FUNCREF, table64: false, minimum: PROBES, maximum: Some(PROBES), shared: false });
        Ok(section)
    }
}

impl Writer<'_, '_> {
    /// At the start of a function, before its check point: who fails there was entered.
    pub(super) fn probe_entry(&mut self) {
        let function = self.function();
        if let Some(Probes { table, types }) = function.module.probes() {
            let (index, fuel) = (function.index, function.layout.fuel());
            self.emit().i32_const(index.cast_signed()).local_get(fuel).i32_const(ENTER as i32).call_indirect(table, types);
        }
    }

    /// Before a return: the results are on the stack and stay there.
    pub(super) fn probe_exit(&mut self) {
        let function = self.function();
        if let Some(Probes { table, types }) = function.module.probes() {
            let fuel = function.layout.fuel();
            self.emit().local_get(fuel).i32_const(LEAVE as i32).call_indirect(table, types + 1);
        }
    }
}
