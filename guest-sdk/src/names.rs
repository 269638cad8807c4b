//! The rules for names (`specs/encoding.md`, section 5), checked here so that a job hears of a bad name in its own words,
//! natively as in the sandbox, and not as an errno.

/// The rule for input names, as told to people.
pub(crate) const INPUT_RULE: &str = "a name is 1 to 255 of A-Z a-z 0-9 . _ - and neither `.` nor `..`";

/// The rule for output names, as told to people.
pub(crate) const OUTPUT_RULE: &str =
    "a name is one or more file names joined by `/`, each 1 to 255 bytes without control characters, and neither `.` nor `..`";

/// Longest input name and longest file name, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// Longest path that a host call takes, in bytes: `out/` and the name (`specs/package.md`, section 3).
const OUTPUT_NAME_BYTES_MAX: usize = 4096 - "out/".len();

/// Whether `name` may name an input.
pub(crate) fn is_input_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed) && name != "." && name != ".."
}

/// Whether `name` may name an output.
pub(crate) fn is_output_name(name: &str) -> bool {
    name.len() <= OUTPUT_NAME_BYTES_MAX && name.split('/').all(is_file_name)
}

/// Whether `name` may be one component of a path. `char::is_control` is exactly U+0000 to U+001F and U+007F to U+009F.
fn is_file_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control) && name != "." && name != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_names() {
        let longest = "x".repeat(255);
        for good in ["a", "photo.png", "A-Z_0.9", "...", ".hidden", "-", longest.as_str()] {
            assert!(is_input_name(good), "{good:?}");
        }
        let too_long = "x".repeat(256);
        for bad in ["", ".", "..", "a/b", "/a", "a b", "é", "a\0", "a\n", "a\\b", too_long.as_str()] {
            assert!(!is_input_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn output_names() {
        // 255 bytes is the limit of a component, not of the path; é counts as two.
        let longest = format!("{}/{}", "é".repeat(127), "x".repeat(255));
        for good in ["a", "a/b/c.csv", "with space", "日本.txt", "...", longest.as_str()] {
            assert!(is_output_name(good), "{good:?}");
        }
        let component_too_long = "é".repeat(128);
        let path_too_long = format!("{}b", "a/".repeat(2046));
        let bad = ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\0", "a\u{7f}", "a\u{9f}"];
        for bad in bad.into_iter().chain([component_too_long.as_str(), path_too_long.as_str()]) {
            assert!(!is_output_name(bad), "{bad:?}");
        }
        assert!(is_output_name(&"a/".repeat(2046)[..4091]), "4,096 with `out/` in front is allowed");
    }
}
