//! Checks of the source text: the architecture rules in `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push((path.clone(), std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        ending,
        &mut found,
    );
    found.sort();
    assert!(!found.is_empty());
    found
}

fn in_house(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR"))
        .expect("inside")
        .display()
        .to_string()
}

/// The feature or module that a file of `src` belongs to: the first part of its path.
fn feature(path: &Path) -> String {
    let name = in_house(path);
    let first = name.trim_start_matches("src/").split('/').next();
    let first = first.unwrap_or_default().trim_end_matches(".rs");
    first.to_owned()
}

#[test]
fn every_module_opens_by_saying_what_it_is() {
    for (path, text) in files("src", "rs") {
        assert!(text.starts_with("//! "), "{}", in_house(&path));
    }
}

#[test]
fn pages_hold_no_sql_and_stores_no_http() {
    for (path, text) in files("src", "rs") {
        let name = in_house(&path);
        let is_pages = name.ends_with("pages.rs") || name.contains("/pages/");
        if is_pages {
            for word in ["diesel::", "sql_query", "schema::"] {
                assert!(!text.contains(word), "{name} says {word}");
            }
        }
        if name.ends_with("store.rs") && !name.contains("sessions/redis_store") {
            for word in ["actix_web", "HttpRe", "StatusCode"] {
                assert!(!text.contains(word), "{name} says {word}");
            }
        }
    }
}

#[test]
fn one_feature_writes_a_table() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files("src", "rs") {
        let feature = feature(&path);
        for verb in ["insert_into(", "diesel::update(", "diesel::delete("] {
            for part in text.split(verb).skip(1) {
                let table: String = part
                    .trim_start()
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if part
                    .trim_start()
                    .strip_prefix(&table)
                    .is_some_and(|rest| rest.starts_with("::table"))
                {
                    writers.entry(table).or_default().insert(feature.clone());
                }
            }
        }
    }
    assert!(writers.len() > 15, "{writers:?}");
    for (table, features) in writers {
        assert_eq!(features.len(), 1, "{table} is written by {features:?}");
    }
}

/// Permitted dependencies of each feature. All may use: config error interface paths text db moderation web.
const ALLOWED_DEPENDENCIES: &[(&str, &[&str])] = &[
    ("sessions", &[]),
    ("log", &[]),
    ("jobs", &["sessions"]),
    ("mail", &["jobs", "sessions"]),
    ("fonts", &[]),
    ("media", &["fonts", "log", "sessions"]),
    ("search", &["jobs", "media"]),
    ("comments", &["jobs", "log", "search", "sessions"]),
    ("articles", &["comments", "jobs", "log", "media", "search"]),
    ("feeds", &["articles", "comments"]),
    ("cards", &["articles", "fonts", "media"]),
    ("discovery", &["articles"]),
    ("redirects", &["articles"]),
    ("import", &["articles", "log", "media"]),
    (
        "editor",
        &["articles", "import", "log", "media", "sessions"],
    ),
    ("queues", &["comments", "jobs", "log", "mail", "sessions"]),
    (
        "accounts",
        &[
            "comments", "jobs", "log", "mail", "media", "search", "sessions",
        ],
    ),
    (
        "admin",
        &[
            "accounts", "articles", "comments", "jobs", "log", "mail", "media", "queues", "search",
            "sessions",
        ],
    ),
    (
        "readers",
        &["accounts", "articles", "comments", "log", "sessions"],
    ),
    (
        "info",
        &["admin", "articles", "import", "log", "media", "sessions"],
    ),
    ("theme", &[]),
    ("ops", &["jobs"]),
    ("demo", &["accounts", "articles", "comments", "import"]),
    ("samples", &["accounts", "articles", "comments", "import"]),
];

#[test]
fn feature_dependencies_are_acyclic() {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<_> = ALLOWED_DEPENDENCIES.to_vec();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|(feature_name, uses)| {
            let ready = uses.iter().all(|u| settled.contains(u));
            if ready {
                settled.insert(feature_name);
            }
            !ready
        });
        assert!(left.len() < before, "circular dependencies among {left:?}");
    }
}

#[test]
fn every_module_is_declared() {
    let known = [
        "config",
        "error",
        "interface",
        "paths",
        "text",
        "db",
        "moderation",
        "web",
        "app",
        "routes",
        "workers",
        "lib",
        "main",
        "cli",
    ];
    for (path, _) in files("src", "rs") {
        let name = in_house(&path);
        let feature_name = feature(&path);
        assert!(
            known.contains(&feature_name.as_str())
                || ALLOWED_DEPENDENCIES.iter().any(|(r, _)| *r == feature_name),
            "{name}"
        );
    }
}

