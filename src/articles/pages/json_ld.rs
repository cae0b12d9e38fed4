//! What machines read about an article: <https://schema.org/NewsArticle>.

use crate::articles::store::{Article, CorrectionRow, Note};
use crate::paths;
use crate::text::SafeHtml;
use crate::web::Site;
use serde_json::json;

pub(super) fn news_article(
    origin: &str,
    site: &Site,
    article: &Article,
    authors: &[String],
    notes: &[Note],
    corrections: &[CorrectionRow],
    image: &str,
) -> SafeHtml {
    let url = format!("{origin}{}", paths::article(&article.slug));
    let citation = |note: &Note| {
        let mut work = json!({ "@type": "CreativeWork", "text": note.text });
        for (key, value) in [
            ("publisher", &note.publisher),
            ("url", &note.url),
            ("datePublished", &note.date),
        ] {
            if !value.is_empty() {
                work[key] = if key == "publisher" {
                    json!({ "@type": "Organization", "name": value })
                } else {
                    json!(value)
                };
            }
        }
        work
    };
    let person = |name: &String| {
        let kind = if *name == site.name {
            "Organization"
        } else {
            "Person"
        };
        json!({ "@type": kind, "name": name })
    };
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.dek,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": article.published_at.rfc3339(),
        "dateModified": article.updated_at.rfc3339(),
        "inLanguage": site.language,
        "articleSection": article.section,
        "author": authors.iter().map(person).collect::<Vec<_>>(),
        "publisher": { "@type": "Organization", "name": site.name, "url": format!("{origin}/") },
        "keywords": article.keyphrases.lines().collect::<Vec<_>>().join(", "),
        "citation": notes.iter().map(citation).collect::<Vec<_>>(),
        "commentCount": article.public_comments.unwrap_or(0),
        "wordCount": article.words,
        "isAccessibleForFree": true,
    });
    if !article.summary_text.is_empty() {
        value["abstract"] = json!(article.summary_text);
    }
    if !image.is_empty() {
        value["image"] = json!([image]);
    }
    if !corrections.is_empty() {
        let note = |c: &CorrectionRow| json!({ "@type": "CorrectionComment", "text": c.text, "datePublished": c.at.rfc3339() });
        value["correction"] = corrections.iter().map(note).collect();
    }
    SafeHtml::json(&value)
}
