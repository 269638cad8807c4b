//! The limits that a run can meet without the host.

/// The limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// C is below this at every check point, or the run is out of fuel.
    pub fuel: u64,
    /// The most that the weights of active functions may sum up to.
    pub call_depth: u64,
    /// The most bytes that the memory may have.
    pub memory_bytes: u64,
    /// The most elements that all tables together may have.
    pub table_elements: u64,
}
