//! What functions of a module are called: for people, never for machines.
//!
//! Names come from the name section, which nothing checks: it may be missing, damaged, 100 MB long, say the same of two functions, or hold characters that drive a terminal. So a name is
//! demangled if it is Rust's, escaped, cut, and made unique; where there is none, a function is `function[12]`, and an import is what it is imported as.

use std::collections::HashMap;
use std::fmt::Write;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::admission::MAX_FUNCTIONS;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// Longest symbol that is demangled, in bytes: longer ones are nobody's, and are only cut.
const MAX_SYMBOL_BYTES: usize = 16 * 1024;

/// The names of all functions of a module, as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionNames {
    shown: Vec<String>,
}

impl FunctionNames {
    /// Reads the names of a module. Of what does not parse, what stands before it counts.
    pub fn read(wasm: &[u8]) -> Self {
        let mut raw: Vec<Option<String>> = Vec::new();
        let mut imports = 0;
        let mut named = false;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload {
                Ok(Payload::ImportSection(section)) => {
                    for import in section.into_imports().flatten() {
                        if let TypeRef::Func(_) = import.ty {
                            raw.push(Some(shown(&format!("{}.{}", import.module, import.name))));
                        }
                    }
                    imports = raw.len();
                }
                Ok(Payload::FunctionSection(section)) => raw.resize(imports + section.count().min(MAX_FUNCTIONS as u32) as usize, None),
                Ok(Payload::CustomSection(section)) if !named => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        named = true;
                        given(names, imports, &mut raw);
                    }
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Self { shown: unique(raw) }
    }

    /// What function `index` is called.
    pub fn get(&self, index: u32) -> String {
        self.shown.get(index as usize).cloned().unwrap_or_else(|| unnamed(index as usize))
    }
}

/// Takes the names of a name section for functions that the module defines; the first for each counts.
fn given(names: wasmparser::NameSectionReader<'_>, imports: usize, raw: &mut [Option<String>]) {
    for subsection in names.into_iter().map_while(Result::ok) {
        let Name::Function(map) = subsection else { continue };
        for naming in map.into_iter().map_while(Result::ok) {
            let index = naming.index as usize;
            if index >= imports
                && !naming.name.is_empty()
                && let Some(place @ None) = raw.get_mut(index)
            {
                *place = Some(shown(naming.name));
            }
        }
    }
}

fn unnamed(index: usize) -> String {
    format!("function[{index}]")
}

/// No two alike: those that are get their index.
fn unique(raw: Vec<Option<String>>) -> Vec<String> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for name in raw.iter().flatten() {
        *seen.entry(name).or_default() += 1;
    }
    let one = |(index, name): (usize, &Option<String>)| match name {
        Some(name) if seen.get(name.as_str()) == Some(&1) => name.clone(),
        Some(name) => format!("{name}[{index}]"),
        None => unnamed(index),
    };
    raw.iter().enumerate().map(one).collect()
}

/// A name as it is shown: demangled, escaped, cut.
fn shown(name: &str) -> String {
    let mut cut = Cut::default();
    let symbol = (name.len() <= MAX_SYMBOL_BYTES).then(|| rustc_demangle::try_demangle(name).ok()).flatten();
    // An error only says that it was cut.
    let _ = match symbol {
        Some(symbol) => write!(cut, "{symbol:#}"),
        None => cut.write_str(name),
    };
    cut.text
}

