//! The standard sections of an article in a file, and the lines in it that are no text.

/// The standard sections of an article. Their headings match in any letter case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardSection {
    Summary,
    Main,
    Matters,
    Notes,
}

impl StandardSection {
    pub fn from_heading(heading: &str) -> Option<StandardSection> {
        match heading.trim().to_lowercase().as_str() {
            "opening summary" => Some(StandardSection::Summary),
            "main article" => Some(StandardSection::Main),
            "why it matters" => Some(StandardSection::Matters),
            "source notes" => Some(StandardSection::Notes),
            _ => None,
        }
    }
}

/// `SEO keyphrases: a, b, c`
pub fn keyphrases_line(line: &str) -> Option<Vec<String>> {
    let (label, rest) = line.split_once(':')?;
    label
        .trim()
        .eq_ignore_ascii_case("seo keyphrases")
        .then(|| list(rest))
}

pub fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether a line is the site's call to comment, which some files have as their last line.
pub fn is_call_to_comment(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case("join the conversation")
}

/// Splits source notes that are written on one line, separated by ` - `.
pub fn split_notes(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    line.split(" - ")
        .map(|note| note.trim().to_owned())
        .filter(|note| !note.is_empty())
        .collect()
}
