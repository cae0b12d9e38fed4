//! What the form of an article gives to the scripts of the writing surface.

use crate::interface::Interface;
use crate::web::assets;
use serde_json::json;

/// The scripts, in their order: each uses those before it.
pub(super) const SCRIPTS: [&str; 3] = [
    assets::WRITING_LIBRARIES_JS,
    assets::PASTE_JS,
    assets::WRITING_JS,
];

/// The texts of CodeMirror's search panel, by the names that `EditorState.phrases` has for them.
pub(super) fn phrases(t: Interface) -> String {
    json!({
        "Find": t.writing_find(),
        "Replace": t.writing_replace(),
        "next": t.writing_next(),
        "previous": t.writing_previous(),
        "all": t.writing_all(),
        "match case": t.writing_match_case(),
        "regexp": t.writing_regexp(),
        "by word": t.writing_by_word(),
        "replace": t.writing_replace_one(),
        "replace all": t.writing_replace_all(),
        "close": t.writing_close(),
        "current match": t.writing_current_match(),
        "on line": t.writing_on_line(),
        "replaced $ matches": t.writing_replaced(),
        "replaced match on line $": t.writing_replaced_on(),
    })
    .to_string()
}
