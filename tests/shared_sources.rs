//! What two articles both have from a third is shown as such, and is no reuse of one by the other.

use retold::align::{Comparison, Relation};
use retold::{Config, Engine};

const FIRST: &str = "Fishing crews in Calden Bay woke on Monday to find orange barriers on both \
    slipways. The harbour office had put them up overnight after a survey boat reported cracks \
    below the waterline of the eastern wall. Skipper Hanna Brode, who sails from the inner basin, \
    learned of it from her deckhand at four in the morning. Two trawlers were already out and had to \
    land their catch at Upper Tarn, forty miles along the coast.\n\n";
const FIRST_END: &str = "Ice makers in the fish market switched off their machines at noon. By the \
    evening a queue of refrigerated lorries reached back to the roundabout, and a caterer handed out \
    tea to the drivers. The lifeboat has been moved to a mooring beside the yacht club.";
const SECOND: &str = "A crumbling sea wall has forced officials to shut the oldest port on the \
    peninsula. Engineers gave no date for its reopening, although three contractors have been asked \
    to bid. Shop owners along the quay fear for the summer: last August alone some nine thousand \
    visitors took the steamer to the islands, according to the tourist board.\n\n";
const SECOND_END: &str = "Opposition members of the county assembly want an inquiry. They point to a \
    warning that was given by divers in the spring of last year and filed away. A spokeswoman for \
    the governor declined to comment, and the assembly will not meet again before October.";

const PART: &str = "Inspectors have found voids of up to two metres behind the blocks of the \
    eastern wall, and the load of a single crane could bring it down. Nobody is to enter the inner \
    basin until anchors have been driven into the rock and the tide gauges have been read for six \
    weeks without a change.";
const MORE: &str = "Boats that lie there now may leave under tow, at the cost of the port, and \
    their owners will be paid the fees of the season in full once the insurers have agreed.";

fn reports(of_first: &str, of_second: &str) -> [String; 2] {
    [format!("{FIRST}{of_first}\n\n{FIRST_END}"), format!("{SECOND}{of_second}\n\n{SECOND_END}")]
}

fn compared(of_first: &str, of_second: &str) -> Comparison {
    let [a, b] = reports(of_first, of_second);
    Engine::new(Config::default()).expect("the defaults").compare(&a, &b)
}

/// That neither reuses the other, and that the statement is shown as what both have from a third.
fn assert_shared(shape: &str, of_first: &str, of_second: &str) {
    let found = compared(of_first, of_second);
    assert!(!found.relation.is_reuse(), "{shape}: {:?} {}", found.relation, found.score);
    let [a, _] = reports(of_first, of_second);
    let shown = |of: &&retold::align::Match| of.a.of(&a).contains("behind the blocks");
    let shown: Vec<_> = found.passages.iter().chain(&found.sentences).filter(shown).collect();
    assert!(!shown.is_empty(), "{shape}: nothing shown");
    assert!(shown.iter().all(|of| of.shared_source), "{shape}: {shown:?}");
}

#[test]
fn a_statement_is_known_whatever_marks_it_has() {
    let lines = format!("> {}\n> {MORE}", PART.replace(" and ", "\n> and "));
    let (first_we, more_we) = (format!("We regret it. {PART}"), format!("We add: {MORE}"));
    for (shape, of_first, of_second) in [
        (
            "marks around it",
            format!("The port said: “{PART}”"),
            format!("“{PART}” the board told reporters."),
        ),
        (
            "each paragraph opens it",
            format!("The port said: “{PART}\n\n“{MORE}”"),
            format!("“{PART}\n\n“{MORE}” it told reporters."),
        ),
        (
            "opened paragraphs before its end",
            format!("The port said: \"{PART}\n\n{MORE}\""),
            format!("The board of the port said,\n\n\"{PART}\n\n{MORE}\""),
        ),
        (
            "a block after a statement",
            format!("The port said in a statement:\n\n{PART}"),
            format!("In its statement the board of the port wrote:\n\n{PART}"),
        ),
        (
            "a block after «as follows»",
            format!("The notice that hangs at the gate reads as follows:\n\n{PART}"),
            format!("The text in full:\n\n{PART}"),
        ),
        (
            "a block of several paragraphs",
            format!("The letter from the port says:\n\n{first_we}\n\n{more_we}"),
            format!("The owners were sent a letter. It reads:\n\n{first_we}\n\n{more_we}"),
        ),
        ("lines of mail", lines.clone(), format!("The mail in the inbox of a skipper:\n\n{lines}")),
        (
            "behind a colon",
            format!("In a statement, the port said: {PART}"),
            format!("A statement by the board says: {PART}"),
        ),
        (
            "marks here, a block there",
            format!("“{PART}” said the harbour master."),
            format!("The statement of the port reads:\n\n{PART}"),
        ),
        ("mail here, marks there", lines.clone(), format!("The port wrote: “{PART} {MORE}”")),
    ] {
        assert_shared(shape, &of_first, &of_second);
    }
}

