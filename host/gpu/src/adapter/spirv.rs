//! Makes the SPIR-V that naga wrote say what strict means, since naga has no way to say it.
//!
//! Two things are added. `NoContraction` on every float operation: without it a driver may fuse `x * y + z`, reassociate, or turn `x / y` into `x * (1 / y)`. And the
//! execution modes of `SPV_KHR_float_controls` that the device reports: round to nearest even, subnormals kept, zeros' signs, infinities and NaN kept. Declaring a mode
//! that the device does not report is invalid, hence [`FloatModes`] comes from the driver and never from hope.
//!
//! One thing is changed: naga writes `!=` as `OpFOrdNotEqual`, which is false for NaN, where IEEE's is true.
//!
//! The patcher also reads what it decorates: an operation whose result is left to the driver (`OpDot`, a matrix product, `exp`) has no place in strict code, and a module
//! that has one is refused rather than decorated. Other words are copied as they are; the only insertions are whole instructions, each at the end of its section of the layout
//! that the SPIR-V specification fixes (2.4).

use std::collections::HashSet;

/// Execution modes for 32-bit floats that a device reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct FloatModes {
    /// `shaderRoundingModeRTEFloat32`
    pub round_to_nearest_even: bool,
    /// `shaderDenormPreserveFloat32`
    pub keep_subnormals: bool,
    /// `shaderSignedZeroInfNanPreserveFloat32`
    pub keep_zero_infinity_nan: bool,
}

/// Why a module was not patched. Always a defect of ours: the module was written by naga from strict IR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpirvError {
    /// Not a SPIR-V module of one entry point.
    #[error("malformed SPIR-V at word {word}: {what}")]
    Malformed {
        /// Where.
        word: usize,
        /// What.
        what: &'static str,
    },
    /// An operation whose result SPIR-V leaves to the driver.
    #[error("the SPIR-V uses {what} {number}, whose result is not defined bit for bit")]
    Inexact {
        /// Kind of operation.
        what: &'static str,
        /// Its number in its table.
        number: u32,
    },
}

const MAGIC: u32 = 0x0723_0203;
const HEADER_WORDS: usize = 5;

mod op {
    pub const EXTENSION: u32 = 10;
    pub const EXT_INST_IMPORT: u32 = 11;
    pub const EXT_INST: u32 = 12;
    pub const ENTRY_POINT: u32 = 15;
    pub const EXECUTION_MODE: u32 = 16;
    pub const CAPABILITY: u32 = 17;
    pub const TYPE_FIRST: u32 = 19;
    pub const TYPE_FLOAT: u32 = 22;
    pub const TYPE_VECTOR: u32 = 23;
    pub const TYPE_LAST: u32 = 39;
    pub const DECORATE: u32 = 71;
    pub const GROUP_MEMBER_DECORATE: u32 = 75;
    pub const F_NEGATE: u32 = 127;
    pub const F_ADD: u32 = 129;
    pub const F_SUB: u32 = 131;
    pub const F_MUL: u32 = 133;
    pub const F_DIV: u32 = 136;
    pub const F_ORD_NOT_EQUAL: u32 = 182;
    pub const F_UNORD_NOT_EQUAL: u32 = 183;
    /// `OpFRem`, `OpFMod`, products of vectors and matrices, `OpDot`.
    pub const INEXACT_FIRST: u32 = 140;
    pub const INEXACT_LAST: u32 = 148;
    pub const ATOMIC_F_ADD: u32 = 6035;
}

const DECORATION_NO_CONTRACTION: u32 = 42;
/// `RoundEven`, `Trunc`, `FAbs`, `Floor`, `Ceil`, `Sqrt`, `FClamp` (naga's guard before a cast), `Fma` of `GLSL.std.450`.
const EXACT_EXT_INST: [u32; 8] = [2, 3, 4, 8, 9, 31, 43, 50];

