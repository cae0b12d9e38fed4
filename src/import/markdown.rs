//! Parser for Markdown articles with YAML or TOML front matter and the standard sections.

use super::Remarks;
use super::blocks::{Sections, assign_blocks, heading, sort_blocks, words_of};
use super::comments;
use super::fences::{Split, split};
use super::front_matter::{self, HERO, TITLE};
use super::render::{Parts, TOO_DENSE, Unrenderable, render, unknown_note};
use super::sections::StandardSection;
use super::story::invalid_character;
use super::templates::{self, replace_in_links};
use crate::articles::draft::{Draft, Format, Hero, Refusal, check};
use crate::text::article::{self, ImageOutcome, References};
use crate::text::ids::Ids;
use crate::text::typography::Quotes;
use crate::text::{self, structure};
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

/// Line ends as `\n`, and no byte order mark.
pub(super) fn normalize(source: &str) -> Result<String, Refusal> {
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

/// The texts of the standard sections of a Markdown file as they are typed, without what is no text, and what it refers to.
///
/// # Errors
/// The line and what is wrong with it.
pub(super) fn section_texts(source: &str) -> Result<[String; 3], Refusal> {
    let text = normalize(source)?;
    let Split { fields, body, .. } = split(&text)?;
    let mut draft = Draft::default();
    front_matter::apply(&fields, &mut draft, &TimeZone::UTC)?;
    let body = templates::replace_blocks(body);
    let body = comments::remove_long(&body).unwrap_or(std::borrow::Cow::Borrowed(&body));
    let body = replace_in_links(&body);
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &body, &article::options());
    let lines: Vec<&str> = body.lines().collect();
    let mut texts: [Vec<&str>; 3] = Default::default();
    let mut last: Option<(StandardSection, usize, *const AstNode<'_>)> = None;
    for (section, block) in assign_blocks(&mut draft, root) {
        let at = match section {
            StandardSection::Summary => 0,
            StandardSection::Main => 1,
            StandardSection::Matters => 2,
            StandardSection::Notes => continue,
        };
        let place = block.data.borrow().sourcepos;
        // What stands between two blocks of a section, such as the targets of links, belongs to it.
        let previous = block.previous_sibling().map(std::ptr::from_ref);
        let begin = match last {
            Some((of, end, before)) if of == section && previous == Some(before) => end,
            _ => {
                texts[at].push("");
                place.start.line.saturating_sub(1)
            }
        };
        let end = place.end.line.clamp(begin, lines.len());
        texts[at].extend(&lines[begin.min(end)..end]);
        last = Some((section, end, std::ptr::from_ref(block)));
    }
    let targets = lines
        .iter()
        .filter_map(|line| Some((link_target(line)?, *line)));
    for (label, line) in targets {
        for text in &mut texts {
            let is_used = text.iter().any(|typed| typed.contains(label)) && !text.contains(&line);
            if is_used {
                text.extend(["", line]);
            }
        }
    }
    Ok(texts.map(|lines| lines.join("\n").trim().to_owned()))
}

/// The label with its brackets of a line that gives a link its target: `[label]: https://example.org`.
fn link_target(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let end = line.find("]:")?;
    (line.starts_with('[') && !line.starts_with("[^")).then(|| &line[..=end])
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
        let parts = Parts {
            nodes: [sections.summary, sections.main, sections.matters],
            images: &prepared.images,
            before_more: prepared.before_more.as_deref(),
            typed: &body,
            quotes: self.around.quotes,
        };
        let lost = render(&arena, self.draft, parts, &mut ids);
        let lost = lost.map_err(|why| match why {
            Unrenderable::TooDense => too_dense(),
            Unrenderable::UnknownNote { line, note, .. } => {
                let many = self.draft.notes.len();
                Refusal::at(line + skipped, unknown_note(note, many))
            }
        })?;
        let lost = lost.into_iter().map(|(_, line, url)| (line + skipped, url));
        self.remarks.dead_links.extend(lost);
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
pub(super) fn is_picture(url: &str) -> bool {
    let ending = url.rsplit('.').next().unwrap_or_default().to_lowercase();
    ["jpg", "jpeg", "png", "gif", "webp", "svg"].contains(&ending.as_str())
}
