//! What a pipeline computes, as a hash: source, entry point and constants, and nothing of this implementation.
//!
//! **Why not [`crate::Kernel::fingerprint`]?** That one changes with every version of the lowering, as a cache's key must. This one stands in transcripts, which two
//! implementations have to agree on.

use super::{CONSTANTS_MAX, Fault, NAME_BYTES_MAX, invalid};

/// The constants sorted by name, bytewise, with no name twice and all values finite.
pub(super) fn sorted(constants: &[(String, f64)]) -> Result<Vec<(String, f64)>, Fault> {
    if constants.len() > CONSTANTS_MAX {
        return invalid(format!("{} constants: at most {CONSTANTS_MAX} are allowed", constants.len()));
    }
    for (name, value) in constants {
        if name.len() > NAME_BYTES_MAX {
            return invalid(format!("the name of a constant has {} bytes: at most {NAME_BYTES_MAX} are allowed", name.len()));
        }
        if !value.is_finite() {
            return invalid(format!("the constant {name:?} is {value}: it must be finite"));
        }
    }
    let mut constants = constants.to_vec();
    constants.sort_by(|a, b| a.0.cmp(&b.0));
    match constants.windows(2).find(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
        Some([twice, _]) => invalid(format!("the constant {:?} is given twice", twice.0)),
        _ => Ok(constants),
    }
}

/// The hash of `specs/guest-interface.md`, section 5; `constants` are sorted by name.
pub fn pipeline_identity(source: &str, entry: &str, constants: &[(String, f64)]) -> [u8; 32] {
    let mut bytes = blake3::hash(source.as_bytes()).as_bytes().to_vec();
    // Names are at most `NAME_BYTES_MAX` long, and constants at most `CONSTANTS_MAX`: nothing is cut.
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    text(&mut bytes, entry);
    bytes.extend_from_slice(&(constants.len() as u32).to_le_bytes());
    for (name, value) in constants {
        text(&mut bytes, name);
        bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }
    *blake3::hash(&bytes).as_bytes()
}
