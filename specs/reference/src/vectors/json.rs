//! JSON with the fields in the order in which they were given, so that the files are the same in every
//! build and a person reads name and purpose first.

use std::fmt::Write;

/// A JSON value.
#[derive(Clone)]
pub(super) enum Json {
    /// null
    Null,
    /// true, false
    Bool(bool),
    /// A small number.
    Number(u32),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// A u64, as decimal digits in a string.
    pub(super) fn u64(value: u64) -> Json {
        Json::Text(value.to_string())
    }

    /// Bytes in hexadecimal; runs of 64 equal bytes and more are written as repetitions.
    pub(super) fn bytes(bytes: &[u8]) -> Json {
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        for run in bytes.chunk_by(|one, next| one == next) {
            if run.len() < 64 {
                plain.extend_from_slice(run);
                continue;
            }
            if !plain.is_empty() {
                parts.push(Json::Text(hex::encode(std::mem::take(&mut plain))));
            }
            let times = u32::try_from(run.len()).expect("no vector is as long as 4 GiB");
            parts.push(Json::Object(vec![("repeat", Json::Text(hex::encode(&run[..1]))), ("times", Json::Number(times))]));
        }
        if parts.is_empty() {
            return Json::Text(hex::encode(plain));
        }
        if !plain.is_empty() {
            parts.push(Json::Text(hex::encode(plain)));
        }
        Json::List(parts)
    }

    /// The text, indented by two spaces a level; objects and lists without objects inside stay on one line.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text
    }

    fn is_flat(&self) -> bool {
        !matches!(self, Json::List(_) | Json::Object(_))
    }

    fn write(&self, text: &mut String, depth: usize) {
        match self {
            Json::Null => text.push_str("null"),
            Json::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Json::Number(value) => write!(text, "{value}").expect("a String takes all"),
            Json::Text(value) => {
                text.push_str(&serde_json::to_string(value).expect("a string is always JSON"));
            }
            Json::List(items) => {
                let lines = depth < 3 || items.iter().any(|item| !item.is_flat());
                sequence(text, depth, ['[', ']'], lines, items, |text, item, depth| item.write(text, depth));
            }
            Json::Object(fields) => {
                let lines = depth < 4;
                sequence(text, depth, ['{', '}'], lines, fields, |text, (name, value), depth| {
                    write!(text, "\"{name}\": ").expect("a String takes all");
                    value.write(text, depth);
                });
            }
        }
    }
}

fn sequence<T>(
    text: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    lines: bool,
    items: &[T],
    mut write: impl FnMut(&mut String, &T, usize),
) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', depth * 2));
    };
    text.push(open);
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            text.push_str(if lines { "," } else { ", " });
        }
        if lines {
            line(text, depth + 1);
        }
        write(text, item, depth + 1);
    }
    if lines && !items.is_empty() {
        line(text, depth);
    }
    text.push(close);
}

/// One vector, field by field.
#[derive(Clone)]
pub(super) struct Vector(Vec<(&'static str, Json)>);

impl Vector {
    /// A vector with its name and the mistake that it would catch.
    pub(super) fn new(name: impl Into<String>, guards: &str) -> Vector {
        Vector(vec![("name", Json::Text(name.into())), ("guards", Json::Text(guards.to_string()))])
    }

    /// Adds a field.
    pub(super) fn with(mut self, field: &'static str, value: Json) -> Vector {
        self.0.push((field, value));
        self
    }

    /// Adds bytes.
    pub(super) fn bytes(self, field: &'static str, value: &[u8]) -> Vector {
        self.with(field, Json::bytes(value))
    }

    /// Adds text.
    pub(super) fn text(self, field: &'static str, value: &str) -> Vector {
        self.with(field, Json::Text(value.to_string()))
    }

    /// Adds a u64.
    pub(super) fn u64(self, field: &'static str, value: u64) -> Vector {
        self.with(field, Json::u64(value))
    }

    /// Adds the answer "refused by this check".
    pub(super) fn refused(self, check: &str) -> Vector {
        self.text("refused", check)
    }

    /// The vector as JSON.
    pub(super) fn into_json(self) -> Json {
        Json::Object(self.0)
    }
}
