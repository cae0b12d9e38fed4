//! JSON-LD that pages of every feature have: the publisher and the breadcrumbs. <https://schema.org/BreadcrumbList>

use crate::paths;
use crate::text::SafeHtml;
use crate::web::{Page, Site, State, assets};
use serde_json::{Value, json};

/// The publication as the publisher of what it shows.
pub fn publisher(origin: &str, site: &Site) -> Value {
    let (logo, (width, height)) = match site.look.logo.as_str() {
        "" => (assets::ICON_512_PNG, (512, 512)),
        logo => (logo, site.look.logo_size),
    };
    let mut publisher = json!({
        "@type": "NewsMediaOrganization",
        "name": site.name,
        "url": format!("{origin}/"),
        "logo": { "@type": "ImageObject", "url": format!("{origin}{logo}"), "width": width, "height": height },
        "correctionsPolicy": format!("{origin}{}", paths::CORRECTIONS),
    });
    if !site.look.social.is_empty() {
        let profiles = site.look.social.iter().map(|link| link.href.as_str());
        publisher["sameAs"] = profiles.collect();
    }
    publisher
}

/// The way to a page: name and path of each step, the front page first.
pub fn breadcrumbs(origin: &str, steps: &[(&str, String)]) -> Value {
    let item = |(at, (name, path)): (usize, &(&str, String))| json!({ "@type": "ListItem", "position": at + 1, "name": name, "item": format!("{origin}{path}") });
    let items: Vec<Value> = steps.iter().enumerate().map(item).collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": items })
}

/// Adds objects beside the page's own: readers of structured data look for them in a graph.
pub fn with_graph(mut page: Value, objects: Vec<Value>) -> SafeHtml {
    page["@graph"] = Value::Array(objects);
    SafeHtml::json(&page)
}

impl Page {
    /// Describes a page that is no article and no list: a `WebPage` below the front page.
    pub fn described(mut self, state: &State) -> Page {
        let (site, origin) = (state.site(), &state.config.base.origin);
        let name = self.card.title.clone();
        let path = self.canonical.strip_prefix(origin.as_str()).unwrap_or("/");
        let steps = [
            (site.name.as_str(), paths::FRONT.to_owned()),
            (name.as_str(), path.to_owned()),
        ];
        let page = json!({
            "@context": "https://schema.org",
            "@type": "WebPage",
            "name": name,
            "url": self.canonical,
            "inLanguage": site.language,
            "publisher": publisher(origin, &site),
        });
        self.json_ld = with_graph(page, vec![breadcrumbs(origin, &steps)]);
        self
    }
}
