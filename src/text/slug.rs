//! Slugs: URL path segments made from titles and names.

/// Lower-case ASCII letters and digits with single hyphens, at most 80 characters, cut at a hyphen; `fallback` when
/// nothing is left.
pub fn slug(text: &str, fallback: &str) -> String {
    let mut out = String::new();
    for c in deunicode::deunicode(&text.replace(['\'', '’'], "")).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let mut out = out.trim_matches('-').to_owned();
    if out.len() > 80 {
        out.truncate(80);
        if let Some(at) = out.rfind('-').filter(|at| *at > 40) {
            out.truncate(at);
        }
    }
    let out = out.trim_matches('-');
    if out.is_empty() {
        fallback.to_owned()
    } else {
        out.to_owned()
    }
}
