//! Search: what is found, in which order, and what must not be found.

use crate::{Answer, Site, site_test};

async fn found(site: &Site, query: &str) -> Vec<String> {
    let page = site.get(&format!("/search?{query}")).await;
    assert_eq!(page.status, 200, "{query}");
    page.all("article h2")
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

site_test! {
    async fn titles_come_before_leads_and_leads_before_texts_each_newest_first(site: Site) {
        site.publish("---\ntitle: Old bridge\ndate: 2020-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: In the text\ndate: 2026-01-01\n---\n\nThere is a bridge in here.\n").await;
        site.publish("---\ntitle: In the dek\ndek: A bridge is closed.\ndate: 2021-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: New bridge\ndate: 2025-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: Tagged\ntags: [Bridge]\ndate: 2019-01-01\n---\n\nText.\n").await;
        assert_eq!(found(&site, "q=bridge").await, ["New bridge", "Old bridge", "In the dek", "Tagged", "In the text"]);
        let page = site.get("/search?q=bridge").await;
        assert!(page.all("article mark").iter().all(|m| m.eq_ignore_ascii_case("bridge")), "{:?}", page.all("article mark"));
        assert!(page.has("meta[name=robots][content=noindex]"));
        assert_eq!(page.header("set-cookie"), None);
    }
}

site_test! {
    async fn letter_case_and_accents_make_no_difference(site: Site) {
        site.publish("---\ntitle: Über Straßen in Łódź\n---\n\nCafé, naïve, Ærø; STRASSE; ΑΘΉΝΑ; Ёлка.\n").await;
        for typed in ["uber", "ÜBER", "Über", "u\u{308}ber", "strassen", "straße", "lodz", "ŁÓDŹ", "cafe", "CAFÉ", "naive", "aero", "αθηνα", "елка"] {
            assert_eq!(found(&site, &format!("q={}", encoded(typed))).await.len(), 1, "{typed}");
        }
        site.publish("---\ntitle: Noted\nsources: [{text: A.}]\n---\n\n## Opening summary\n\nAdopted[^s1] and more.\n").await;
        assert_eq!(found(&site, "q=adopted").await, ["Noted"], "the number of a note is no part of a word");
        let noted = site.get("/articles/noted").await;
        let json: serde_json::Value = serde_json::from_str(&noted.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!(json["abstract"], "Adopted and more.");
        let marked = site.get(&format!("/search?q={}", encoded("cafe"))).await;
        assert_eq!(marked.all(".snippet mark"), ["Café"], "what is marked is what was written");
    }
}

site_test! {
    async fn phrases_beginnings_and_exclusions(site: Site) {
        site.publish("---\ntitle: One\n---\n\nThe council moved the date again.\n").await;
        site.publish("---\ntitle: Two\n---\n\nAgain the date was moved by the council.\n").await;
        site.publish("---\ntitle: Three\n---\n\nE-mail from the councillors about COVID-19.\n").await;
        let titles = async |typed: &str| {
            let mut titles = found(&site, &format!("q={}", encoded(typed))).await;
            titles.sort();
            titles
        };
        assert_eq!(titles("\"council moved\"").await, ["One"]);
        assert_eq!(titles("“council moved”").await, ["One"]);
        assert_eq!(titles("council moved").await, ["One", "Two"]);
        assert_eq!(titles("counc*").await, ["One", "Three", "Two"]);
        assert_eq!(titles("\"the counc*\"").await, ["One", "Three", "Two"], "a phrase that ends in a prefix");
        assert_eq!(titles("council -again").await, ["Three"], "both exact matches are excluded, so words that begin with it are found");
        assert_eq!(titles("date -moved -council").await, Vec::<String>::new());
        assert_eq!(titles("counc* -council").await, ["Three"]);
        assert_eq!(titles("e-mail").await, ["Three"]);
        assert_eq!(titles("covid-19").await, ["Three"]);
        assert_eq!(titles("email").await, Vec::<String>::new());
        assert_eq!(titles("council AND moved").await, Vec::<String>::new(), "AND is not an operator");
        // Without an exact match, words that begin with it are found first, then other forms.
        assert_eq!(found(&site, "q=councill").await[0], "Three");
        let newest = site.get("/search?q=councill&sort=newest").await;
        assert_eq!((newest.all("article h2").len(), newest.one(".threadbar p")), (3, "3 results".into()));
    }
}

site_test! {
    async fn nothing_that_is_typed_is_an_error(site: Site) {
        site.publish("---\ntitle: One\n---\n\nSome text about NEAR and title.\n").await;
        let long = "x".repeat(10_000);
        let words = "a ".repeat(5_000);
        for typed in [
            "\"", "*", "AND", "OR NOT", "NEAR(a b)", "a AND", "(", ")", "()", "\"\"", "\"*\"", "-", "--", "-a", "*a", "title:one", "{title} : one", "a^2", "'", "''", "';--", "\\", "%", "_",
            "a & b | !c <-> d", ":*", "a:*", "\u{0}", "\u{FFFD}", "🦀", "日本語", "\u{202E}abc", "a\u{301}\u{301}\u{301}", "<script>", "&amp;", "\n\n", &long, &words, &format!("\"{words}\""), &format!("-{long}"), &"\"a ".repeat(2000), &"(".repeat(3000),
        ] {
            for kind in ["articles", "comments", "nonsense"] {
                let answer = site.get(&format!("/search?q={}&in={kind}", encoded(typed))).await;
                assert_eq!(answer.status, 200, "{typed:.60}");
                assert_eq!(answer.all("h1"), ["Search"]);
            }
        }
        for query in ["q=a&from=nonsense&to=2026-99-99", "q=a&section=none", "q=a&author=nobody", "q=a&after=zzz", "q=a&after=9_9", "q=a&after=o99_-5", "q=%FF%FE", "q=a&q=b", "in=comments", ""] {
            assert_eq!(site.get(&format!("/search?{query}")).await.status, 200, "{query}");
        }
    }
}

site_test! {
    async fn only_what_everybody_sees_is_found(site: Site) {
        site.publish("---\ntitle: Draft\ndraft: true\n---\n\nxylophone\n").await;
        site.publish("---\ntitle: Later\ndate: 2099-01-01\n---\n\nxylophone\n").await;
        let slug = site.publish("---\ntitle: Public\nkeywords: [xylophone]\n---\n\nText.\n").await;
        assert_eq!(found(&site, "q=xylophone").await.len(), 0, "not drafts, not what is scheduled, not keyphrases");
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let comments = async |word: &str| found(&site, &format!("q={word}&in=comments")).await.len();
        let held = mira.comment(&slug, "zither in a first comment").await;
        assert_eq!(comments("zither").await, 0, "held");
        pell.approve(&slug, held).await;
        assert_eq!(comments("zither").await, 1, "approved");
        let hit = site.get("/search?q=zither&in=comments").await;
        assert!(hit.attr("article h2 a", "href").is_some_and(|href| href.ends_with(&format!("#comment-{held}"))));
        let form = mira.get(&format!("/comments/{held}/edit")).await;
        let revision = form.field("revision").expect("a revision");
        mira.post(&format!("/comments/{held}/edit"), &[("body", "harmonium now"), ("revision", &revision)]).await;
        assert_eq!((comments("zither").await, comments("harmonium").await), (0, 1), "edited");
        pell.reject(&slug, held, "spam", "").await;
        assert_eq!(comments("harmonium").await, 0, "rejected");
        assert_eq!(mira.get("/search?q=harmonium&in=comments").await.all("article").len(), 0, "for its author too");
        let other = mira.comment(&slug, "bassoon").await;
        pell.approve(&slug, other).await;
        assert_eq!(comments("bassoon").await, 1);
        mira.post(&format!("/comments/{other}/delete"), &[]).await;
        assert_eq!(comments("bassoon").await, 0, "deleted");
        mira.post(&format!("/comments/{other}/undelete"), &[]).await;
        assert_eq!(comments("bassoon").await, 1, "taken back");
        for secret in ["mira%40example.org", "example.org", "example"] {
            assert_eq!((found(&site, &format!("q={secret}")).await.len(), comments(secret).await), (0, 0), "{secret}");
        }
    }
}

site_test! {
    async fn hits_are_narrowed_by_section_author_and_date(site: Site) {
        site.publish("---\ntitle: A\nsection: City\nauthors: [Mira Stahl]\ndate: 2026-01-10\n---\n\nferry\n").await;
        site.publish("---\ntitle: B\nsection: Sea\nauthors: [Jon Abara, Mira Stahl]\ndate: 2026-02-10T23:59:00Z\n---\n\nferry\n").await;
        let slug = site.publish("---\ntitle: C\nsection: Sea\nauthors: [Jon Abara]\ndate: 2026-03-10\n---\n\nferry\n").await;
        site.state.refresh_site().await.expect("a read");
        for (query, titles) in [
            ("", &["C", "B", "A"][..]), ("&section=sea", &["C", "B"]), ("&author=mira+stahl", &["B", "A"]), ("&author=Mira+STAHL&section=sea", &["B"]),
            ("&from=2026-02-10", &["C", "B"]), ("&to=2026-02-10", &["B", "A"]), ("&from=2026-02-10&to=2026-02-10", &["B"]), ("&from=2026-04-01", &[]), ("&author=nobody", &[]),
        ] {
            assert_eq!(found(&site, &format!("q=ferry{query}")).await, titles, "{query}");
        }
        assert!(site.get("/search?q=ferry&author=nobody").await.one(".empty").contains("nobody"));
        let (pell, quinn) = (site.moderator("pell").await, site.moderator("quinn").await);
        pell.comment(&slug, "the ferry is late").await;
        quinn.comment(&slug, "late is the ferry").await;
        assert_eq!(found(&site, "in=comments&q=ferry&author=pell").await.len(), 1);
        assert_eq!(found(&site, "in=comments&q=ferry&section=sea").await.len(), 2);
        assert_eq!(found(&site, "in=comments&q=ferry&section=city").await.len(), 0);
        assert_eq!(found(&site, "in=comments&q=ferry&to=2026-01-01").await.len(), 0);
        let ranked = site.get("/search?in=comments&q=ferry+is+late").await;
        assert_eq!(ranked.all(".snippet"), ["the ferry is late", "late is the ferry"], "adjacent words rank first, although the comment is older");
    }
}

site_test! {
    async fn pages_of_hits_go_on_through_every_rank_and_repeat_nothing(site: Site) {
        for n in 0..13 {
            site.publish(&format!("---\ntitle: Lamp {n}\n---\n\nText.\n")).await;
            site.publish(&format!("---\ntitle: Dek {n}\ndek: A lamp.\n---\n\nText.\n")).await;
            site.publish(&format!("---\ntitle: Text {n}\n---\n\nA lamp.\n")).await;
        }
        let (mut path, mut all) = ("/search?q=lamp".to_owned(), Vec::new());
        loop {
            let page: Answer = site.get(&path).await;
            assert!(page.all("article").len() <= 20);
            all.extend(page.all("article h2"));
            match page.attr("a[rel=next]", "href") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(all.len(), 39);
        let ranks: Vec<char> = all.iter().filter_map(|t| t.chars().next()).collect();
        let expected = ["L", "D", "T"].map(|rank| rank.repeat(13)).concat();
        assert_eq!(ranks.iter().collect::<String>(), expected, "{all:?}");
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 39);
    }
}

site_test! {
    async fn an_article_that_changes_is_found_by_what_it_says_now(site: Site) {
        site.publish("---\ntitle: Quay\ndate: 2026-01-01\n---\n\nherring\n").await;
        site.publish("---\ntitle: Quay\ndate: 2026-06-01\n---\n\nmackerel\n").await;
        assert_eq!((found(&site, "q=herring").await.len(), found(&site, "q=mackerel").await.len()), (0, 1));
        site.publish("---\ntitle: Quay\ndraft: true\n---\n\nmackerel\n").await;
        assert_eq!(found(&site, "q=mackerel").await.len(), 0);
    }
}

site_test! {
    async fn what_was_there_before_there_was_a_search_is_read_by_and_by(site: Site) {
        use diesel::RunQueryDsl;
        site.run_jobs().await;
        let slug = site.publish("---\ntitle: Quay\n---\n\nherring\n").await;
        site.moderator("pell").await.comment(&slug, "mackerel").await;
        site.db()
            .write(|conn| {
                for statement in ["DELETE FROM article_words", "DELETE FROM comment_words", "INSERT INTO search_progress (kind, reached) VALUES ('articles', 0), ('comments', 0)"] {
                    // A contentless FTS5 table is emptied by a special command.
                    let statement = match (&*conn, statement) {
                        (masthead::db::Conn::Sqlite(_), "DELETE FROM article_words") => "INSERT INTO article_words (article_words) VALUES ('delete-all')",
                        (masthead::db::Conn::Sqlite(_), "DELETE FROM comment_words") => "INSERT INTO comment_words (comment_words) VALUES ('delete-all')",
                        (_, other) => other,
                    };
                    diesel::sql_query(statement).execute(conn)?;
                }
                Ok(())
            })
            .await
            .expect("emptied");
        assert_eq!((found(&site, "q=herring").await.len(), found(&site, "q=mackerel&in=comments").await.len()), (0, 0));
        Site::start(&site.place, |_| {}).run_jobs().await;
        assert_eq!((found(&site, "q=herring").await.len(), found(&site, "q=mackerel&in=comments").await.len()), (1, 1));
    }
}

site_test! {
    async fn hits_are_counted_and_the_newest_may_come_first(site: Site) {
        site.publish("---\ntitle: Old harbour\nauthor: Mira Stahl\ndate: 2020-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: New\nauthor: Jon Abara\ndate: 2026-01-01\n---\n\nThe harbour again.\n").await;
        site.publish("---\ntitle: Newer\nauthor: Jon Beck\ndate: 2026-02-01\n---\n\nNothing of it.\n").await;
        let page = site.get("/search?q=harbour").await;
        assert_eq!((page.one(".threadbar p"), page.all("article h2")), ("2 results".into(), vec!["Old harbour".into(), "New".into()]));
        let newest = page.attr(".threadbar a[href*=newest]", "href").expect("a choice");
        let page = site.get(&newest).await;
        assert_eq!((page.all("article h2"), page.one(".threadbar a[aria-current]")), (vec!["New".into(), "Old harbour".into()], "Newest".into()));
        assert_eq!(page.attr("input[name=sort]", "value").as_deref(), Some("newest"), "the next search keeps it");
        // The first name is enough; of several authors who have it, all are searched for.
        assert_eq!(site.get("/search?q=harbour&author=mira").await.all("article h2"), ["Old harbour"]);
        assert_eq!(site.get("/search?q=harbour&author=jon").await.all("article h2"), ["New"]);
        assert_eq!(site.get("/search?q=nothing&author=jon").await.all("article h2"), ["Newer"], "two are called Jon");
        site.publish("---\ntitle: Kept back\nauthor: Undine Grabowska\ndraft: true\n---\n\nThe harbour.\n").await;
        assert!(site.get("/search?q=harbour&author=undine").await.one(".empty").contains("No author or reader named"), "who has only drafts is not known");
        assert_eq!(site.get("/search?q=harbour&author=Jon+Abara").await.all("article h2"), ["New"]);
        let pell = site.moderator("pell").await;
        pell.comment("new", "A harbour comment.").await;
        assert_eq!(site.get("/search?q=harbour&in=comments").await.one(".threadbar p"), "1 result");
        assert!(!site.get("/search?q=nowhere").await.has(".threadbar"));
    }
}

site_test! {
    async fn korean_is_found_inside_a_word(site: Site) {
        site.publish("---\ntitle: 서울에서 온 편지\ndek: 항구의 소식.\n---\n\n부산항에서는 배가 떠났다.\n").await;
        for (typed, hits) in [("서울", 1), ("서울에서", 1), ("항구", 1), ("부산", 1), ("서부", 0), ("울서", 0)] {
            assert_eq!(found(&site, &format!("q={typed}")).await.len(), hits, "{typed}");
        }
    }
}

site_test! {
    async fn other_forms_of_a_word_are_found_after_the_one_that_was_typed(site: Site) {
        site.publish("---\ntitle: Gate\ndate: 2026-01-03\n---\n\nThe welder’s mask.\n").await;
        site.publish("---\ntitle: Text\ndate: 2020-01-02\n---\n\nTwo gates and a welder, building.\n").await;
        site.publish("---\ntitle: Gated\ndate: 2026-01-01\n---\n\nNothing.\n").await;
        assert_eq!(found(&site, "q=gates").await, ["Text", "Gate", "Gated"], "the typed form first");
        assert_eq!(found(&site, "q=gate").await, ["Gate", "Gated", "Text"]);
        for typed in ["welder", "welders", "welder's", "welder\u{2019}s", "Welders gate"] {
            let mut titles = found(&site, &format!("q={}", encoded(typed))).await;
            titles.sort();
            assert_eq!(titles, ["Gate", "Text"], "{typed}");
        }
        assert_eq!(found(&site, "q=gates+built").await.len(), 0);
        assert_eq!(found(&site, "q=gates+builds").await, ["Text"]);
        assert_eq!(found(&site, "q=%22gates%22").await, ["Text"], "in quotation marks only what was typed");
        assert_eq!(found(&site, "q=gates+-gate").await, ["Text", "Gated"], "what is excluded is one form");
        assert_eq!(found(&site, "q=gates&sort=newest").await, ["Gate", "Gated", "Text"]);
        let page = site.get("/search?q=welders").await;
        assert_eq!(page.one(".threadbar p"), "2 results");
        assert_eq!(page.all(".snippet mark"), ["welder", "welder"], "what has the stem is marked");
        let pell = site.moderator("pell").await;
        pell.comment("gate", "All the ferries.").await;
        pell.comment("gate", "One ferry.").await;
        assert_eq!(site.get("/search?q=ferry&in=comments").await.all(".snippet"), ["One ferry.", "All the ferries."]);
        // Pages go on into the last rank.
        for n in 0..25 {
            site.publish(&format!("---\ntitle: Number {n}\n---\n\nA lighthouse{}.\n", if n % 2 == 0 { "s" } else { "" })).await;
        }
        let first = site.get("/search?q=lighthouses").await;
        let next = site.get(&first.attr("a[rel=next]", "href").expect("a next page")).await;
        let mut titles = [first.all("article h2"), next.all("article h2")].concat();
        assert!(titles[..13].iter().all(|t| t[7..].parse::<u32>().expect("a number") % 2 == 0), "{titles:?}");
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), 25);
    }
}