#[test]
fn features_use_only_declared_dependencies() {
    let below = [
        "config",
        "error",
        "interface",
        "paths",
        "text",
        "db",
        "moderation",
        "web",
    ];
    for (path, text) in files("src", "rs") {
        let name = in_house(&path);
        let feature_name = feature(&path);
        let declared = ALLOWED_DEPENDENCIES
            .iter()
            .find(|(r, _)| *r == feature_name)
            .map(|(_, uses)| *uses);
        let used = used_rooms(&text);
        if below.contains(&feature_name.as_str()) {
            let allowed: &[&str] = match feature_name.as_str() {
                "db" => &["error", "config", "text"],
                "web" => &[
                    "config",
                    "error",
                    "interface",
                    "moderation",
                    "paths",
                    "text",
                    "db",
                ],
                "moderation" => &["db", "error", "interface", "text"],
                "error" => &["db"],
                "config" => &["db"],
                "text" => &["interface"],
                _ => &[],
            };
            for other in used.iter().filter(|o| **o != feature_name) {
                assert!(allowed.contains(&other.as_str()), "{name} uses {other}");
            }
        } else if let Some(uses) = declared {
            for other in used
                .iter()
                .filter(|o| **o != feature_name && !below.contains(&o.as_str()))
            {
                assert!(uses.contains(&other.as_str()), "{name} uses {other}");
            }
        }
    }
}

fn used_rooms(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            for name in group.split('}').next().unwrap_or_default().split(',') {
                used.insert(
                    name.trim()
                        .split([':', ' '])
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                );
            }
        } else {
            used.insert(
                part.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    used.remove("either");
    used.remove("text_enum");
    used.remove("");
    used
}

#[test]
fn every_template_is_used_and_prints_nothing_unescaped() {
    let sources: String = files("src", "rs")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let templates = files("templates", "html");
    let together: String = templates.iter().map(|(_, text)| text.as_str()).collect();
    for (path, text) in &templates {
        let name = in_house(path).trim_start_matches("templates/").to_owned();
        let quoted = format!("\"{name}\"");
        assert!(
            sources.contains(&quoted) || together.contains(&quoted),
            "{name} is not used"
        );
        assert!(
            !text.contains("|safe") && !text.contains("| safe"),
            "{name}"
        );
        assert!(
            !text.contains("href=\"/") && !text.contains("action=\"/"),
            "{name} writes a link; paths.rs does that"
        );
        assert!(
            // Mail programs know no other style than that.
            name.starts_with("mail/") || (!text.contains("style=") && !text.contains("onclick")),
            "{name} has style or script inside"
        );
    }
}

#[test]
fn every_message_of_the_interface_is_used() {
    let sources: String = files("src", "rs")
        .into_iter()
        .chain(files("templates", "html"))
        .map(|(_, text)| text)
        .collect();
    let messages = files("templates/text", "ftl").remove(0).1;
    for line in messages
        .lines()
        .filter(|l| !l.starts_with([' ', '#', '}']) && l.contains('='))
    {
        let id = line
            .split('=')
            .next()
            .unwrap_or_default()
            .trim()
            .replace('-', "_");
        assert!(
            sources.contains(&format!(".{id}(")) || sources.contains(&format!("Interface::{id}")),
            "message {id} is not used"
        );
    }
}

#[test]
fn no_source_file_has_more_than_400_lines() {
    for (path, text) in files("src", "rs") {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", in_house(&path));
    }
}

/// Handlers that write without a signed-in account, or for one that they have just created. All others write through
/// `sessions::write`, which checks session, role and ban again in the transaction.
/// Links in mails and log-ins come without a session.
const WRITE_FOR_ANYBODY: [&str; 8] = [
    "src/accounts/pages/forgot.rs",
    "src/accounts/pages/invite.rs",
    "src/accounts/pages/join.rs",
    "src/accounts/pages/links.rs",
    "src/accounts/pages/passkeys.rs",
    "src/accounts/pages/provider_join.rs",
    "src/accounts/pages/sign_in.rs",
    "src/admin/pages/setup.rs",
];

#[test]
fn who_is_signed_in_is_judged_again_in_the_transaction_that_writes() {
    let mut judged = 0;
    for (path, text) in files("src", "rs") {
        let name = in_house(&path);
        if !(name.ends_with("pages.rs") || name.contains("/pages/")) {
            continue;
        }
        judged += text.matches("sessions::write(").count();
        let flat: String = text.split_whitespace().collect();
        let writes = flat.contains("db.write(");
        assert_eq!(
            writes,
            WRITE_FOR_ANYBODY.contains(&name.as_str()),
            "{name}: write through sessions::write"
        );
    }
    assert!(judged >= 10, "{judged}");
}
