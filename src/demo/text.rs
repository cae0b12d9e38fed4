//! Generates the texts of the demonstration from templates and lists of phrases.

use super::Rng;

pub const FIRST: [&str; 40] = [
    "ada", "ben", "carla", "dmitri", "elin", "farid", "greta", "hugo", "ines", "jonas", "kaya",
    "liam", "mira", "nadia", "omar", "petra", "quentin", "rosa", "sven", "tomas", "uma", "viktor",
    "wanda", "xenia", "yusuf", "zora", "anouk", "bela", "chiara", "daan", "esra", "finn", "gwen",
    "hana", "ivo", "joana", "kofi", "lena", "maxim", "noor",
];
pub const LAST: [&str; 30] = [
    "abara", "brandt", "castel", "dahl", "ekholm", "ferro", "gruber", "hadid", "ivers", "jansen",
    "keller", "lund", "moreau", "novak", "okafor", "pereira", "quist", "rossi", "stahl", "tanaka",
    "ulmer", "vogel", "weir", "yilmaz", "zeller", "arden", "bright", "cole", "drummond", "ellery",
];
pub const SECTIONS: [&str; 6] = ["News", "City", "Work", "Science", "Culture", "Opinion"];
const PLACES: [&str; 16] = [
    "the harbour",
    "the old mill",
    "the ring road",
    "the east bank",
    "the market hall",
    "the reservoir",
    "the tram depot",
    "the upper town",
    "the ferry dock",
    "the rail yard",
    "the city library",
    "the north pier",
    "the allotments",
    "the power station",
    "the fish market",
    "the canal basin",
];
const WHO: [&str; 14] = [
    "the council",
    "the port authority",
    "two engineers",
    "the tenants",
    "the night crew",
    "a retired surveyor",
    "the school board",
    "the bakers' guild",
    "the water company",
    "three neighbours",
    "the archive",
    "the drivers",
    "the planning office",
    "the choir",
];
const DID: [&str; 14] = [
    "asked for another year",
    "found a crack that nobody had looked for",
    "published the figures at last",
    "went through the invoices one by one",
    "moved the date again",
    "counted every lamp",
    "kept the door open",
    "disagreed in public",
    "measured it twice",
    "paid for it out of their own pockets",
    "left before the vote",
    "wrote a letter to everyone concerned",
    "refused to sign",
    "came back with a smaller plan",
];
const BUT: [&str; 12] = [
    "The cost is not settled.",
    "Nobody we spoke to was surprised.",
    "The minutes say otherwise.",
    "It rained for most of that week.",
    "A second report is due in spring.",
    "The old drawings were no help.",
    "What happens to the workshop is open.",
    "The figures cover four winters.",
    "Both sides claim to have been right.",
    "There is a precedent, and it is not encouraging.",
    "The lease runs out before the bridge does.",
    "The measurement can be repeated by anyone with a rope and a clock.",
];
const OPENINGS: [&str; 16] = [
    "I worked near {place} for eleven years and this is the first time that somebody has described it properly.",
    "Does anyone know whether {who} ever answered the second question?",
    "What I miss here is the cost. If {who} {did}, somebody must have signed for it.",
    "My grandmother used to say that {place} would outlive all of us. She was right so far.",
    "The comparison with last year is unfair: {place} was closed from March to June.",
    "Good piece. One detail, though: {who} {did} a month earlier than the article says.",
    "I cycle past {place} every morning, and the noise begins long before seven.",
    "So {who} {did}, and we are supposed to be grateful?",
    "Thank you for printing the numbers and not only the quotes.",
    "Has anybody asked the people who actually live beside {place}?",
    "I was at that meeting. It was longer, louder and less clear than this.",
    "The photograph shows the wrong side of {place}. The crack is on the other one.",
    "We had the same discussion in my town. It ended when {who} {did}.",
    "For once I would like to read how this turns out, not only how it starts.",
    "A fair summary, but the last paragraph gives {who} far too much credit.",
    "There is a simple test for all of this: go to {place} at low water and look.",
];
const REPLIES: [&str; 16] = [
    "That is not what the report says, at least not on page nine.",
    "Agreed, and {who} said the same thing in the spring.",
    "Do you have a source for that? I could not find one.",
    "I think you mean {place}. The other one was sold in the nineties.",
    "Fair point. I had not thought of the winters.",
    "No. {who} {did}, which is something else entirely.",
    "You can look it up: the minutes are public.",
    "This is exactly the sort of thing that gets lost when everyone is in a hurry.",
    "My experience is the opposite, but I live further out.",
    "Both can be true. The pipe is old and the bill is wrong.",
    "I asked at the office. They will answer in writing, they say.",
    "Then we disagree, which is fine.",
    "That was before {who} {did}.",
    "The trouble is that nobody is paid to maintain {place}.",
    "Thank you, this is the explanation that I was missing.",
    "Perhaps, but it would have been cheaper to ask first.",
];

