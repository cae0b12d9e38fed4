//! A picture is replaced wherever an article names it.

use crate::articles::draft::Draft;
use crate::articles::{edited, save, working_copy};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{article_revisions, articles, autosaves};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::text::SafeHtml;
use crate::text::markdown::ImportedImage;
use crate::web::Account;
use diesel::prelude::*;

/// A file that takes the place of another one: the old one's name and the new one's, and the new picture.
#[derive(Clone, Debug)]
pub struct Replacement {
    pub old: String,
    pub new: String,
    pub image: ImportedImage,
}

impl Replacement {
    /// Names are hashes: nothing else looks like one.
    fn in_source(&self, source: &str) -> String {
        source.replace(&self.old, &self.new)
    }

    fn in_html(&self, html: &SafeHtml) -> SafeHtml {
        html.with_picture(&crate::paths::media(&self.old), &self.image)
    }

    fn in_draft(&self, draft: &mut Draft) {
        draft.source = self.in_source(&draft.source);
        for html in [&mut draft.summary, &mut draft.body, &mut draft.matters] {
            *html = self.in_html(html);
        }
    }
}

/// Replaces a picture in what readers see of an article, in its working copy and in what is being typed. It makes no revision, and
/// forms that were opened before are out of date.
///
/// # Errors
/// Of the database; `Internal` if what is stored cannot be read.
pub fn replace_picture(
    conn: &mut Conn,
    article: i64,
    by: &Replacement,
    who: &Account,
    now: Time,
) -> Result<(), Error> {
    lock(conn, &format!("article:{article}"))?;
    let row = articles::table.find(article);
    let (source, summary, body, matters): (String, SafeHtml, SafeHtml, SafeHtml) = row
        .select((
            articles::source,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
        ))
        .first(conn)?;
    diesel::update(row)
        .set((
            articles::source.eq(by.in_source(&source)),
            articles::summary_html.eq(by.in_html(&summary)),
            articles::body_html.eq(by.in_html(&body)),
            articles::matters_html.eq(by.in_html(&matters)),
        ))
        .execute(conn)?;
    // So that earlier texts can be restored.
    let of_article = article_revisions::article_id.eq(article);
    let named: Vec<(i64, String)> = article_revisions::table
        .filter(of_article.and(article_revisions::source.like(format!("%{}%", by.old))))
        .select((article_revisions::number, article_revisions::source))
        .load(conn)?;
    for (number, source) in named {
        diesel::update(article_revisions::table.find((article, number)))
            .set(article_revisions::source.eq(by.in_source(&source)))
            .execute(conn)?;
    }
    working_copy::change(conn, article, |draft| by.in_draft(draft))?;
    if let Some(fields) = edited::autosaved(conn, article)? {
        diesel::update(autosaves::table.find(article))
            .set(autosaves::fields.eq(by.in_source(&fields.to_source())))
            .execute(conn)?;
    }
    save::edited(conn, article, Some(who.id), now)?;
    changed(conn, CacheTag::Articles);
    changed(conn, CacheTag::Article(article));
    Ok(())
}
