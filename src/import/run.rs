//! Imports one file of a plan: leaves it alone if nothing has changed, else parses and stores it.

use super::files::{Kind, folder_of, read_source};
use super::pictures::PictureFolders;
use super::{
    ImportOutcome, OnChange, ParsedFile, PlannedFile, ReadOptions, Remarks, dates, is_in_drafts,
    links, parse_source,
};
use crate::articles;
use crate::articles::draft::Refusal;
use crate::articles::save::Saved;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::web::Site;
use std::path::Path;

/// Imports one file of a plan. `ask` is called with the old and the new source if its article has another source.
///
/// # Errors
/// The line and the reason.
pub fn import(
    db: &Db,
    data: &Path,
    site: &Site,
    (file, addresses): (&PlannedFile, &links::Addresses),
    options: &ReadOptions,
    mut ask: impl FnMut(&str, &str) -> OnChange,
) -> Result<(ImportOutcome, Remarks), Refusal> {
    let failed = |e: Error| Refusal::at(1, e.to_string());
    let (source, kind) = read_source(&file.path)?;
    let current = match file.article {
        Some(id) => Some(
            db.read_now(|conn| current_source(conn, id))
                .map_err(failed)?,
        ),
        None => None,
    };
    let old = current.as_ref().map(|current| current.compared(options));
    if let Some(current) = &current
        && current.is_as_wanted(options, file)
        && old == Some(&source)
    {
        let slug = file.slug.clone();
        let remarks = Remarks {
            ignored: file.ignored.clone(),
            ..Remarks::default()
        };
        return Ok((ImportOutcome::Unchanged { slug }, remarks));
    }
    let mut ready = parse_file(file, addresses, &source, kind, options)?;
    let mut remarks = std::mem::take(&mut ready.remarks);
    remarks.ignored.clone_from(&file.ignored);
    if let Some(old) = old
        && ask(old, &source) != OnChange::Replace
    {
        let slug = file.slug.clone();
        return Ok((ImportOutcome::NotReplaced { slug }, remarks));
    }
    let outcome = store(db, data, site, ready, current.is_some())?;
    Ok((outcome, remarks))
}

/// What an article has now.
struct Current {
    source: String,
    working_copy: Option<String>,
    is_draft: bool,
}

fn current_source(conn: &mut Conn, id: i64) -> Result<Current, Error> {
    let (source, is_draft) = articles::store::source_and_draft(conn, id)?;
    Ok(Current {
        source,
        is_draft,
        working_copy: articles::working_copy::source(conn, id)?,
    })
}

impl Current {
    /// The source that a file is compared with.
    fn compared(&self, options: &ReadOptions) -> &String {
        let waiting = self.working_copy.as_ref().filter(|_| options.as_draft);
        waiting.unwrap_or(&self.source)
    }

    /// Whether nothing but the source could change. Without `as_draft` a working copy, and an article that came in with it,
    /// is published even if its source is the same.
    fn is_as_wanted(&self, options: &ReadOptions, file: &PlannedFile) -> bool {
        options.as_draft || (self.working_copy.is_none() && self.is_draft == file.is_draft)
    }
}

fn parse_file(
    file: &PlannedFile,
    addresses: &links::Addresses,
    source: &str,
    kind: Kind,
    options: &ReadOptions,
) -> Result<ParsedFile, Refusal> {
    let folders = PictureFolders {
        folder: folder_of(&file.path),
        named: &file.named,
        root: options.root.as_deref(),
    };
    let picture = |named: &str| folders.read(named);
    let origin = Path::new(&file.origin);
    let link = |url: &str| addresses.resolve(origin, file.former.as_deref(), url);
    let mut ready = parse_source(source, kind == Kind::Markdown, options, &picture, &link)?;
    let draft = &mut ready.draft;
    draft.origin = Some(file.origin.clone());
    draft.is_draft |= is_in_drafts(&file.path);
    if draft.published.is_none() {
        let folders = file.path.strip_prefix(&file.named).unwrap_or(&file.path);
        draft.published = file
            .former
            .as_ref()
            .and_then(|path| dates::of_path(path, &options.zone))
            .or_else(|| dates::of_file_name(&file.path, &options.zone))
            .or_else(|| dates::of_path(&folders.to_string_lossy(), &options.zone));
    }
    ready.article = file.article;
    ready.slug.clone_from(&file.slug);
    Ok(ready)
}

fn store(
    db: &Db,
    data: &Path,
    site: &Site,
    ready: ParsedFile,
    is_known: bool,
) -> Result<ImportOutcome, Refusal> {
    ready
        .save_pictures(data)
        .map_err(|why| Refusal::at(1, why))?;
    let (now, site) = (db.now(), site.clone());
    let (slug, as_draft) = (ready.slug.clone(), ready.as_draft);
    let status = ready.draft.status(now);
    let saved = db
        .write_now(move |conn| {
            let saved = ready.insert(conn, &site, false, now)?;
            let entry = log::Entry {
                kind: log::Kind::Article,
                article: Some(saved.article()),
                subject: &ready.draft.title,
                ..log::Entry::new("import", Actor::Console)
            };
            log::store::write(conn, &entry, now)?;
            Ok(saved)
        })
        .map_err(|e| Refusal::at(1, e.to_string()))?;
    let status = match as_draft && matches!(saved, Saved::Article(_)) {
        true => "draft",
        false => status,
    };
    Ok(match saved {
        Saved::WorkingCopy(_) => ImportOutcome::WorkingCopy { slug, status },
        Saved::Article(_) if is_known => ImportOutcome::Updated { slug, status },
        Saved::Article(_) => ImportOutcome::Published { slug, status },
    })
}
