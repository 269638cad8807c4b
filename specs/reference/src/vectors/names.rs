//! Names: each rule with what it allows and refuses (encoding.md, section 5).

use super::json::{Json, Vector};
use crate::names::RULES;

/// The group `names`.
pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (rule, allows) in RULES {
        let (good, bad) = values(rule);
        for (value, allowed) in good.into_iter().map(|value| (value, true)).chain(bad.into_iter().map(|value| (value, false))) {
            assert_eq!(allows(&value), allowed, "{rule}: {value:?}");
            let shown: String = value.chars().take(24).collect();
            let name = format!("{rule}: {shown:?}, {} bytes", value.len());
            let vector = Vector::new(name, if allowed { "a name refused that is allowed" } else { "a name allowed that is refused" });
            let vector = vector.text("rule", rule).text("value", &value);
            vectors.push(match allowed {
                true => vector.with("allowed", Json::Bool(true)),
                false => vector.refused("name"),
            });
        }
    }
    vectors
}

/// What a rule allows, and what it refuses.
fn values(rule: &str) -> (Vec<String>, Vec<String>) {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    let (mut good, mut bad, longest) = match rule {
        "package name" => (
            texts(&["a", "0", "a-b", "a--b", "0-9", "picture-resize-2"]),
            texts(&["", "-", "-a", "a-", "A", "a_b", "a.b", "a b", "a/b", "ä", "a\n", "\0", "ａ"]),
            Some(64),
        ),
        "package version" => (
            texts(&["0", "1.0.0", "2026-11-23", "1.0.0-rc.1+build", "1..", "9Z", "1-"]),
            texts(&["", "v1", ".1", "-1", "+1", "1_0", "1 0", "1/0", "1\0", "١", "1é"]),
            Some(32),
        ),
        "test case name" => (
            texts(&["a", "Z", "0", "-", "_", ".", "..", "small.csv", "A-b_c.9"]),
            texts(&["", " ", "a b", "a/b", "a\\b", "ä", "a\t", "a\0"]),
            Some(64),
        ),
        "input name" => (
            texts(&["a", "stdin", "table.csv", "...", ".hidden", "-", "_", "A.b-C_9", ".a", "a."]),
            texts(&["", ".", "..", "a/b", "/", "a\\b", "a b", "ä.csv", "a\0", "a\n", "a:b", "~", "%2e%2e"]),
            Some(255),
        ),
        "file name" => (
            texts(&["a", "größe", "a b", "...", "\\", "😀", "\u{a0}", "~", " ", "a.", "CON", "\u{202e}"]),
            texts(&["", ".", "..", "/", "a/b", "\0", "\u{1}", "a\n", "\u{1f}", "\u{7f}", "\u{80}", "\u{85}", "\u{9f}"]),
            Some(255),
        ),
        "output name" => (
            texts(&["a", "a/b", "a/b/c.txt", "größe/😀", ".../a", "a/..."]),
            texts(&["", "/", "/a", "a/", "a//b", "./a", "a/.", "../a", "a/..", "a/../b", "a/\u{7f}", "a\0/b"]),
            None,
        ),
        "argument" | "environment value" => {
            (texts(&["", "a", "--x=y", "größe", "a\nb", "\u{7f}", " ", "="]), texts(&["\0", "a\0", "\0a", "a\0b"]), None)
        }
        "environment name" => {
            (texts(&["A", "PATH", "a b", "größe", "\n", "0", " "]), texts(&["", "=", "A=", "=A", "A=B", "\0", "A\0"]), None)
        }
        _ => unreachable!("the rules of names.rs"),
    };
    let digit = if rule == "package version" { "1" } else { "a" };
    if let Some(longest) = longest {
        good.push(digit.repeat(longest - 1));
        good.push(digit.repeat(longest));
        bad.push(digit.repeat(longest + 1));
    }
    if rule == "file name" {
        // 255 is a number of bytes: 127 characters of two bytes fit, 128 do not.
        good.push("ä".repeat(127));
        bad.push("ä".repeat(128));
    }
    if rule == "output name" {
        good.push(format!("{0}/{0}", "n".repeat(255)));
        bad.push(format!("a/{}", "n".repeat(256)));
    }
    (good, bad)
}
