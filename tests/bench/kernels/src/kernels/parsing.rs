//! Text that becomes numbers and structure.

use std::fmt::Write;

use crate::{Generator, fold};

/// Parses a table of ten thousand rows `n` times: UTF-8 check, splitting, integers, decimal fractions by the standard library.
#[inline(never)]
pub(crate) fn csv(n: u32) -> u64 {
    let mut generator = Generator::new(23);
    let mut text = String::from("id,place,height,share\n");
    for id in 0..10_000 {
        let (height, share) = (generator.below(90_000), generator.below(1_000_000));
        let _ = writeln!(text, "{id},place-{},{height},0.{share:06}", generator.below(500));
    }
    let bytes = text.into_bytes();
    let mut sum = u64::from(n);
    for _ in 0..n {
        let Ok(text) = std::str::from_utf8(std::hint::black_box(&bytes)) else { return 0 };
        let mut total = 0.0;
        for line in text.lines().skip(1) {
            let mut fields = line.split(',');
            let id: u64 = fields.next().and_then(|field| field.parse().ok()).unwrap_or(0);
            let place = fields.next().map_or(0, str::len);
            let height: i64 = fields.next().and_then(|field| field.parse().ok()).unwrap_or(0);
            let share: f64 = fields.next().and_then(|field| field.parse().ok()).unwrap_or(0.0);
            total += share * height as f64;
            sum = sum.wrapping_add(id ^ place as u64);
        }
        sum = fold(sum, total.to_bits());
    }
    sum
}

/// Parses a nested document of about 200 KB `n` times into a tree and walks it.
#[inline(never)]
pub(crate) fn json(n: u32) -> u64 {
    let mut generator = Generator::new(29);
    let mut text = String::from("[");
    for id in 0..2_000 {
        let _ = write!(
            text,
            "{}{{\"id\": {id}, \"name\": \"thing \\\"{}\\\"\", \"tags\": [\"a\", \"b{}\", true, null], \"size\": {}}}",
            if id == 0 { "" } else { ",\n" },
            generator.below(1000),
            generator.below(10),
            generator.below(1 << 20)
        );
    }
    text.push(']');
    (0..n).fold(u64::from(n), |sum, _| {
        let mut parser = Parser { text: std::hint::black_box(text.as_bytes()), at: 0 };
        parser.value().map_or(0, |value| fold(sum, value.weight()))
    })
}

enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    fn weight(&self) -> u64 {
        match self {
            Self::Null => 1,
            Self::Bool(value) => 2 + u64::from(*value),
            Self::Number(value) => value.cast_unsigned(),
            Self::Text(text) => text.bytes().fold(5, |sum, byte| sum * 31 % 65_521 + u64::from(byte)),
            Self::List(values) => values.iter().fold(7, |sum, value| fold(sum, value.weight())),
            Self::Map(fields) => fields.iter().fold(11, |sum, (name, value)| fold(sum ^ name.len() as u64, value.weight())),
        }
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn word(&mut self, word: &[u8], value: Value) -> Option<Value> {
        let found = self.text.get(self.at..)?.starts_with(word);
        found.then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'n' => self.word(b"null", Value::Null),
            b't' => self.word(b"true", Value::Bool(true)),
            b'f' => self.word(b"false", Value::Bool(false)),
            b'"' => self.string().map(Value::Text),
            b'[' => self.sequence(b'[', b']', Self::value).map(Value::List),
            b'{' => self.sequence(b'{', b'}', Self::field).map(Value::Map),
            _ => self.number(),
        }
    }

    fn field(&mut self) -> Option<(String, Value)> {
        self.peek()?;
        let name = self.string()?;
        self.take(b':')?;
        Some((name, self.value()?))
    }

    fn sequence<T>(&mut self, open: u8, close: u8, item: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take(open)?;
        let mut items = Vec::new();
        if self.take(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close).is_some() {
                return Some(items);
            }
            self.take(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(text),
                b'\\' => {
                    text.push(char::from(*self.text.get(self.at)?));
                    self.at += 1;
                }
                _ => text.push(char::from(byte)),
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let mut number = 0_i64;
        while let Some(digit) = self.text.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
            self.at += 1;
        }
        (self.at > start).then_some(Value::Number(number))
    }
}
