//! Parser for Markdown articles with YAML or TOML front matter and the standard sections.

use super::Remarks;
use super::blocks::{Sections, heading, sort_blocks, words_of};
use super::comments;
use super::fences::{Split, split};
use super::front_matter::{self, HERO, TITLE};
use super::story::invalid_character;
use super::templates::{self, replace_in_links};
use crate::articles::draft::{Draft, Format, Hero, Refusal, check};
use crate::text::article::{self, ImageOutcome, References, RenderContext};
use crate::text::ids::Ids;
use crate::text::typography::Quotes;
use crate::text::{self, note_references, structure};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};
use jiff::tz::TimeZone;
use std::cell::RefCell;

/// What the body of a text refers to. An error completes the sentence `PATH:LINE: …`.
pub(super) struct Surroundings<'a> {
    /// Imports the picture at a path.
    pub image: &'a mut dyn FnMut(&str) -> Result<ImageOutcome, String>,
    /// The URL on this site that a link means; `None` if it leads nowhere.
    pub link: &'a dyn Fn(&str) -> Option<String>,
    pub zone: &'a TimeZone,
    pub quotes: Option<Quotes>,
}

/// Bytes of an article's code that are syntax-highlighted, which adds tags to the HTML.
const MOST_CODE: usize = 64 * 1024;
const TOO_DENSE: &str = "the text has too much markup for its length (quotes, lists, tables, links) and would make a page too large for browsers; split it into several articles";
/// Length of an excerpt in characters, if the text does not say where it ends.
const EXCERPT: usize = 200;
const MOST_EXCERPT: usize = 500;

/// Line ends as `\n`, and no byte order mark.
fn normalize(source: &str) -> Result<String, Refusal> {
    let text = source.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    // Old editors left page breaks.
    let text = text.replace(['\u{B}', '\u{C}'], " ");
    match text::clean(&text) {
        // Not composed: the names of pictures are as they are in the folder.
        Ok(_) => Ok(text::without_direction_controls(&text).collect()),
        Err(_) => Err(invalid_character(&text)),
    }
}

/// Whether a file has nothing but front matter.
///
/// # Errors
/// The line and what is wrong with it.
pub(super) fn has_no_text(source: &str) -> Result<bool, Refusal> {
    let text = normalize(source)?;
    Ok(text::is_blank(split(&text)?.body))
}

/// Parses the front matter alone. The title is that of the text if the front matter has none. Second: the fields that have no
/// meaning here, with their lines.
///
/// # Errors
/// The line and what is wrong with it.
pub(super) fn outline(
    source: &str,
    zone: &TimeZone,
) -> Result<(Draft, Vec<(String, usize)>), Refusal> {
    let text = normalize(source)?;
    let Split { fields, body, .. } = split(&text)?;
    let mut draft = Draft::default();
    front_matter::apply(&fields, &mut draft, zone)?;
    if draft.title.is_empty() {
        let arena = Arena::new();
        let root = comrak::parse_document(&arena, body, &article::options());
        let first = root
            .children()
            .find_map(heading)
            .filter(|(level, _)| *level == 1);
        draft.title = first.map_or(String::new(), |(_, said)| said.trim().to_owned());
    }
    Ok((draft, fields.ignored()))
}

/// Parses one Markdown file.
///
/// # Errors
/// The line and what is wrong with it.
pub(super) fn parse(
    source: &str,
    around: &mut Surroundings<'_>,
    remarks: &mut Remarks,
) -> Result<Draft, Refusal> {
    let text = normalize(source)?;
    let Split {
        fields,
        body,
        skipped,
    } = split(&text)?;
    let mut draft = Draft {
        source: source.to_owned(),
        format: Format::Markdown,
        ..Draft::default()
    };
    front_matter::apply(&fields, &mut draft, around.zone)?;
    BodyParser {
        draft: &mut draft,
        skipped,
        around,
        remarks,
    }
    .parse(body)?;
    pictures_of_fields(&mut draft, around, remarks, |names| fields.line(names))?;
    check(&draft, fields.line(TITLE))?;
    Ok(draft)
}

