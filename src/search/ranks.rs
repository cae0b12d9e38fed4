//! The queries for each rank of hits, in the syntax of FTS5 and of PostgreSQL.

use super::SearchQuery;
use crate::text::fold::Term;

/// Prefixes of words in the index, which say where in an article a word occurs: words of the title are indexed again
/// with [`TITLE`], those of title and lead (dek, section, authors, tags) with [`LEAD`]. Filters are words with
/// [`FACET`]. No word of a text begins with one of them.
pub(super) const TITLE: &str = "†";
pub(super) const LEAD: &str = "‡";
pub(super) const FACET: &str = "§";

/// One rank of hits: they contain all terms of `all`, and of no group in `not` all terms.
pub(super) struct Rank {
    all: Vec<Term>,
    not: Vec<Vec<Term>>,
}

/// The terms with the prefix of a place in an article.
fn at(mark: &str, terms: &[Term]) -> Vec<Term> {
    let marked = |term: &Term| Term {
        words: term
            .words
            .iter()
            .map(|word| format!("{mark}{word}"))
            .collect(),
        open: term.open,
    };
    terms.iter().map(marked).collect()
}

/// Ranks of articles, best first: in the title, in the lead, anywhere.
pub(super) fn of_articles(query: &SearchQuery, facets: &[String]) -> Vec<Rank> {
    let places = [TITLE, LEAD, ""].map(|mark| at(mark, &query.terms));
    let rank = |place: usize| {
        let better = place.checked_sub(1).map(|better| places[better].clone());
        narrowed(places[place].clone(), better, query, facets)
    };
    (0..places.len()).map(rank).collect()
}

/// One rank: the words anywhere.
pub(super) fn anywhere(query: &SearchQuery, facets: &[String]) -> Vec<Rank> {
    vec![narrowed(query.terms.clone(), None, query, facets)]
}

/// Ranks of comments, best first: the words as a phrase, then all words anywhere.
pub(super) fn of_comments(query: &SearchQuery, facets: &[String]) -> Vec<Rank> {
    let all = query.terms.clone();
    match query.as_phrase() {
        Some(phrase) => vec![
            narrowed(vec![phrase.clone()], None, query, facets),
            narrowed(all, Some(vec![phrase]), query, facets),
        ],
        None => vec![narrowed(all, None, query, facets)],
    }
}

fn narrowed(
    mut all: Vec<Term>,
    better: Option<Vec<Term>>,
    query: &SearchQuery,
    facets: &[String],
) -> Rank {
    let facet = |facet: &String| Term {
        words: vec![format!("{FACET}{facet}")],
        open: false,
    };
    all.extend(facets.iter().map(facet));
    let mut not: Vec<Vec<Term>> = better.into_iter().collect();
    not.extend(query.without.iter().map(|term| vec![term.clone()]));
    Rank { all, not }
}

impl Rank {
    /// The query for FTS5: <https://www.sqlite.org/fts5.html#full_text_query_syntax>. Words are letters and digits
    /// after at most one prefix, so none needs escaping.
    pub(super) fn to_fts5(&self) -> String {
        let term = |term: &Term| {
            let open = if term.open { " *" } else { "" };
            format!("\"{}\"{open}", term.words.join(" "))
        };
        let all = |terms: &[Term]| terms.iter().map(term).collect::<Vec<_>>().join(" AND ");
        let start = format!("({})", all(&self.all));
        let not = |query: String, group: &Vec<Term>| format!("({query} NOT ({}))", all(group));
        self.not.iter().fold(start, not)
    }

    /// The `tsquery`: <https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY>
    pub(super) fn to_tsquery(&self) -> String {
        let term = |term: &Term| {
            let last = term.words.len() - 1;
            let word = |(at, word): (usize, &String)| {
                let open = if at == last && term.open { ":*" } else { "" };
                format!("'{word}'{open}")
            };
            let words: Vec<String> = term.words.iter().enumerate().map(word).collect();
            format!("({})", words.join(" <-> "))
        };
        let all = |terms: &[Term]| terms.iter().map(term).collect::<Vec<_>>().join(" & ");
        let not = |query: String, group: &Vec<Term>| format!("{query} & !({})", all(group));
        self.not.iter().fold(all(&self.all), not)
    }
}
