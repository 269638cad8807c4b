//! # Names (encoding.md, section 5)
//!
//! One function a row of the table. Names end up in paths, in terminals and on the command line of
//! strangers, so each rule says what is allowed, and all else is not.

/// Says whether a text may be a name of one kind.
pub type Rule = fn(&str) -> bool;

/// Rules by the name that the vectors give them.
pub const RULES: [(&str, Rule); 9] = [
    ("package name", package_name),
    ("package version", package_version),
    ("test case name", test_case_name),
    ("input name", input_name),
    ("file name", file_name),
    ("output name", output_name),
    ("argument", argument),
    ("environment value", argument),
    ("environment name", environment_name),
];

/// 1 to 64 of `a-z 0-9 -`, first and last not `-`.
pub fn package_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// 1 to 32 of `0-9 A-Z a-z . - +`, first a digit.
pub fn package_version(version: &str) -> bool {
    (1..=32).contains(&version.len())
        && version.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'+'))
        && version.starts_with(|first: char| first.is_ascii_digit())
}

/// 1 to 64 of `a-z A-Z 0-9 - _ .`.
pub fn test_case_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

/// 1 to 255 of `A-Z a-z 0-9 . _ -`, neither `.` nor `..`.
pub fn input_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        && name != "."
        && name != ".."
}

/// 1 to 255 bytes, without `/`, without control characters; neither `.` nor `..`.
pub fn file_name(name: &str) -> bool {
    let is_control = |c: char| matches!(c, '\u{00}'..='\u{1F}' | '\u{7F}'..='\u{9F}');
    (1..=255).contains(&name.len()) && !name.contains('/') && !name.contains(is_control) && name != "." && name != ".."
}

/// One or more file names joined by `/`.
pub fn output_name(name: &str) -> bool {
    name.split('/').all(file_name)
}

/// Arguments and environment values: no U+0000.
pub fn argument(text: &str) -> bool {
    !text.contains('\0')
}

/// 1 or more characters without U+0000 and without `=`.
pub fn environment_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('\0') && !name.contains('=')
}