/// Escapes what is written, and takes no more than is shown: a mangled name can stand for one that is exponentially longer.
#[derive(Default)]
struct Cut {
    text: String,
    chars: usize,
    /// Bytes of the longest beginning that leaves room for the mark of a cut.
    kept: usize,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            match character {
                '"' | '\'' => self.text.push(character),
                other => self.text.extend(other.escape_debug()),
            }
            self.chars += match character {
                '"' | '\'' => 1,
                other => other.escape_debug().count(),
            };
            if self.chars > MAX_NAME_CHARS {
                self.text.truncate(self.kept);
                self.text.push('…');
                return Err(std::fmt::Error);
            }
            if self.chars < MAX_NAME_CHARS {
                self.kept = self.text.len();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module of `functions` functions whose name section is `names`, behind its id and length.
    fn module(functions: u32, names: &[u8]) -> Vec<u8> {
        let mut wasm = wat::parse_str(format!("(module (import \"m\" \"i\" (func)) {})", "(func)".repeat(functions as usize))).unwrap();
        let mut content = b"\x04name".to_vec();
        content.extend(names);
        wasm.push(0);
        wasm_encoder::Encode::encode(&content.len(), &mut wasm);
        wasm.extend(content);
        wasm
    }

    /// A subsection of function names.
    fn map(names: &[(u8, &str)]) -> Vec<u8> {
        let mut content = vec![names.len() as u8];
        for (index, name) in names {
            content.push(*index);
            wasm_encoder::Encode::encode(name, &mut content);
        }
        let mut section = vec![1];
        wasm_encoder::Encode::encode(&content.len(), &mut section);
        section.extend(content);
        section
    }

    fn names(functions: u32, section: &[u8]) -> Vec<String> {
        FunctionNames::read(&module(functions, section)).shown
    }

    #[test]
    fn without_names_functions_have_their_numbers() {
        let wasm = wat::parse_str("(module (func) (func))").unwrap();
        let names = FunctionNames::read(&wasm);
        assert_eq!([names.get(0), names.get(1), names.get(12)], ["function[0]", "function[1]", "function[12]"]);
        assert_eq!(FunctionNames::read(b"not a module").get(3), "function[3]");
    }

    #[test]
    fn rust_is_demangled_and_what_is_alike_is_told_apart() {
        let section = map(&[
            (1, "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
            (2, "_ZN4core3fmt5Write9write_fmt17hfedcba9876543210E"),
            (3, "_RNvC5crate4main"),
            (4, "_ZN3foo3barEv"),
        ]);
        let expected = ["m.i", "core::fmt::Write::write_fmt[1]", "core::fmt::Write::write_fmt[2]", "crate::main", "_ZN3foo3barEv"];
        assert_eq!(names(4, &section), expected);
    }

    #[test]
    fn hostile_names_are_names() {
        let long = "x".repeat(1_000_000);
        let section = map(&[(0, "an import"), (1, "\u{1b}[2J\u{202e}\n"), (2, &long), (2, "again"), (9, "nobody"), (3, "")]);
        let found = names(3, &section);
        assert_eq!((&*found[0], &*found[1], &*found[3]), ("m.i", r"\u{1b}[2J\u{202e}\n", "function[3]"));
        assert_eq!(found[2], "x".repeat(MAX_NAME_CHARS - 1) + "…");
        let escapes = names(1, &map(&[(1, &"\u{1b}".repeat(1000))]));
        assert!(escapes[1].chars().count() <= MAX_NAME_CHARS && escapes[1].ends_with("…"), "{escapes:?}");
    }

    #[test]
    fn a_damaged_name_section_is_read_up_to_the_damage() {
        let whole = map(&[(1, "one"), (2, "two")]);
        for cut in 0..whole.len() {
            let found = names(2, &whole[..cut]);
            assert_eq!(found.len(), 3);
            assert!(found[1] == "function[1]" || found[1] == "one", "{cut}: {found:?}");
        }
        let invalid = [1, 5, 1, 1, 2, 0xff, 0xfe];
        assert_eq!(names(1, &invalid), ["m.i", "function[1]"]);
        assert_eq!(names(1, &[&map(&[(1, "first")])[..], &map(&[(1, "second")])].concat()), ["m.i", "first"]);
    }

    /// Each argument is a pair of the one before: the last one has 2 to the 60th units in it.
    #[test]
    fn a_name_that_explodes_is_cut() {
        fn number(value: usize) -> String {
            let digits = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
            let mut left = value - 1;
            let mut shown = Vec::new();
            loop {
                shown.insert(0, digits[left % 62]);
                left /= 62;
                if left == 0 {
                    return String::from_utf8(shown).unwrap() + "_";
                }
            }
        }
        let mut symbol = "_RINvC1a1f".to_owned();
        let mut before = symbol.len() - 2;
        symbol += "TuuE";
        for _ in 0..60 {
            let back = format!("B{}", number(before));
            before = symbol.len() - 2;
            symbol += &format!("T{back}{back}E");
        }
        symbol += "E";
        let name = shown(&symbol);
        assert!(name.starts_with("a::f::<((), ()), (((), ()), ((), ()))") && name.ends_with('…'), "{name}");
        assert_eq!(name.chars().count(), MAX_NAME_CHARS);
    }
}