#[test]
fn what_a_filing_says_is_a_shared_source() {
    let said = |by: [&str; 2]| {
        let of = |what: &str| {
            let sentence = format!("{}{what}{}", by[0], by[1]);
            sentence[..1].to_uppercase() + &sentence[1..] + ". "
        };
        of(
            "inspectors found voids of up to two metres behind the blocks of the eastern wall in March",
        ) + &of("the harbour master ordered two divers to destroy the photographs and to sign a \
                   log that no boat had gone out that day")
            + &of(
                "he was paid eleven thousand dollars in cash by a contractor who wanted the work \
                   to be left until the elections were over",
            )
    };
    let behind = |by| said(["", by]);
    assert_shared(
        "according to it",
        &behind(", according to the indictment"),
        &behind(", the indictment says"),
    );
    assert_shared(
        "before and behind",
        &said(["The complaint alleges that ", ""]),
        &behind(", according to a complaint"),
    );
    assert_shared(
        "said in a statement",
        &behind(", prosecutors said in a statement"),
        &said(["In a filing, the prosecutors wrote that ", ""]),
    );
}

#[test]
fn a_copied_paragraph_is_no_shared_source() {
    for (shape, of_first, of_second) in [
        ("nothing attributes it", PART.to_owned(), PART.to_owned()),
        ("one side attributes it", PART.to_owned(), format!("The port said: “{PART}”")),
        (
            "a colon before a paragraph of the article's own",
            format!("What comes next for the boats:\n\n{PART}"),
            format!("What comes next for the boats:\n\n{PART}"),
        ),
        (
            "a document that says nothing",
            format!("The statement ended the hopes of many skippers. {PART}"),
            format!("Nobody had a copy of the letter. {PART}"),
        ),
    ] {
        let found = compared(&of_first, &of_second);
        assert_eq!(found.relation, Relation::Partial, "{shape}: {}", found.score);
        let of = found.passages.iter().find(|of| !of.shared_source);
        assert!(of.is_some(), "{shape}: {:?}", found.passages);
    }
}

#[test]
fn an_article_that_is_a_statement_is_reused_by_who_prints_it() {
    let release = format!("Calden Bay, Monday. {PART} {MORE} The board will meet on Friday.");
    let printing = format!("{FIRST}The port said in a statement:\n\n{release}\n\n{FIRST_END}");
    let engine = Engine::new(Config::default()).expect("the defaults");
    assert!(engine.compare(&release, &printing).relation.is_reuse());
}

/// Articles that have nothing in common, each in two parts.
const UNRELATED: [[&str; 2]; 5] = [
    [
        "Potters from several villages lit the old kiln above the river again last week, which had \
         been cold for decades. A teacher whose grandfather built it fed it with beech all night. \
         Smoke drifted as far as the railway, and the fire brigade came twice to look.",
        "The glaze came out blue instead of green. Buyers did not mind, and by noon every jug had \
         gone; another firing is planned for the autumn, with clay from the quarry next door. \
         Visitors asked for bowls with the thumbprints left in, as their great-grandparents had \
         them; the guild will sell those by lot, and keep one of each shape for a showcase in the \
         library.",
    ],
    [
        "Mites have killed many of the bees on the plateau since the snow melted. A keeper with a \
         long row of hives behind her barn burned the worst of them herself, and cried while she \
         did it. Neighbours brought sugar and new frames.",
        "A laboratory wants samples from all apiaries by spring. Honey will be dear this year, and \
         growers of almonds downhill may have to rent colonies from abroad. Old queens are being \
         replaced by a darker strain which grooms itself, or so its breeder claims; whether it \
         winters well at such a height remains to be seen, since nobody has tried it there so far.",
    ],
    [
        "The chess league ended with an upset when a girl from the youngest team beat the champion \
         in an endgame of rook and pawn that lasted until midnight. Spectators held their breath, \
         then sang. Her opponent bowed and went home on foot.",
        "She learned the game from her aunt, a dentist. Next month she plays in the capital, where \
         her school has taken up a collection for the fare and the hotel. The loser, a baker, sent \
         her a cake in the form of a castle, and the federation put their moves on its website, \
         annotated by a grandmaster who found no mistake in them before dawn.",
    ],
    [
        "Passengers waited an hour for buses on the first day of the new timetable. A driver blamed \
         a roundabout that no planner had seen with his own eyes. Some shared taxis, others walked \
         through the rain with their umbrellas turned inside out.",
        "The depot promises more vehicles from next week. Pupils were told that being late is no \
         offence until then, which some greeted with applause and others with a day at the lake. Mechanics work in \
         shifts to mend gearboxes that date from before the merger; spare ones come by ship, and a \
         retired fitter has been called in because he alone can read the drawings.",
    ],
    [
        "Clouds parted just in time for the telescope to catch the comet. The astronomer on duty \
         saw a tail of green gas as long as eight moons, and woke her students. They ran up the \
         stairs in pyjamas, with blankets over their shoulders.",
        "It will not return for centuries. The mirror, cleaned in spring, showed jets of dust that \
         had been predicted but never photographed before; a paper is being written. Amateurs with binoculars \
         sent in sketches from hilltops all over the county, some in crayon, and a choir sang on \
         the terrace until the cold drove everybody inside for soup and a lecture on dust.",
    ],
];

