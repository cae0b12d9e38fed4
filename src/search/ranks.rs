//! What is asked of the index for each rank of hits, in the words of FTS5 and of PostgreSQL.

use super::Wanted;
use crate::text::fold::Term;

/// One rank of hits, without what stands in a better one: the query for FTS5, and the condition for PostgreSQL.
pub(super) struct Rank {
    pub fts: String,
    pub condition: String,
}

fn fts_term(term: &Term) -> String {
    // Only letters and digits are in a folded word.
    format!(
        "\"{}\"{}",
        term.words.join(" "),
        if term.open { " *" } else { "" }
    )
}

fn fts(terms: &[Term], between: &str) -> String {
    terms.iter().map(fts_term).collect::<Vec<_>>().join(between)
}

fn ts_term(term: &Term) -> String {
    let last = term.words.len() - 1;
    let word = |(at, word): (usize, &String)| {
        format!(
            "'{word}'{}",
            if at == last && term.open { ":*" } else { "" }
        )
    };
    let words: Vec<String> = term.words.iter().enumerate().map(word).collect();
    format!("({})", words.join(" <-> "))
}

fn ts(terms: &[Term], between: &str) -> String {
    terms.iter().map(ts_term).collect::<Vec<_>>().join(between)
}

/// Columns from the best place to anywhere, for both databases.
const PLACES: [(&str, &str); 3] = [
    ("{title}", "title"),
    ("{title dek}", "lead"),
    ("{title dek body}", "words"),
];

pub(super) fn of_articles(wanted: &Wanted) -> Vec<Rank> {
    let all = fts(&wanted.terms, " AND ");
    let query = ts(&wanted.terms, " & ");
    let without = |place: &str| {
        if wanted.without.is_empty() {
            String::new()
        } else {
            format!(" NOT ({place} : ({}))", fts(&wanted.without, " OR "))
        }
    };
    let rank = |at: usize| {
        let (place, column) = PLACES[at];
        let mut fts = format!("({place} : ({all}))");
        let mut condition = format!("w.{column} @@ CAST('{}' AS tsquery)", quoted(&query));
        if at > 0 {
            let (better, better_column) = PLACES[at - 1];
            fts = format!("({fts} NOT ({better} : ({all})))");
            condition += &format!(
                " AND NOT w.{better_column} @@ CAST('{}' AS tsquery)",
                quoted(&query)
            );
        }
        if !wanted.without.is_empty() {
            let gone = ts(&wanted.without, " | ");
            condition += &format!(" AND NOT w.words @@ CAST('{}' AS tsquery)", quoted(&gone));
        }
        Rank {
            fts: format!("({fts}{})", without("{title dek body}")),
            condition,
        }
    };
    (0..PLACES.len()).map(rank).collect()
}

pub(super) fn of_comments(wanted: &Wanted) -> Vec<Rank> {
    let rank = |terms: &[Term], better: Option<&Term>| {
        let mut gone = wanted.without.clone();
        gone.extend(better.cloned());
        let mut fts = format!("(body : ({}))", self::fts(terms, " AND "));
        let mut condition = format!(
            "w.words @@ CAST('{}' AS tsquery)",
            quoted(&ts(terms, " & "))
        );
        if !gone.is_empty() {
            fts = format!("({fts} NOT (body : ({})))", self::fts(&gone, " OR "));
            condition += &format!(
                " AND NOT w.words @@ CAST('{}' AS tsquery)",
                quoted(&ts(&gone, " | "))
            );
        }
        Rank { fts, condition }
    };
    match wanted.side_by_side() {
        Some(phrase) => vec![
            rank(std::slice::from_ref(&phrase), None),
            rank(&wanted.terms, Some(&phrase)),
        ],
        None => vec![rank(&wanted.terms, None)],
    }
}

/// A text inside SQL's quotation marks. Folded words have none; this holds if that ever changes.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
