//! Serialises feeds as Atom, RSS 2.0 and JSON Feed 1.1.

use super::{Atom, Entry, Feed, Format, Json, Rss, remove_invalid_xml_chars};
use crate::db::Time;
use crate::web::assets;
use atom_syndication as atom;
use serde_json::json;

fn date(time: Time) -> atom::FixedDateTime {
    time.rfc3339().parse().unwrap_or_default()
}

/// <https://www.rssboard.org/rss-specification#optionalChannelElements>: RFC 822 dates.
fn rfc822(time: Time) -> String {
    let zoned = time.stamp().to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&zoned).unwrap_or_default()
}

/// Names the style sheet by which browsers show a feed.
fn styled(xml: String) -> String {
    let style = format!(
        "<?xml-stylesheet type=\"text/css\" href=\"{}\"?>",
        assets::FEED_CSS
    );
    match xml.find("?>").filter(|_| xml.starts_with("<?xml ")) {
        Some(end) => format!("{}\n{style}{}", &xml[..end + 2], &xml[end + 2..]),
        None => format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{style}\n{xml}"),
    }
}

impl Format for Atom {
    const KIND: &'static str = "atom";
    const MIME: &'static str = "application/atom+xml; charset=utf-8";

    fn write(feed: &Feed) -> String {
        let link = |href: &str, rel: &str, mime: Option<&str>| atom::Link {
            href: href.to_owned(),
            rel: rel.to_owned(),
            mime_type: mime.map(str::to_owned),
            ..atom::Link::default()
        };
        let entry = |entry: &Entry| {
            let author = |(name, uri): &(String, String)| atom::Person {
                name: remove_invalid_xml_chars(name),
                uri: Some(uri.clone()),
                ..atom::Person::default()
            };
            let category = |term: &String| atom::Category {
                term: remove_invalid_xml_chars(term),
                ..atom::Category::default()
            };
            atom::Entry {
                id: entry.id.clone(),
                title: remove_invalid_xml_chars(&entry.title).as_str().into(),
                updated: date(entry.updated),
                published: Some(date(entry.published)),
                authors: entry.authors.iter().map(author).collect(),
                categories: entry.categories.iter().map(category).collect(),
                links: vec![link(&entry.url, "alternate", Some("text/html"))],
                summary: (!entry.summary.is_empty())
                    .then(|| remove_invalid_xml_chars(&entry.summary).as_str().into()),
                content: Some(atom::Content {
                    value: Some(remove_invalid_xml_chars(&entry.content)),
                    content_type: Some("html".into()),
                    ..atom::Content::default()
                }),
                ..atom::Entry::default()
            }
        };
        let whole = atom::Feed {
            id: feed.own.clone(),
            title: remove_invalid_xml_chars(&feed.title).as_str().into(),
            subtitle: (!feed.description.is_empty())
                .then(|| remove_invalid_xml_chars(&feed.description).as_str().into()),
            updated: date(feed.updated),
            lang: Some(feed.language.clone()),
            icon: Some(feed.icon.clone()),
            // For entries that name no author of their own.
            authors: vec![atom::Person {
                name: remove_invalid_xml_chars(&feed.title),
                ..atom::Person::default()
            }],
            links: vec![
                link(&feed.own, "self", Some("application/atom+xml")),
                link(&feed.home, "alternate", Some("text/html")),
            ],
            entries: feed.entries.iter().map(entry).collect(),
            ..atom::Feed::default()
        };
        styled(whole.to_string())
    }
}

impl Format for Rss {
    const KIND: &'static str = "rss";
    const MIME: &'static str = "application/rss+xml; charset=utf-8";

    fn write(feed: &Feed) -> String {
        let item = |entry: &Entry| {
            let creators = entry
                .authors
                .iter()
                .map(|(name, _)| remove_invalid_xml_chars(name))
                .collect();
            rss::Item {
                title: Some(remove_invalid_xml_chars(&entry.title)),
                link: Some(entry.url.clone()),
                guid: Some(rss::Guid {
                    value: entry.id.clone(),
                    permalink: false,
                }),
                pub_date: Some(rfc822(entry.published)),
                description: Some(remove_invalid_xml_chars(if entry.summary.is_empty() {
                    &entry.title
                } else {
                    &entry.summary
                })),
                content: Some(remove_invalid_xml_chars(&entry.content)),
                categories: entry
                    .categories
                    .iter()
                    .map(|name| rss::Category {
                        name: remove_invalid_xml_chars(name),
                        domain: None,
                    })
                    .collect(),
                dublin_core_ext: Some(rss::extension::dublincore::DublinCoreExtension {
                    creators,
                    ..Default::default()
                }),
                ..rss::Item::default()
            }
        };
        let own = rss::extension::atom::Link {
            href: feed.own.clone(),
            rel: "self".into(),
            mime_type: Some("application/rss+xml".into()),
            ..Default::default()
        };
        let description = if feed.description.is_empty() {
            &feed.title
        } else {
            &feed.description
        };
        let channel = rss::Channel {
            title: remove_invalid_xml_chars(&feed.title),
            link: feed.home.clone(),
            description: remove_invalid_xml_chars(description),
            language: Some(feed.language.clone()),
            last_build_date: Some(rfc822(feed.updated)),
            atom_ext: Some(rss::extension::atom::AtomExtension { links: vec![own] }),
            items: feed.entries.iter().map(item).collect(),
            ..rss::Channel::default()
        };
        styled(channel.to_string())
    }
}

impl Format for Json {
    const KIND: &'static str = "json";
    const MIME: &'static str = "application/feed+json; charset=utf-8";

    fn write(feed: &Feed) -> String {
        let item = |entry: &Entry| {
            let mut item = json!({
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_html": entry.content,
                "date_published": entry.published.rfc3339(),
                "date_modified": entry.updated.rfc3339(),
                "authors": entry.authors.iter().map(|(name, url)| json!({ "name": name, "url": url })).collect::<Vec<_>>(),
                "tags": entry.categories,
            });
            if let Some(image) = &entry.image {
                item["image"] = json!(image);
            }
            if !entry.summary.is_empty() {
                item["summary"] = json!(entry.summary);
            }
            item
        };
        let mut whole = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.own,
            "icon": feed.icon,
            "language": feed.language,
            "items": feed.entries.iter().map(item).collect::<Vec<_>>(),
        });
        if !feed.description.is_empty() {
            whole["description"] = json!(feed.description);
        }
        whole.to_string()
    }
}
