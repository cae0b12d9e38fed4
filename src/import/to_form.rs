//! Turns an article that came from a file into the fields of the newsroom's form.

use super::links::Addresses;
use super::{markdown, story};
use crate::articles;
use crate::articles::draft::{Draft, Format};
use crate::articles::fields::ArticleFields;
use crate::db::Conn;
use crate::error::Error;
use crate::text::{SafeHtml, article};
use comrak::Arena;
use comrak::nodes::NodeValue;
use std::path::Path;

/// [`fields`] of an article that came from this file, with links to what was imported from others.
///
/// # Errors
/// Of the database.
pub fn load(conn: &mut Conn, draft: &Draft, origin: Option<&str>) -> Result<ArticleFields, Error> {
    let mut addresses = Addresses::default();
    // Only links to other files need their addresses.
    let has_links = draft.source.contains("](") || draft.source.contains("]:");
    if draft.format == Format::Markdown && origin.is_some() && has_links {
        for (origin, slug) in articles::identity::origins(conn)? {
            addresses.add(Path::new(&origin), &slug, &[]);
        }
    }
    Ok(fields(draft, origin, &addresses))
}

/// The fields of an article as it is stored. `origin`: the file that it came from. Pictures and links in the texts have the
/// addresses that they have on this site, as far as these can be found out.
pub fn fields(draft: &Draft, origin: Option<&str>, addresses: &Addresses) -> ArticleFields {
    if draft.format == Format::Form
        && let Some(fields) = ArticleFields::from_source(&draft.source)
    {
        return ArticleFields {
            // Both are changed without the form, too.
            comments: draft.comments_mode().into(),
            slug: draft.slug.clone(),
            ..fields
        };
    }
    let texts = match draft.format {
        Format::Story => story::section_texts(&draft.source),
        _ => markdown::section_texts(&draft.source),
    };
    // What could be imported can be read again.
    let [opening_summary, body, why_it_matters] = texts.unwrap_or_default();
    let mut fields = ArticleFields {
        opening_summary,
        body,
        why_it_matters,
        keeps_quotes: draft.format == Format::Story,
        ..ArticleFields::of_draft(draft)
    };
    if draft.format == Format::Markdown {
        let origin = Path::new(origin.unwrap_or_default());
        let html = [&draft.summary, &draft.body, &draft.matters];
        let texts = [
            &mut fields.opening_summary,
            &mut fields.body,
            &mut fields.why_it_matters,
        ];
        for (text, html) in texts.into_iter().zip(html) {
            *text = with_addresses(text, html, |url| addresses.resolve(origin, None, url));
        }
    }
    fields
}

/// Replaces the paths of pictures by those in the HTML that was made from the text, and links by what `resolve` makes of them.
fn with_addresses(text: &str, html: &SafeHtml, resolve: impl Fn(&str) -> Option<String>) -> String {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, text, &article::options());
    let (mut pictures, mut links) = (Vec::new(), Vec::new());
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Image(link) if !link.url.contains("://") => pictures.push(link.url.clone()),
            NodeValue::Link(link) if !link.url.starts_with(['/', '#']) => {
                links.push(link.url.clone());
            }
            _ => {}
        }
    }
    let shown: Vec<String> = pictures_in(html);
    let mut out = text.to_owned();
    if shown.len() == pictures.len() {
        for (typed, src) in pictures.iter().zip(&shown) {
            out = replace_target(&out, typed, src);
        }
    }
    for link in links {
        // As the import has done with links that lead to no file.
        let from_root = || format!("/{}", link.trim_start_matches(['.', '/']));
        let there = resolve(&link).unwrap_or_else(from_root);
        if there != link && !markdown::is_picture(&link) {
            out = replace_target(&out, &link, &there);
        }
    }
    out
}

/// The addresses of the pictures in sanitised HTML, in order.
fn pictures_in(html: &SafeHtml) -> Vec<String> {
    let html = html.to_string();
    let tags = html.split("<img src=\"").skip(1);
    tags.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

/// Replaces the target of links and pictures, typed as `](target)`, `](<target>)` or `]: target`.
fn replace_target(text: &str, from: &str, to: &str) -> String {
    let mut out = text.to_owned();
    for (before, is_angled) in [("](", false), ("](<", true), ("]: ", false)] {
        let wanted = format!("{before}{from}");
        let mut rest = std::mem::take(&mut out);
        while let Some(at) = rest.find(&wanted) {
            let after = at + wanted.len();
            let is_whole = rest[after..]
                .chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || c == if is_angled { '>' } else { ')' });
            out.push_str(&rest[..at + before.len()]);
            out.push_str(if is_whole { to } else { from });
            rest = rest[after..].to_owned();
        }
        out.push_str(&rest);
    }
    out
}