site_test! {
    async fn word_forms_are_those_of_the_sites_language(site: Site) {
        site.publish("---\ntitle: Die Häuser\n---\n\nHäuser am Hafen. Voilà: les élections régionales.\n").await;
        let chief = site.admin("chief").await;
        chief.comment("die-hauser", "Neue Häuser.").await;
        assert_eq!(found(&site, "q=hauses").await.len(), 0);
        let saved = chief.post("/admin/settings", &[("language", "de")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        site.run_jobs().await;
        for typed in ["haus", "Haus", "Hauses", "häusern"] {
            assert_eq!(found(&site, &format!("q={}", encoded(typed))).await.len(), 1, "{typed}");
            assert_eq!(found(&site, &format!("q={}&in=comments", encoded(typed))).await.len(), 1, "{typed}");
        }
        chief.post("/admin/settings", &[("language", "fr")]).await;
        site.run_jobs().await;
        assert_eq!(found(&site, "q=hausern").await.len(), 0, "the forms of the former language are gone");
        for typed in ["election", "élection", "régional", "regionale"] {
            assert_eq!(found(&site, &format!("q={}", encoded(typed))).await.len(), 1, "{typed}");
        }
        // A stem that begins otherwise than its word is marked all the same.
        chief.post("/admin/settings", &[("language", "nl")]).await;
        site.publish("---\ntitle: Dok\n---\n\nZij hebben hard gewerkt.\n").await;
        assert_eq!(site.get("/search?q=werk").await.all(".snippet mark"), ["gewerkt"]);
        chief.post("/admin/settings", &[("language", "ja")]).await;
        site.run_jobs().await;
        assert_eq!(found(&site, "q=elections").await.len(), 1, "a language without forms finds what was typed");
        assert_eq!(found(&site, "q=election").await.len(), 1, "or what begins like it");
    }
}

site_test! {
    async fn a_misspelt_word_is_corrected_from_the_words_of_articles(site: Site) {
        site.publish("---\ntitle: Élections at the embankment\n---\n\nThe timetable of the ferries: a review. A well timetable ferry.\n").await;
        site.publish("---\ntitle: Second review\n---\n\nA preview.\n").await;
        for (typed, offered) in [
            ("reviwe", "review"), ("embankmnet", "embankment"), ("mebankment", "embankment"), ("elektions", "élections"), ("timtabel", "timetable"),
            ("ferry timetabel", "ferry timetable"), ("\"the timetabel\"", "\"the timetable\""), ("timetabel -reviwe", "timetable -reviwe"), ("well-timetabel-ferry", "well-timetable-ferry"), ("timetabel -\"not reviwe\"", "timetable -\"not reviwe\""),
            ("embankments timetabel", "embankments timetable"), ("timetabel timetabel", "timetable timetable"),
        ] {
            let page = site.get(&format!("/search?q={}", encoded(typed))).await;
            assert_eq!(page.one(".correction a"), offered, "{typed}");
            let corrected = site.get(&page.attr(".correction a", "href").expect("a link")).await;
            assert!(!corrected.all("article h2").is_empty(), "{typed} → {offered} finds something");
            assert!(!corrected.has(".correction"));
        }
        let marked = site.get("/search?q=ferry+timetabel").await;
        assert_eq!(marked.all(".correction mark"), ["timetable"]);
        // Too short, a number, unlike any word, unknown letters, all words known, nothing under the correction.
        for typed in ["teh", "20262", "zzzzzzzz", "%_\\'\"", "второй", "preview embankment", "timetabel embankment preview", "reviwe&from=2030-01-01", "reviwe&in=comments"] {
            let query = if typed.contains('&') { typed.to_owned() } else { encoded(typed) };
            let page = site.get(&format!("/search?q={query}")).await;
            assert!(page.status == 200 && !page.has(".correction"), "{typed}");
        }
        let long = site.get(&format!("/search?q={}+reviwe", "x".repeat(400))).await;
        assert!(long.status == 200 && !long.has(".correction"), "what is behind the first 400 characters does not count");
        // An article that is gone is not offered.
        site.publish("---\ntitle: Timtable\nslug: gone\n---\n\nText.\n").await;
        assert_eq!(site.get("/search?q=timtabel").await.one(".correction a"), "timtable", "fewer differences");
        site.publish("---\ntitle: Other\nslug: gone\n---\n\nText.\n").await;
        assert_eq!(site.get("/search?q=timtabel").await.one(".correction a"), "timetable");
        // Filters and the order stay.
        let page = site.get("/search?q=reviwe&section=news&sort=newest").await;
        let href = page.attr(".correction a", "href").expect("a link");
        assert!(href.contains("q=review") && href.contains("section=news") && href.contains("sort=newest"), "{href}");
        let hostile = site.get(&format!("/search?q={}", encoded("<script>alert(1)</script> reviwe"))).await;
        assert!(!hostile.body.contains("<script>alert"), "typed text is escaped");
    }
}