/// (capability, execution mode) of each flag.
const KEEP_SUBNORMALS: (u32, u32) = (4464, 4459);
const KEEP_ZERO_INFINITY_NAN: (u32, u32) = (4466, 4461);
const ROUND_TO_NEAREST_EVEN: (u32, u32) = (4467, 4462);

impl FloatModes {
    fn numbers(self) -> Vec<(u32, u32)> {
        let flags = [
            (self.keep_subnormals, KEEP_SUBNORMALS),
            (self.keep_zero_infinity_nan, KEEP_ZERO_INFINITY_NAN),
            (self.round_to_nearest_even, ROUND_TO_NEAREST_EVEN),
        ];
        flags.into_iter().filter(|(declared, _)| *declared).map(|(_, numbers)| numbers).collect()
    }
}

/// What one reading of a module finds: where to insert, and what to decorate.
#[derive(Default)]
struct Found {
    entry_point: Option<u32>,
    after_capabilities: usize,
    after_execution_modes: usize,
    decorations: Option<usize>,
    float_types: HashSet<u32>,
    glsl: Option<u32>,
    float_results: Vec<u32>,
    /// Where `OpFOrdNotEqual` stands.
    not_equals: Vec<usize>,
}

/// The module with its decorations and modes.
///
/// # Errors
/// [`SpirvError`]: malformed, or holding an operation that is not exact.
pub fn patch(words: &[u32], modes: FloatModes) -> Result<Vec<u32>, SpirvError> {
    let found = read(words)?;
    let mut words = words.to_vec();
    for at in &found.not_equals {
        words[*at] = words[*at] & 0xffff_0000 | op::F_UNORD_NOT_EQUAL;
    }
    let entry_point = found.entry_point.ok_or(SpirvError::Malformed { word: 0, what: "no entry point" })?;
    let decorations = found.decorations.ok_or(SpirvError::Malformed { word: 0, what: "no types" })?;
    let modes = modes.numbers();
    let mut patched = Vec::with_capacity(words.len() + 3 * found.float_results.len() + 32);
    patched.extend_from_slice(&words[..found.after_capabilities]);
    if !modes.is_empty() {
        for (capability, _) in &modes {
            patched.extend([instruction(2, op::CAPABILITY), *capability]);
        }
        let name = literal_string("SPV_KHR_float_controls");
        patched.push(instruction(1 + name.len() as u32, op::EXTENSION));
        patched.extend(name);
    }
    patched.extend_from_slice(&words[found.after_capabilities..found.after_execution_modes]);
    for (_, mode) in &modes {
        patched.extend([instruction(4, op::EXECUTION_MODE), entry_point, *mode, 32]);
    }
    patched.extend_from_slice(&words[found.after_execution_modes..decorations]);
    for result in &found.float_results {
        patched.extend([instruction(3, op::DECORATE), *result, DECORATION_NO_CONTRACTION]);
    }
    patched.extend_from_slice(&words[decorations..]);
    Ok(patched)
}

fn read(words: &[u32]) -> Result<Found, SpirvError> {
    if words.len() < HEADER_WORDS || words[0] != MAGIC {
        return Err(SpirvError::Malformed { word: 0, what: "no SPIR-V header" });
    }
    let mut found = Found { after_capabilities: HEADER_WORDS, ..Found::default() };
    let mut at = HEADER_WORDS;
    while let Some(&first) = words.get(at) {
        let length = (first >> 16) as usize;
        let body = at.checked_add(length).filter(|_| length > 0).and_then(|end| words.get(at + 1..end));
        let body = body.ok_or(SpirvError::Malformed { word: at, what: "an instruction's length" })?;
        read_instruction(&mut found, at, first & 0xffff, body)?;
        at += length;
    }
    Ok(found)
}

