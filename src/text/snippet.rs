//! The part of a text that a search shows, with what was found marked.

use super::SafeHtml;
use super::fold::{MOST_WORDS, Term, Word, words};
use super::stem::Stemming;

/// The matches of terms in a text, in its order: first word, word behind the last, number of the term.
fn hits(
    text: &str,
    words: &[Word<'_>],
    terms: &[Term],
    stemming: Stemming,
) -> Vec<(usize, usize, usize)> {
    let (mut hits, mut at) = (Vec::new(), 0);
    while let Some(word) = words.get(at) {
        let may_match = |term: &Term| stemming.may_have_stem(&word.folded, &term.stem);
        let stem = match terms.iter().any(may_match) {
            true => stemming.stem(&text[word.start..word.end]),
            false => String::new(),
        };
        let longest = terms
            .iter()
            .enumerate()
            .map(|(n, term)| (term.matches(words, at, &stem), n))
            .max();
        match longest {
            Some((many, term)) if many > 0 => {
                hits.push((at, at + many, term));
                at += many;
            }
            _ => at += 1,
        }
    }
    hits
}

/// Maximum number of words in a snippet.
const SNIPPET: usize = 36;
/// Words before the first hit in a snippet.
const LEAD: usize = 8;

/// The part of a text that contains the most terms, with the hits marked; the beginning of the text if there are none.
pub fn snippet(text: &str, terms: &[Term], stemming: Stemming) -> SafeHtml {
    let mut words = words(text);
    words.truncate(MOST_WORDS);
    let hits = hits(text, &words, terms, stemming);
    // A sliding window over the hits, which are in text order, finds the part with the most different terms.
    let (mut inside, mut many) = (vec![0_usize; terms.len()], 0);
    let (mut best, mut most, mut ahead) = (None, 0, 0);
    for (first, _, term) in &hits {
        while let Some((_, _, next)) = hits
            .get(ahead)
            .filter(|h| h.1 <= first + SNIPPET - LEAD || h.0 == *first)
        {
            many += usize::from(inside[*next] == 0);
            inside[*next] += 1;
            ahead += 1;
        }
        if many > most {
            (best, most) = (Some(*first), many);
        }
        inside[*term] -= 1;
        many -= usize::from(inside[*term] == 0);
    }
    let from = best.unwrap_or(0).saturating_sub(LEAD);
    let from = from.min(words.len().saturating_sub(SNIPPET));
    let to = (from + SNIPPET).min(words.len());
    let start = if from == 0 { 0 } else { words[from].start };
    let is_whole = to == words.len() && to < MOST_WORDS;
    let end = match is_whole {
        true => text.len(),
        false => words[to - 1].end,
    };
    let mut parts: Vec<(String, bool)> = Vec::new();
    if from > 0 {
        parts.push(("… ".into(), false));
    }
    let mut done = start;
    for (first, behind, _) in hits.iter().filter(|h| h.0 >= from && h.1 <= to) {
        let (begins, ends) = (words[*first].start, words[behind - 1].end);
        parts.push((text[done..begins].to_owned(), false));
        parts.push((text[begins..ends].to_owned(), true));
        done = ends;
    }
    parts.push((text[done..end].to_owned(), false));
    if !is_whole {
        parts.push((" …".into(), false));
    }
    SafeHtml::marked(&parts)
}
