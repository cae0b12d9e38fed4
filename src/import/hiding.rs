//! Front matter that says that a text is not to be public, in the words of many publishing systems.

use super::fields::{Fields, as_flag, entry, line_of};
use super::value::Kind;
use crate::articles::draft::Refusal;

/// Names of flags that hide a text.
const HIDING: &[&str] = &["draft", "unlisted", "hidden", "private", "headless"];
/// The same, for names that have other meanings too: anything but a flag is left alone.
const HIDING_IF_TRUE: &[&str] = &[
    "isdraft",
    "drafts",
    "wip",
    "unpublished",
    "hide",
    "deleted",
    "membersonly",
    "trashed",
    "exclude",
    "protected",
    "eleventyexcludefromcollections",
];
const HIDING_IF_FALSE: &[&str] = &[
    "published",
    "visible",
    "render",
    "publish",
    "ispublished",
    "public",
    "listed",
    "permalink",
];
/// Values of `status`, `visibility` and the like that hide a text.
const HIDDEN: [&str; 12] = [
    "draft",
    "private",
    "pending",
    "hidden",
    "unlisted",
    "future",
    "unpublished",
    "members",
    "paid",
    "wip",
    "review",
    "trash",
];

/// Whether a field hides the text.
pub(super) fn is_hidden(fields: &Fields) -> Result<bool, Refusal> {
    let mut is_hidden = false;
    for field in fields.all(HIDING) {
        is_hidden |= fields.boolean(field)?;
    }
    for (names, hides) in [(HIDING_IF_TRUE, true), (HIDING_IF_FALSE, false)] {
        for field in fields.peek(names) {
            if as_flag(&field.value) == Some(hides) {
                field.read();
                is_hidden = true;
            }
        }
    }
    if let Some(field) = fields.find(&["build"])
        && let Kind::Table(parts) = &field.value.kind
    {
        let parts = ["render", "list"].map(|name| entry(parts, &[name]).and_then(line_of));
        is_hidden |= parts
            .iter()
            .flatten()
            .any(|value| matches!(value.as_str(), "never" | "false" | "link"));
    }
    for field in fields.peek(&[
        "status",
        "poststatus",
        "visibility",
        "state",
        "access",
        "type",
    ]) {
        let values = fields.strings(field).unwrap_or_default();
        if values.iter().any(|value| names_hidden(value, &field.key)) {
            field.read();
            is_hidden = true;
        }
    }
    let password = fields.find(&["password"]);
    Ok(is_hidden || password.is_some())
}

/// Whether the value of `status` and the like hides a text, as one of its words: `draft (not yet)`. `type` has other
/// meanings too, so it counts only as a whole.
fn names_hidden(value: &str, key: &str) -> bool {
    let value = value.trim().to_lowercase();
    let mut words = value.split(|c: char| !c.is_alphanumeric());
    HIDDEN.contains(&value.as_str()) || (key != "type" && words.any(|word| HIDDEN.contains(&word)))
}
