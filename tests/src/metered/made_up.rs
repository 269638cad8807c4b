//! Host calls that are made up: what they answer, what they charge, what they write and whether they end the run follows from what they are called with.

use assay_reference::metering::{Halt, HostCall, Imports, Reply};

/// Answers calls. It remembers C at each, so that it can be compared.
#[derive(Debug, Default)]
pub struct MadeUp {
    /// C at each call so far, and what the call was.
    pub calls: Vec<(u64, u64)>,
}

/// Charges: none, some, and those around a slice.
const CHARGES: [u64; 10] = [0, 0, 1, 7, 300, 4_096, 65_535, 65_536, 65_537, 200_000];

impl Imports for MadeUp {
    /// The number of the call.
    type Stop = usize;

    fn call(&mut self, call: HostCall<'_>) -> Result<Reply, Halt<usize>> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(call.module.as_bytes()).update(call.name.as_bytes());
        for arg in call.args {
            hasher.update(&arg.to_le_bytes());
        }
        hasher.update(&(self.calls.len() as u64).to_le_bytes());
        let hash = hasher.finalize();
        let [a, b, c, d] = hash.as_bytes().first_chunk().expect("a hash has more").map(usize::from);
        self.calls.push((call.fuel_used, u64::from_le_bytes(*hash.as_bytes().last_chunk().expect("a hash has more"))));
        if let Some(byte) = call.memory.get_mut(a * b) {
            *byte ^= c as u8;
        }
        let charge = CHARGES[c % CHARGES.len()];
        if d == 0 {
            return Err(Halt { stop: self.calls.len(), charge });
        }
        Ok(Reply { value: Some((a * c + d) as u32), charge })
    }
}