/// The first of them, with the same paragraph in each.
fn carrying(articles: usize, paragraph: &str) -> Vec<String> {
    let of = |[first, rest]: &[&str; 2]| format!("{first}\n\n{paragraph}\n\n{rest}");
    UNRELATED[..articles].iter().map(of).collect()
}

/// The same, far from where they end: there it might be a sign-off.
fn within(articles: usize, paragraph: &str) -> Vec<String> {
    let of = |[first, rest]: &[&str; 2]| {
        let last = first.trim_end_matches('.').rfind(". ").expect("sentences") + 1;
        format!("{}\n\n{paragraph}\n\n{}\n\n{rest}", &first[..last], first[last..].trim())
    };
    UNRELATED[..articles].iter().map(of).collect()
}

fn scanned(texts: &[String]) -> Vec<(usize, usize, Comparison)> {
    let config = Config::default().keep_unrelated(true);
    let scan = Engine::new(config).expect("the settings").scan(texts).expect("in memory");
    let of = |pair: retold::engine::Pair| (pair.a as usize, pair.b as usize, pair.comparison);
    scan.pairs.into_iter().map(of).collect()
}

#[test]
fn what_four_unrelated_articles_carry_is_a_shared_source() {
    // One of three may be where the others have it from.
    for few in [2, 3] {
        let pairs = scanned(&within(few, PART));
        assert_eq!(pairs.len(), few * (few - 1) / 2);
        for (a, b, found) in pairs {
            assert_eq!(found.relation, Relation::Partial, "{few}: {a} {b}");
            assert!(!found.passages.iter().any(|of| of.shared_source), "{few}: {a} {b}");
        }
    }
    for (a, b, found) in scanned(&within(4, PART)) {
        assert!(!found.relation.is_reuse(), "{a} {b}: {:?}", found.relation);
        assert!(found.passages.iter().any(|of| of.shared_source), "{a} {b}");
    }
    for many in [4, 5] {
        let pairs = scanned(&carrying(many, MORE));
        assert_eq!(pairs.len(), many * (many - 1) / 2);
        for (a, b, found) in pairs {
            assert!(!found.relation.is_reuse(), "{many}: {a} {b}: {:?}", found.relation);
            assert!(found.passages.iter().any(|of| of.shared_source), "{many}: {a} {b}");
        }
    }
}

#[test]
fn a_sign_off_that_many_carry_is_one_too() {
    let signed = UNRELATED.map(|[first, rest]| format!("{first}\n\n{rest}\n\n{MORE}"));
    for (a, b, found) in scanned(&signed) {
        assert_eq!(found.relation, Relation::Unrelated, "{a} {b}");
        assert!(found.passages.iter().any(|of| of.shared_source), "{a} {b}: {found:?}");
    }
}

#[test]
fn who_shares_more_than_the_statement_may_have_it_from_the_other() {
    let mut texts = carrying(4, MORE);
    texts[1] = format!("{}\n\n{PART}", texts[1]);
    texts[0] = format!("{PART}\n\n{}", texts[0]);
    let pairs = scanned(&texts);
    let of = |x, y| &pairs.iter().find(|(a, b, _)| (*a, *b) == (x, y)).expect("a pair").2;
    assert!(of(0, 1).relation.is_reuse());
    assert_eq!(of(0, 2).relation, Relation::Partial, "three carriers are too few");
}
