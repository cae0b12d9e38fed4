//! Enums that are stored in two columns: the variant as `kind`, its fields as JSON in `payload`. The enum is serialised with
//! `#[serde(tag = "kind", content = "payload")]`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of a variant as JSON; `null` if it has none.
pub fn payload(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.get("payload").unwrap_or(&Value::Null).to_string()
}

/// The value of a stored row. `None`: this binary does not know it.
pub fn from_row<T: DeserializeOwned>(kind: &str, payload: &str) -> Option<T> {
    let payload: Value = serde_json::from_str(payload).ok()?;
    let mut value = Map::from_iter([("kind".to_owned(), kind.into())]);
    if !payload.is_null() {
        value.insert("payload".into(), payload);
    }
    serde_json::from_value(value.into()).ok()
}