/// Imports the main picture and those of the authors. One on another host is left out.
fn pictures_of_fields(
    draft: &mut Draft,
    around: &mut Surroundings<'_>,
    remarks: &mut Remarks,
    line: impl Fn(&[&str]) -> usize,
) -> Result<(), Refusal> {
    let mut is_kept = |path: &str, line: usize| -> Result<bool, Refusal> {
        match (around.image)(path).map_err(|why| Refusal::at(line, why))? {
            ImageOutcome::Imported(_) => Ok(true),
            ImageOutcome::Remote | ImageOutcome::LeftOut => {
                remarks.left_out.push((line, path.to_owned()));
                Ok(false)
            }
        }
    };
    if let Some(Hero { src, .. }) = &draft.hero
        && !is_kept(src, line(HERO))?
    {
        draft.hero = None;
    }
    for author in &mut draft.authors {
        if let Some(path) = &author.image
            && !is_kept(path, line(&["authors", "author"]))?
        {
            author.image = None;
        }
    }
    Ok(())
}

struct BodyParser<'d, 'a> {
    draft: &'d mut Draft,
    /// Lines of the file before the body.
    skipped: usize,
    around: &'d mut Surroundings<'a>,
    remarks: &'d mut Remarks,
}

impl BodyParser<'_, '_> {
    /// Assigns the top-level blocks to the standard sections and renders each section.
    fn parse(&mut self, body: &str) -> Result<(), Refusal> {
        let skipped = self.skipped;
        let too_dense = || Refusal::at(skipped + 1, TOO_DENSE);
        if structure::has_too_many_marks(body) {
            return Err(too_dense());
        }
        let arena = Arena::new();
        let body = templates::replace_blocks(body);
        let body = comments::remove_long(&body).map_err(|line| {
            let why = "the HTML comment <!-- that begins here has no end; write --> behind it";
            Refusal::at(skipped + line, why)
        })?;
        let body = replace_in_links(&body);
        let root = comrak::parse_document(&arena, &body, &article::options());
        if structure::has_too_many_elements(root) {
            return Err(too_dense());
        }
        let mut ids = Ids::default();
        let prepared = self.prepare(&arena, root, &mut ids)?;
        let fresh = || -> &AstNode<'_> { arena.alloc(NodeValue::Document.into()) };
        let sections = Sections {
            summary: fresh(),
            main: fresh(),
            matters: fresh(),
        };
        sort_blocks(self.draft, root, &sections, skipped)?;
        for note in &prepared.footnotes {
            self.draft.words += words_of(note);
            sections.main.append(note);
        }
        let parts = [sections.summary, sections.main, sections.matters];
        let headings = parts.map(|part| article::heading_ids(part, &mut ids));
        for part in parts {
            refuse_unknown_notes(part, self.draft.notes.len(), skipped)?;
            let lost = article::resolve_fragments(part, &ids);
            let lost = lost.into_iter().map(|(line, url)| (line + skipped, url));
            self.remarks.dead_links.extend(lost);
        }
        if self.draft.dek.is_empty() {
            self.draft.excerpt = match &prepared.before_more {
                Some(text) if !text.is_empty() => text::excerpt(text, MOST_EXCERPT),
                _ => first_sentences(&parts),
            };
        }
        let mut context = RenderContext {
            images: &prepared.images,
            ids: &mut ids,
            code: &mut text::code::HighlightBudget::default(),
            quotes: self.around.quotes,
        };
        let [summary, main, matters] =
            [0, 1, 2].map(|at| article::render(&arena, parts[at], &headings[at], &mut context));
        if summary.len() + main.len() + matters.len() > most_html(&body, prepared.images.len()) {
            return Err(too_dense());
        }
        self.draft.summary_text = summary.text().replace('\n', " ");
        (self.draft.summary, self.draft.body, self.draft.matters) = (summary, main, matters);
        Ok(())
    }

