//! JSON-LD structured data of pages: <https://schema.org/NewsArticle>, `ProfilePage`, `CollectionPage`, `WebSite`.

use super::Listed;
use crate::articles::lists::Teaser;
use crate::articles::store::{Article, CorrectionRow, Name, Note};
use crate::comments::view::CommentView;
use crate::paths;
use crate::text::SafeHtml;
use crate::web::Site;
use crate::web::structured_data::{breadcrumbs, publisher, with_graph};
use serde_json::{Value, json};

/// Maximum number of comments in an article's data: the first of its page.
const COMMENTS: usize = 10;

fn citation(note: &Note) -> Value {
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
}

/// The input of [`news_article`].
pub(super) struct Parts<'a> {
    pub article: &'a Article,
    pub authors: &'a [Name],
    pub notes: &'a [Note],
    pub corrections: &'a [CorrectionRow],
    pub tags: Vec<&'a str>,
    /// Absolute URLs.
    pub images: Vec<String>,
    pub comments: &'a [CommentView],
}

fn author(origin: &str, site: &Site, name: &Name) -> Value {
    let kind = match name.name == site.name {
        true => "Organization",
        false => "Person",
    };
    json!({ "@type": kind, "name": name.name, "url": format!("{origin}{}", paths::author(&name.slug)) })
}

fn comment(origin: &str, article: &Article, one: &CommentView) -> Value {
    json!({
        "@type": "Comment",
        "url": format!("{origin}{}", paths::comment(&article.slug, one.id)),
        "datePublished": one.at.iso,
        "author": { "@type": "Person", "name": one.name, "url": format!("{origin}{}", one.profile) },
        "text": one.html.text(),
    })
}

pub(super) fn news_article(origin: &str, site: &Site, parts: &Parts<'_>) -> SafeHtml {
    let article = parts.article;
    let url = format!("{origin}{}", paths::article(&article.slug));
    let public = parts
        .comments
        .iter()
        .filter(|c| c.tombstone.is_empty() && c.notice.is_empty());
    let trail = [
        (site.name.as_str(), paths::FRONT.to_owned()),
        (
            article.section.name.as_str(),
            paths::section(&article.section.slug),
        ),
        (article.title.as_str(), paths::article(&article.slug)),
    ];
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.description(),
        "url": url,
        "mainEntityOfPage": { "@type": "WebPage", "@id": url, "breadcrumb": breadcrumbs(origin, &trail) },
        "datePublished": article.published_at.rfc3339(),
        "dateModified": article.updated_at.rfc3339(),
        "inLanguage": site.language,
        "articleSection": article.section.name,
        "author": parts.authors.iter().map(|name| author(origin, site, name)).collect::<Vec<_>>(),
        "publisher": publisher(origin, site),
        "keywords": article.keyphrases.lines().collect::<Vec<_>>().join(", "),
        "citation": parts.notes.iter().map(citation).collect::<Vec<_>>(),
        "commentCount": article.public_comments.unwrap_or(0),
        "comment": public.take(COMMENTS).map(|one| comment(origin, article, one)).collect::<Vec<_>>(),
        "wordCount": article.words,
        "isAccessibleForFree": true,
        "image": parts.images,
    });
    if !article.summary_text.is_empty() {
        value["abstract"] = json!(article.summary_text);
    }
    if !parts.tags.is_empty() {
        value["about"] = parts
            .tags
            .iter()
            .map(|tag| json!({ "@type": "Thing", "name": tag }))
            .collect();
    }
    if !parts.corrections.is_empty() {
        let note = |c: &CorrectionRow| json!({ "@type": "CorrectionComment", "text": c.text, "datePublished": c.at.rfc3339() });
        value["correction"] = parts.corrections.iter().map(note).collect();
    }
    with_graph(value, vec![breadcrumbs(origin, &trail)])
}

/// Data of a list page: a `ProfilePage` for an author, a `CollectionPage` for the others.
pub(super) fn list(origin: &str, site: &Site, listed: &Listed, teasers: &[Teaser]) -> SafeHtml {
    let url = format!("{origin}{}", listed.path);
    let mut trail = vec![(site.name.as_str(), paths::FRONT.to_owned())];
    if !listed.kicker_href.is_empty() {
        trail.push((listed.kicker.as_str(), listed.kicker_href.clone()));
    }
    trail.push((listed.heading.as_str(), listed.path.clone()));
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": listed.heading,
        "description": listed.description,
        "url": url,
        "inLanguage": site.language,
        "publisher": publisher(origin, site),
        "breadcrumb": breadcrumbs(origin, &trail),
    });
    let way = breadcrumbs(origin, &trail);
    let items = item_list(origin, teasers.iter().map(|teaser| teaser.slug.as_str()));
    let Some(author) = &listed.author else {
        value["mainEntity"] = items;
        return with_graph(value, vec![way]);
    };
    let mut person = json!({ "@type": "Person", "name": author.name, "url": url });
    if !author.bio.is_empty() {
        person["description"] = json!(author.bio);
    }
    if let Some((file, _, _)) = &author.avatar {
        person["image"] = json!(format!("{origin}{}", paths::media(file)));
    }
    if !author.links.is_empty() {
        person["sameAs"] = author.links.lines().collect();
    }
    value["@type"] = json!("ProfilePage");
    value["mainEntity"] = person;
    with_graph(value, vec![way, items])
}

/// The articles of a list, in its order.
fn item_list<'a>(origin: &str, slugs: impl Iterator<Item = &'a str>) -> Value {
    let item = |(at, slug): (usize, &str)| json!({ "@type": "ListItem", "position": at + 1, "url": format!("{origin}{}", paths::article(slug)) });
    let items: Vec<Value> = slugs.enumerate().map(item).collect();
    json!({ "@type": "ItemList", "itemListElement": items })
}

/// Data of the site: `WebSite` with its `SearchAction`, and the articles that lead the front page.
pub(super) fn site(origin: &str, site: &Site, leads: &[Teaser]) -> SafeHtml {
    let items = item_list(origin, leads.iter().map(|teaser| teaser.slug.as_str()));
    let way = breadcrumbs(origin, &[(site.name.as_str(), paths::FRONT.to_owned())]);
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.name,
        "url": format!("{origin}/"),
        "inLanguage": site.language,
        "publisher": publisher(origin, site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": { "@type": "EntryPoint", "urlTemplate": format!("{origin}{}?q={{search_term_string}}", paths::SEARCH) },
            "query-input": "required name=search_term_string",
        },
    });
    if !site.tagline.is_empty() {
        value["description"] = json!(site.tagline);
    }
    with_graph(value, vec![way, items])
}
