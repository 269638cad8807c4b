//! How far memory and tables may grow.

use wasmi::ResourceLimiter;
use wasmi_core::{LimiterError, MemoryError, TableError};

/// What decides about growth.
#[derive(Debug)]
pub(super) struct Growth {
    /// The most bytes that the memory may have.
    pub(super) memory_bytes: u64,
    /// The most elements that all tables together may have.
    pub(super) table_elements: u64,
    /// How many they have.
    pub(super) elements_now: u64,
}

/// Growth fails when it passes a limit of the run or the object's own, and otherwise never: where the
/// machine has no room the run ends, because −1 would be an answer.
impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        Ok(desired as u64 <= self.memory_bytes && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        let elements = self.elements_now + (desired - current) as u64;
        let fits = elements <= self.table_elements && maximum.is_none_or(|maximum| desired <= maximum);
        if fits {
            self.elements_now = elements;
        }
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _: &MemoryError) -> Result<(), LimiterError> {
        Err(LimiterError::ResourceLimiterDeniedAllocation)
    }

    fn table_grow_failed(&mut self, _: &TableError) -> Result<(), LimiterError> {
        Err(LimiterError::ResourceLimiterDeniedAllocation)
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        1
    }
}
