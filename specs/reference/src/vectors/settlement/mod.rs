//! `settlement.json`.

mod bytes;
mod draws;
mod sums;

use super::json::{Json, Vector};
use super::render;
use crate::settlement::layout::Value;
use crate::settlement::refusals::{self, Number};

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/settlement.md",
        vec![
            ("instructions", bytes::instructions()),
            ("accounts", bytes::accounts()),
            ("seeds", draws::seeds()),
            ("sampled", draws::sampled()),
            ("candidates", draws::candidates()),
            ("slots", draws::slots()),
            ("commitments", draws::commitments()),
            ("prices", sums::prices()),
            ("ends", sums::ends()),
            ("needed", sums::needed()),
            ("slashed", sums::slashed()),
            ("equal_parts", sums::equal_parts()),
            ("scores", sums::scores()),
            ("emission", sums::emission()),
            ("per_score", sums::per_score()),
            ("carried", sums::carried()),
            ("parameters", sums::parameters()),
        ],
    )
}

/// A value as JSON: integers of more than 32 bits are texts.
fn shown(value: &Value) -> Json {
    match value {
        Value::Small(value) => Json::Number(*value),
        Value::Wide(value) => Json::Text(value.to_string()),
        Value::Signed(value) => Json::Text(value.to_string()),
        Value::Bytes(bytes) => Json::bytes(bytes),
        Value::List(list) => Json::List(list.iter().map(shown).collect()),
    }
}

fn fields(fields: &[(&'static str, Value)]) -> Json {
    Json::Object(fields.iter().map(|(name, value)| (*name, shown(value))).collect())
}

fn signed(value: i64) -> Json {
    Json::Text(value.to_string())
}

/// A u64, or null where an amount is too large.
fn amount(value: Option<u64>) -> Json {
    value.map_or(Json::Null, Json::u64)
}

/// The answer "refused with this number".
fn refused(vector: Vector, number: Number) -> Vector {
    vector.refused(refusals::name(number)).with("number", Json::Number(number))
}