fn read_instruction(found: &mut Found, at: usize, opcode: u32, body: &[u32]) -> Result<(), SpirvError> {
    let short = SpirvError::Malformed { word: at, what: "an instruction too short" };
    let word = |index: usize| body.get(index).copied().ok_or(short.clone());
    let end = at + 1 + body.len();
    match opcode {
        op::CAPABILITY => found.after_capabilities = end,
        op::EXT_INST_IMPORT if body.get(1..) == Some(&literal_string("GLSL.std.450")[..]) => found.glsl = Some(word(0)?),
        op::ENTRY_POINT => {
            if found.entry_point.replace(word(1)?).is_some() {
                return Err(SpirvError::Malformed { word: at, what: "a second entry point" });
            }
            found.after_execution_modes = end;
        }
        op::EXECUTION_MODE => found.after_execution_modes = end,
        op::TYPE_FIRST..=op::TYPE_LAST | op::DECORATE..=op::GROUP_MEMBER_DECORATE => {
            found.decorations.get_or_insert(at);
            if opcode == op::TYPE_FLOAT || (opcode == op::TYPE_VECTOR && found.float_types.contains(&word(1)?)) {
                found.float_types.insert(word(0)?);
            }
        }
        op::F_NEGATE | op::F_ADD | op::F_SUB | op::F_MUL | op::F_DIV => found.float_results.push(word(1)?),
        op::F_ORD_NOT_EQUAL => found.not_equals.push(at),
        op::INEXACT_FIRST..=op::INEXACT_LAST | op::ATOMIC_F_ADD => return Err(SpirvError::Inexact { what: "instruction", number: opcode }),
        op::EXT_INST if found.float_types.contains(&word(0)?) => {
            if found.glsl != Some(word(2)?) || !EXACT_EXT_INST.contains(&word(3)?) {
                return Err(SpirvError::Inexact { what: "extended instruction", number: word(3)? });
            }
            found.float_results.push(word(1)?);
        }
        _ => {}
    }
    Ok(())
}

fn instruction(words: u32, opcode: u32) -> u32 {
    words << 16 | opcode
}