fn filled(rng: &mut Rng, template: &str) -> String {
    let text = template
        .replace("{place}", rng.one(&PLACES))
        .replace("{who}", rng.one(&WHO))
        .replace("{did}", rng.one(&DID));
    capital(&text)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A comment of one to four sentences, sometimes in several paragraphs; replies have sentences of their own.
pub fn comment(rng: &mut Rng, is_reply: bool) -> String {
    let bank = if is_reply { &REPLIES } else { &OPENINGS };
    let mut text = {
        let template = rng.one(bank);
        filled(rng, template)
    };
    for _ in 0..rng.below(4) {
        text.push_str(if rng.below(6) == 0 { "\n\n" } else { " " });
        let template = if rng.below(2) == 0 {
            rng.one(&BUT)
        } else {
            rng.one(bank)
        };
        text.push_str(&filled(rng, template));
    }
    text
}

pub fn title(rng: &mut Rng) -> String {
    let template = rng.one(&[
        "How {who} {did}",
        "At {place}, {who} {did}",
        "What {place} costs, and who pays",
        "{who} {did}: what we know",
        "The quiet repair of {place}",
        "Why {who} {did}",
        "A year at {place}",
        "{place}, measured",
    ]);
    filled(rng, template)
}

fn sentence(rng: &mut Rng) -> String {
    let template = rng.one(&[
        "In the end {who} {did}.",
        "At {place} the work began before dawn.",
        "According to the minutes {who} {did}, and {who} looked on.",
        "Whoever walks past {place} today sees little of it.",
        "It took a while until {who} {did}.",
        "Of the plans for {place} one is left.",
    ]);
    filled(rng, template)
}

/// An article as Markdown with front matter.
pub fn article(rng: &mut Rng, title: &str, slug: &str, published: &str) -> String {
    use std::fmt::Write;
    let section = rng.one(&SECTIONS);
    let author = format!("{} {}", capital(rng.one(&FIRST)), capital(rng.one(&LAST)));
    let (tag, other) = (rng.one(&PLACES), rng.one(&WHO));
    let dek = sentence(rng) + " " + rng.one(&BUT);
    let mut text = format!(
        "---\ntitle: \"{title}\"\nslug: {slug}\ndek: \"{dek}\"\ndate: {published}\nsection: {section}\nauthors: [\"{author}\"]\ntags: [\"{tag}\", \"{other}\"]\nsources:\n  - {{kind: primary, text: \"Minutes of the meeting, read in full.\"}}\n  - {{kind: limit, text: \"The sum was given by one side and is not independently verified.\"}}\n---\n\n## Opening summary\n\n"
    );
    let _ = writeln!(
        text,
        "{} {}\n\n## Main article\n",
        sentence(rng),
        rng.one(&BUT)
    );
    for at in 0..6 + rng.below(7) {
        if at == 4 {
            let heading = self::title(rng);
            let _ = writeln!(text, "### {heading}\n");
        }
        let mut paragraph = sentence(rng);
        for _ in 0..2 + rng.below(4) {
            paragraph.push(' ');
            let more = if rng.below(3) == 0 {
                rng.one(&BUT).to_owned()
            } else {
                sentence(rng)
            };
            paragraph.push_str(&more);
        }
        let _ = writeln!(text, "{paragraph}\n");
    }
    let _ = writeln!(
        text,
        "## Why it matters\n\n{} {}",
        sentence(rng),
        rng.one(&BUT)
    );
    text
}