    /// Replaces typed HTML, imports the pictures and points the links at this site.
    fn prepare<'n>(
        &mut self,
        arena: &'n Arena<'n>,
        root: &'n AstNode<'n>,
        ids: &mut Ids,
    ) -> Result<article::Prepared<'n>, Refusal> {
        let (skipped, link) = (self.skipped, self.around.link);
        let image = RefCell::new(&mut *self.around.image);
        let Remarks {
            dead_links,
            left_out,
            shown_tags,
            ..
        } = &mut *self.remarks;
        let mut references = References {
            image: &mut |src, line| {
                let outcome = (image.borrow_mut())(src);
                let outcome = outcome.map_err(|why| Refusal::at(line + skipped, why))?;
                if matches!(outcome, ImageOutcome::LeftOut) {
                    left_out.push((line + skipped, src.to_owned()));
                }
                Ok(outcome)
            },
            link: &mut |url, line| {
                if let Some(here) = link(url) {
                    return here;
                }
                // A link to a picture beside the file.
                if is_picture(url)
                    && let Ok(ImageOutcome::Imported(picture)) = (image.borrow_mut())(url)
                {
                    return picture.src;
                }
                dead_links.push((line + skipped, url.to_owned()));
                format!("/{}", url.trim_start_matches(['.', '/']))
            },
            shown: &mut |tag| {
                shown_tags.insert(tag.to_owned());
            },
        };
        article::prepare(arena, root, ids, &mut references)
    }
}

/// Whether a URL ends as the names of pictures do.
fn is_picture(url: &str) -> bool {
    let ending = url.rsplit('.').next().unwrap_or_default().to_lowercase();
    ["jpg", "jpeg", "png", "gif", "webp", "svg"].contains(&ending.as_str())
}

/// The words of a paragraph, without what stands for pictures.
fn words_of_paragraph<'a>(paragraph: &'a AstNode<'a>) -> String {
    let mut words = String::new();
    for node in paragraph.descendants() {
        let mut above = node.ancestors();
        let is_alt = above.any(|node| matches!(node.data.borrow().value, NodeValue::Image(_)));
        match &node.data.borrow().value {
            _ if is_alt => {}
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

/// The first sentences of the text, up to about [`EXCERPT`] characters.
fn first_sentences<'a>(parts: &[&'a AstNode<'a>]) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut text = String::new();
    let blocks = parts.iter().flat_map(|part| part.children());
    let paragraphs =
        blocks.filter(|block| matches!(block.data.borrow().value, NodeValue::Paragraph));
    for paragraph in paragraphs {
        text.push_str(&templates::remove(&words_of_paragraph(paragraph)));
        text.push(' ');
        if text.len() > 4 * MOST_EXCERPT {
            break;
        }
    }
    let text = crate::text::collapse(&text);
    let mut excerpt = String::new();
    for sentence in text.split_sentence_bounds() {
        if !excerpt.is_empty() && excerpt.chars().count() + sentence.chars().count() > EXCERPT {
            break;
        }
        excerpt.push_str(sentence);
    }
    text::excerpt(&excerpt, EXCERPT + EXCERPT / 2)
}

fn refuse_unknown_notes<'a>(
    part: &'a AstNode<'a>,
    notes: usize,
    skipped: usize,
) -> Result<(), Refusal> {
    let unknown = |(_, note): &(usize, usize)| *note == 0 || *note > notes;
    match note_references::references(part).into_iter().find(unknown) {
        Some((line, note)) => Err(Refusal::at(
            line + skipped,
            format!("[^s{note}] refers to a source note that does not exist; there are {notes}"),
        )),
        None => Ok(()),
    }
}
/// Bytes of HTML that a text may become.
fn most_html(body: &str, pictures: usize) -> usize {
    // Pictures, links and code add HTML that was not typed: `srcset`, `rel`, tags of the syntax highlighting.
    let has_code = body.contains("```") || body.contains("~~~");
    let links = body.matches("](").count() + body.matches("://").count();
    let code = match has_code {
        true => body.len().min(MOST_CODE),
        false => 0,
    };
    structure::most_html(body.len()) + 1024 * pictures + 256 * links + 8 * code
}