/// A literal string: UTF-8 octets, low-order first, nul-terminated and padded to a word.
fn literal_string(text: &str) -> Vec<u32> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: FloatModes = FloatModes { round_to_nearest_even: true, keep_subnormals: true, keep_zero_infinity_nan: true };

    fn write(wgsl: &str) -> Vec<u32> {
        let module = naga::front::wgsl::parse_str(wgsl).unwrap();
        let info =
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty()).validate(&module).unwrap();
        let options = naga::back::spv::Options { lang_version: (1, 3), ..Default::default() };
        naga::back::spv::write_vec(&module, &info, &options, None).unwrap()
    }

    fn instructions(words: &[u32]) -> Vec<Vec<u32>> {
        let (mut at, mut all) = (HEADER_WORDS, Vec::new());
        while at < words.len() {
            let length = (words[at] >> 16) as usize;
            all.push(words[at..at + length].to_vec());
            at += length;
        }
        all
    }

    fn count(words: &[u32], opcode: u32) -> usize {
        instructions(words).iter().filter(|one| one[0] & 0xffff == opcode).count()
    }

    const KERNEL: &str = "@group(0) @binding(0) var<storage, read_write> a: array<vec4f>;
        @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
          let v = a[id.x & 7u]; a[0] = floor(sqrt(-v * v + v / v)) - fma(v, v, v); a[1].x = f32(id.x + 3u) + a[2].y; }";

    #[test]
    fn every_float_operation_is_decorated_once() {
        let patched = patch(&write(KERNEL), ALL).unwrap();
        let decorated: Vec<u32> = instructions(&patched)
            .iter()
            .filter(|one| one[0] & 0xffff == op::DECORATE && one[2] == DECORATION_NO_CONTRACTION)
            .map(|one| one[1])
            .collect();
        // negate, multiply, divide, add, sqrt, floor, fma, subtract, and the scalar add; not the integer add or the cast
        assert_eq!(decorated.len(), 9, "{decorated:?}");
        assert_eq!(decorated.iter().collect::<HashSet<_>>().len(), 9);
    }

    #[test]
    fn modes_stand_in_their_sections() {
        let plain = write(KERNEL);
        let patched = patch(&plain, ALL).unwrap();
        assert_eq!(count(&patched, op::CAPABILITY), count(&plain, op::CAPABILITY) + 3);
        assert_eq!(count(&patched, op::EXECUTION_MODE), count(&plain, op::EXECUTION_MODE) + 3);
        assert_eq!(count(&patched, op::EXTENSION), count(&plain, op::EXTENSION) + 1);
        // Rank in the layout of SPIR-V 2.4 never falls.
        let rank = |opcode: u32| match opcode {
            op::CAPABILITY => Some(0),
            op::EXTENSION => Some(1),
            op::EXT_INST_IMPORT => Some(2),
            14 => Some(3),
            op::ENTRY_POINT => Some(4),
            op::EXECUTION_MODE => Some(5),
            3 | 5 | 6 | 7 => Some(6),
            op::DECORATE | 72 => Some(7),
            op::TYPE_FIRST..=op::TYPE_LAST => Some(8),
            54 => Some(9),
            _ => None,
        };
        let ranks: Vec<u32> = instructions(&patched).iter().filter_map(|one| rank(one[0] & 0xffff)).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn no_mode_is_declared_that_was_not_reported() {
        let plain = write(KERNEL);
        let patched = patch(&plain, FloatModes::default()).unwrap();
        assert_eq!(count(&patched, op::CAPABILITY), count(&plain, op::CAPABILITY));
        assert_eq!(count(&patched, op::EXTENSION), count(&plain, op::EXTENSION));
        let one = patch(&plain, FloatModes { keep_subnormals: true, ..FloatModes::default() }).unwrap();
        assert!(instructions(&one).iter().any(|i| i[0] & 0xffff == op::EXECUTION_MODE && i[2] == KEEP_SUBNORMALS.1 && i[3] == 32));
        assert_eq!(count(&one, op::EXECUTION_MODE), count(&plain, op::EXECUTION_MODE) + 1);
    }

    #[test]
    fn not_equal_is_true_for_nan() {
        let plain = write(
            "@group(0) @binding(0) var<storage, read_write> a: array<f32>; @compute @workgroup_size(1) fn main() { if (a[0] != a[1]) { a[2] = 1.0; } }",
        );
        let patched = patch(&plain, ALL).unwrap();
        assert_eq!((count(&plain, op::F_ORD_NOT_EQUAL), count(&plain, op::F_UNORD_NOT_EQUAL)), (1, 0), "naga has changed");
        assert_eq!((count(&patched, op::F_ORD_NOT_EQUAL), count(&patched, op::F_UNORD_NOT_EQUAL)), (0, 1));
    }

    #[test]
    fn inexact_operations_are_refused() {
        for expression in [
            "dot(v, v)",
            "exp(v.x)",
            "v.x % v.y",
            "(v * v.x).y",
            "length(v)",
            "min(v.x, v.y)",
            "inverseSqrt(v.x)",
            "(mat4x4f(v, v, v, v) * v).x",
        ] {
            let wgsl = format!(
                "@group(0) @binding(0) var<storage, read_write> a: array<vec4f>;
                @compute @workgroup_size(1) fn main() {{ let v = a[0]; a[1].x = {expression}; }}"
            );
            assert!(matches!(patch(&write(&wgsl), ALL), Err(SpirvError::Inexact { .. })), "{expression}");
        }
    }

    #[test]
    fn malformed_words_are_refused_wherever_they_stand() {
        let plain = write(KERNEL);
        assert!(patch(&[], ALL).is_err());
        assert!(patch(&plain[..HEADER_WORDS], ALL).is_err());
        for at in HEADER_WORDS..plain.len() {
            let mut words = plain.clone();
            words[at] = 0; // a length of 0, or some operand
            let _ = patch(&words, ALL);
            let mut words = plain.clone();
            words[at] |= 0xffff_0000; // beyond the end, or some operand
            let _ = patch(&words, ALL);
            let _ = patch(&plain[..at], ALL);
        }
        let mut words = plain;
        let last = words.len() - 1;
        words[last] = 0;
        assert!(matches!(patch(&words, ALL), Err(SpirvError::Malformed { .. })));
    }
}
