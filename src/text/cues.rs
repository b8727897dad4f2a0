//! Words that say whose words are reported: documents, and that they say something.

use std::sync::LazyLock;

use super::hash::{WordMap, word_hash};

/// What a word says of where other words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// Something that is written and handed out: `statement`, `indictment`.
    Document,
    /// That somebody says something: `said`.
    Says,
    /// That a document does: `reads`. People read them, too.
    Reads,
    /// Who says something: `according to`.
    According,
    /// Where it is said.
    In,
    /// That what follows is given word for word: `follows`.
    Follows,
    /// The speaker: `we`.
    FirstPerson,
}

impl Cue {
    /// Whether it announces a block, where it stands before a colon.
    pub(super) fn announces(self) -> bool {
        !matches!(self, Self::FirstPerson | Self::In)
    }
}

/// Lower case, in the languages of European news. A word has one meaning in all of them: none of
/// them depends on the language of the text, which mixed texts would hide.
const WORDS: [(Cue, &[&str]); 7] = [
    (
        Cue::Document,
        &[
            "statement statements indictment complaint affidavit filing filings memo memorandum \
             letter petition lawsuit transcript release",
            "erklärung pressemitteilung mitteilung stellungnahme anklageschrift klageschrift \
             schreiben",
            "communiqué déclaration lettre plainte acte",
            "comunicado declaración carta denuncia querella",
            "comunicato dichiarazione lettera",
            "declaração denúncia",
            "verklaring persbericht aanklacht brief",
            "uttalande pressmeddelande åtalet brev pressemeddelelse pressemelding udtalelse \
             uttalelse",
            "oświadczenie oświadczeniu komunikat komunikacie",
            "заявление заявлении сообщении пресс-релизе письме",
        ],
    ),
    (
        Cue::Says,
        &[
            "said says say saying wrote writes stated states alleges alleged charges announced",
            "heißt hieß teilte schrieb schreibt erklärte sagte steht",
            "indique indiqué indiquait déclare déclaré écrit écrivait précise affirme affirmé",
            "dice dijo afirma afirmó señala señaló escribió indicó",
            "legge scrive scritto afferma dichiarato",
            "diz disse afirmou escreveu",
            "staat zei meldt schreef",
            "skriver skrev säger står sier",
            "napisał napisano czytamy głosi",
            "говорится сообщает сообщил пишет",
        ],
    ),
    (Cue::Reads, &["read reads reading lautet lautete reza recita luidt lyder"]),
    (
        Cue::According,
        &[
            "according laut zufolge selon según secondo segundo volgens",
            "enligt ifølge według согласно",
        ],
    ),
    (Cue::In, &["in im dans en em num numa nel nella i w в"]),
    (
        Cue::Follows,
        &["follows following full wortlaut wörtlich suit íntegra integral integrale följande"],
    ),
    (
        Cue::FirstPerson,
        &[
            "we our ours",
            "wir unser unsere unserer unseren unserem uns",
            "nous notre nos",
            "nosotros nuestra nuestro nuestras nuestros",
            "noi nostro nostra nostri",
            "nós nosso nossa nossos",
            "wij ons onze",
            "vi vår våra vores",
            "мы наш наша наши",
        ],
    ),
];

struct Cues {
    by_form: WordMap<Cue>,
    /// A bit for each value of the twelve lowest bits of a form that one of them has.
    filter: [u64; 64],
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let mut cues = Cues { by_form: WordMap::default(), filter: [0; 64] };
    let words = WORDS.iter().flat_map(|(cue, lists)| {
        let words = lists.iter().flat_map(|list| list.split_whitespace());
        words.map(move |word| (word_hash(word.as_bytes()), *cue))
    });
    for (form, cue) in words {
        cues.by_form.entry(form).or_insert(cue);
        cues.filter[form as usize / 64 % 64] |= 1 << (form % 64);
    }
    cues
});

/// What a word of that form says of where other words come from.
pub(super) fn cue(form: u64) -> Option<Cue> {
    let cues = &*CUES;
    if cues.filter[form as usize / 64 % 64] >> (form % 64) & 1 == 0 {
        return None;
    }
    cues.by_form.get(&form).copied()
}
