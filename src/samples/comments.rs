//! The readers and the texts of the sample comments.

/// How many of [`READERS`], from the first, have no approved comment yet.
pub(super) const NEWCOMERS: usize = 2;

pub(super) const READERS: [&str; 20] = [
    "newharbour22",
    "first_frost",
    "saltstreet14",
    "Marthe_K",
    "oldrigger",
    "tideclock",
    "Nils-Peter",
    "quayside",
    "holmgirl",
    "ledgerline",
    "brackish",
    "twobells",
    "Dr_Ahlers",
    "fishmonger",
    "northmole",
    "riverpilot",
    "Anneke",
    "slackwater",
    "granite",
    "evensong",
];

const OPENINGS: [&str; 34] = [
    "I live in Salt Street and have carried my grandmother's piano upstairs twice. Nobody has to explain to me what 3.8 metres means.",
    "What I miss is the sentence about the ferries. Who pays the crews for the hours in which the gate is shut?",
    "A good piece. I would have liked the names of those who voted against in the text, not only in the minutes.",
    "Nineteen millimetres in half a year is **not** nothing. I measured towers for a living, and the word that matters is *slowed*.",
    "Could somebody explain why the rehearsals have to be at four in the morning? I asked the harbour office and was told \"traffic\".",
    "My father worked on the old sluice. He used to say that every gate is built against the last flood.",
    "This is the first article about it from which I learnt a number.",
    "I read the survey. The annex with the measurements is better than the summary, start at page 41.",
    "For those who want to see it: the next rehearsal is announced on the board at the east mole, not on the website.",
    "It costs three million a year to keep it open. I find that hard to say to anybody without laughing.",
    "The table says \"not decided\" twice. That is the story.",
    "I voted for this council and would do it again, but one vote is not a majority for fifty years.",
    "Does anybody know whether the insurers have changed their conditions for the lower streets?",
    "We moved here because of the water. I am not sure that I want to be protected from it.",
    "Thank you for printing the correction at the top.",
    "The comparison with an insurance is wrong. An insurance pays afterwards; this is a lock.",
    "I was at the session. It was quieter than it reads here, and longer.",
    "Please keep asking about the seal. Rubber does not read contracts.",
    "> within what was foreseen\n\nForeseen by whom, and where is it written down?",
    "As a pilot I can only say: in a south-westerly I would rather have the gate shut at 3.6 than be in the entrance at 3.7.",
    "Nobody talks about the eels. There was a paragraph on them in the permit, and a promise.",
    "How often would it have been shut in the last ten years at 3.8? The gauge data are public, I counted seven times.",
    "I have kept a shop in the lower town for twenty-two years. A closing day costs me less than a wet one.",
    "It would help to have a map with the three levels. I tried to draw one and gave up at the brewery.",
    "The picture is beautiful. It looks like that for about ten minutes in October.",
    "Two things can be true: it was needed, and it was sold with figures that nobody had checked.",
    "My class visited the control room. There is a red button, and it is not connected to anything.",
    "Can we please stop calling it a monument? People slept badly for years.",
    "Who decides at night? The article says \"the crew\". I hope there is a person with a name.",
    "Nine metres of concrete, and the ticket machine on the quay still takes no cards.",
    "I come from a town that did not build one. We are talking about it again now.",
    "What happens to the rain that wants out while the gate keeps the sea from coming in?",
    "Somebody should count how often this thread is proved right by the next storm.",
    "I am against it and think it is well made. That must be allowed.",
];

const ANSWERS: [&str; 46] = [
    "That is what I thought until I looked at the gauge. Try the winter of four years ago.",
    "Do you have a link to that? I found the summary only.",
    "Page 41, as was said above. The column on the right is the one to read.",
    "I disagree, but you made me look it up, so thank you.",
    "With respect: that was the old sluice, and it was a different river then.",
    "Exactly this.",
    "The crews are paid. The stewards are not, they are on call contracts.",
    "You are mixing up two levels. 3.8 is above datum, the board on the mole is above the quay.",
    "I asked the treasurer on Saturday at the market. Her answer was that it is \"being looked at\".",
    "It is in the permit, condition 17. They have until spring.",
    "Seven times if you take the hourly values. Nine with the ten-minute ones.",
    "> the word that matters is *slowed*\n\nYes. And they measure only every quarter.",
    "My cellar agrees with you.",
    "It was announced. On paper, behind glass, in 9 point.",
    "Nobody says it is unsafe. The article doesn't either.",
    "I would add that the shippers paid for a third of the study they are now quoting.",
    "No, that was the harbour company, not the shippers.",
    "Fair point, I stand corrected.",
    "Sorry, but an anecdote is not a gauge.",
    "An anecdote is what you have when nobody kept the gauge.",
    "The insurers wrote to us in May. Five per cent more, *because* of the gate: they say the water will stand longer.",
    "Could you post the wording? Names taken out, of course.",
    "I will scan it tonight.",
    "There is a pump for the rain. One. It is as old as I am.",
    "That pump is new since August, but it needs power from the lower town.",
    "Which is where the water is. I see.",
    "Let us wait for the monthly measurements before we bury it.",
    "We waited for the last ones as well.",
    "I work there. It is a person with a name, and two others who are woken.",
    "Good to hear that from somebody who knows. Thank you.",
    "Is there a reason not to publish the log of the rehearsals?",
    "I can think of three, and none of them is good.",
    "The eels have a pass on the northern side. Whether they know is another question.",
    "They do. My neighbour counts them, he has a table.",
    "Of course he has a table.",
    "It is shut by hydraulics and opened by gravity. That part at least is clever.",
    "You could say the same of every dike that has held.",
    "I have been in that entrance in a south-westerly. Once.",
    "It takes fourteen minutes to raise. The forecast is good for three hours. There is time.",
    "Fourteen in calm water.",
    "Both of you are right, which is why it was one vote.",
    "This is the most civil argument about concrete that I have ever read.",
    "Give it until Sunday.",
    "Does the paper have the minutes as a file? I would rather search than scroll.",
    "They are on the council's page under *Archive*, and not under *Minutes*. Naturally.",
    "I will bring it up at the residents' evening.",
];

/// The text of the nth top-level comment; once the list is used up, two texts are joined.
pub(super) fn top_level_text(n: usize) -> String {
    let first = OPENINGS[n % OPENINGS.len()];
    if n < OPENINGS.len() {
        first.to_owned()
    } else {
        format!("{}\n\n{}", ANSWERS[(n * 7 + 3) % ANSWERS.len()], first)
    }
}

/// The text of the nth reply; once the list is used up, two texts are joined.
pub(super) fn reply_text(n: usize) -> String {
    let first = ANSWERS[n % ANSWERS.len()];
    match n / ANSWERS.len() {
        0 => first.to_owned(),
        round => format!(
            "{first} {}",
            ANSWERS[(n * (round * 2 + 3) + 11) % ANSWERS.len()]
                .trim_start_matches("> the word that matters is *slowed*\n\n")
        ),
    }
}
