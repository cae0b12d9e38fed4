//! The queries for each rank of hits, in the syntax of FTS5 and of PostgreSQL.

use super::SearchQuery;
use crate::text::fold::Term;

/// Prefixes of words in the index, which say where in an article a word occurs: words of the title are indexed again
/// with [`TITLE`], those of title and lead (dek, section, authors, tags) with [`LEAD`]. Filters are words with
/// [`FACET`]. No word of a text begins with one of them.
pub(super) const TITLE: &str = "†";
pub(super) const LEAD: &str = "‡";
pub(super) const FACET: &str = "§";
/// Stems that differ from all words of the text.
pub(super) const STEM: &str = "≈";

/// One rank of hits: they contain one term of each group in `all`, and of no group in `not` all terms.
pub(super) struct Rank {
    all: Vec<Vec<Term>>,
    not: Vec<Vec<Term>>,
    /// Whether other forms of the words count.
    pub(super) is_any_form: bool,
}

/// The terms with the prefix of a place in an article.
fn at(mark: &str, terms: &[Term]) -> Vec<Term> {
    let marked = |term: &Term| {
        let words = term.words.iter().map(|word| format!("{mark}{word}"));
        Term::exact(words.collect(), term.open)
    };
    terms.iter().map(marked).collect()
}

/// The terms as groups of one, which are found as they were typed.
fn typed(terms: Vec<Term>) -> Vec<Vec<Term>> {
    terms.into_iter().map(|term| vec![term]).collect()
}

/// Each term or another form of its word. A stem that is a word of the text is indexed as that word alone.
fn any_form(terms: &[Term]) -> Vec<Vec<Term>> {
    let forms = |term: &Term| {
        let mut forms = vec![term.clone()];
        if !term.stem.is_empty() {
            forms.push(Term::exact(vec![format!("{STEM}{}", term.stem)], false));
            if term.words != [term.stem.as_str()] {
                forms.push(Term::exact(vec![term.stem.clone()], false));
            }
        }
        forms
    };
    terms.iter().map(forms).collect()
}

/// Ranks of articles, best first: in the title, in the lead, anywhere, and anywhere in any form.
pub(super) fn of_articles(query: &SearchQuery, facets: &[Vec<String>]) -> Vec<Rank> {
    let places = [TITLE, LEAD, ""].map(|mark| at(mark, &query.terms));
    let rank = |place: usize| {
        let better = place.checked_sub(1).map(|better| places[better].clone());
        narrowed(typed(places[place].clone()), better, query, facets)
    };
    let ranks = (0..places.len()).map(rank);
    ranks.chain(in_other_forms(query, facets)).collect()
}

/// The last rank: texts with the words in another form than typed.
fn in_other_forms(query: &SearchQuery, facets: &[Vec<String>]) -> Option<Rank> {
    let has_forms = query.terms.iter().any(|term| !term.stem.is_empty());
    has_forms.then(|| {
        let better = Some(query.terms.clone());
        narrowed(any_form(&query.terms), better, query, facets)
    })
}

/// One rank: the words anywhere, in any form.
pub(super) fn anywhere(query: &SearchQuery, facets: &[Vec<String>]) -> Vec<Rank> {
    vec![narrowed(any_form(&query.terms), None, query, facets)]
}

/// Ranks of comments, best first: the words as a phrase, all words anywhere, and anywhere in any form.
pub(super) fn of_comments(query: &SearchQuery, facets: &[Vec<String>]) -> Vec<Rank> {
    let all = typed(query.terms.clone());
    let mut ranks = match query.as_phrase() {
        Some(phrase) => vec![
            narrowed(typed(vec![phrase.clone()]), None, query, facets),
            narrowed(all, Some(vec![phrase]), query, facets),
        ],
        None => vec![narrowed(all, None, query, facets)],
    };
    ranks.extend(in_other_forms(query, facets));
    ranks
}

/// A rank that also has one facet of each group.
fn narrowed(
    mut all: Vec<Vec<Term>>,
    better: Option<Vec<Term>>,
    query: &SearchQuery,
    facets: &[Vec<String>],
) -> Rank {
    let is_any_form = all.iter().any(|forms| forms.len() > 1);
    let facet = |facet: &String| Term::exact(vec![format!("{FACET}{facet}")], false);
    all.extend(
        facets
            .iter()
            .map(|one_of| one_of.iter().map(facet).collect()),
    );
    let mut not: Vec<Vec<Term>> = better.into_iter().collect();
    not.extend(query.without.iter().map(|term| vec![term.clone()]));
    Rank {
        all,
        not,
        is_any_form,
    }
}

impl Rank {
    /// The query for FTS5: <https://www.sqlite.org/fts5.html#full_text_query_syntax>. Words are letters and digits
    /// after at most one prefix, so none needs escaping.
    pub(super) fn to_fts5(&self) -> String {
        let term = |term: &Term| {
            let open = if term.open { " *" } else { "" };
            format!("\"{}\"{open}", term.words.join(" "))
        };
        let joined =
            |terms: &[Term], with: &str| terms.iter().map(term).collect::<Vec<_>>().join(with);
        let one_of = |forms: &Vec<Term>| format!("({})", joined(forms, " OR "));
        let start = self
            .all
            .iter()
            .map(one_of)
            .collect::<Vec<_>>()
            .join(" AND ");
        let start = format!("({start})");
        let not = |query: String, group: &Vec<Term>| {
            format!("({query} NOT ({}))", joined(group, " AND "))
        };
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
        let joined =
            |terms: &[Term], with: &str| terms.iter().map(term).collect::<Vec<_>>().join(with);
        let one_of = |forms: &Vec<Term>| format!("({})", joined(forms, " | "));
        let start = self.all.iter().map(one_of).collect::<Vec<_>>().join(" & ");
        let not =
            |query: String, group: &Vec<Term>| format!("{query} & !({})", joined(group, " & "));
        self.not.iter().fold(start, not)
    }
}
