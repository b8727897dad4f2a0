//! What must be so by construction, for texts of any words in ten languages: nothing shared is no
//! relation, the order of the two sides makes no difference, a relation shows what it rests on, and
//! who takes something shared away gains nothing by it.

use proptest::prelude::*;
use retold::align::{Comparison, Relation};
use retold::{Config, Engine};

/// Function words, then two lists of content words that share nothing.
const LANGUAGES: [(&str, [&str; 3]); 10] = [
    (
        "en",
        [
            "the of and in to was with for on that",
            "harbour bridge ferry council engine winter timber captain market repair tunnel budget",
            "orchard violin surgeon novel glacier museum pigeon ceramic lawyer tailor desert comet",
        ],
    ),
    (
        "de",
        [
            "der die und das mit von für auf ist nicht",
            "Hafen Brücke Fähre Motor Winter Kapitän Markt Tunnel Rathaus Kosten Werft Kran",
            "Geige Chirurg Roman Gletscher Museum Taube Keramik Anwalt Schneider Wüste Komet Garten",
        ],
    ),
    (
        "fr",
        [
            "le la les et des une dans pour que est",
            "port pont navire moteur hiver capitaine marché tunnel mairie budget chantier grue",
            "violon chirurgien roman glacier musée pigeon poterie avocat tailleur désert comète verger",
        ],
    ),
    (
        "es",
        [
            "el la los y de una en por que con",
            "puerto puente barco motor invierno capitán mercado túnel concejo gasto taller grúa",
            "violín cirujano novela glaciar museo paloma cerámica abogado sastre desierto cometa huerto",
        ],
    ),
    (
        "it",
        [
            "il la gli e di una nel per che con",
            "porto ponte nave motore inverno capitano mercato galleria comune spesa cantiere gru",
            "violino chirurgo romanzo ghiacciaio museo piccione ceramica avvocato sarto deserto cometa frutteto",
        ],
    ),
    (
        "nl",
        [
            "de het een en van in met voor dat niet",
            "haven brug veerboot motor winter kapitein markt tunnel raadhuis kosten werf kraan",
            "viool chirurg roman gletsjer museum duif keramiek advocaat kleermaker woestijn komeet boomgaard",
        ],
    ),
    (
        "fi",
        [
            "ja on ei se että oli mutta kun hän ovat",
            "satama silta lautta moottori talvi kapteeni tori tunneli kaupunki kulut telakka nosturi",
            "viulu kirurgi romaani jäätikkö museo kyyhky keramiikka asianajaja räätäli aavikko komeetta puutarha",
        ],
    ),
    (
        "ru",
        [
            "и в не на что с по как это для",
            "гавань мост паром мотор зима капитан рынок тоннель город бюджет верфь кран",
            "скрипка хирург роман ледник музей голубь керамика юрист портной пустыня комета сад",
        ],
    ),
    (
        "tr",
        [
            "ve bir bu için ile da de çok gibi ama",
            "liman köprü vapur motor kış kaptan pazar tünel belediye bütçe tersane vinç",
            "keman cerrah roman buzul müze güvercin seramik avukat terzi çöl kuyruklu bahçe",
        ],
    ),
    (
        "zh",
        [
            "的 了 在 和 是",
            "港口 桥梁 渡轮 引擎 冬天 船长 市场 隧道 议会 预算 船厂 吊车",
            "提琴 医生 小说 冰川 画廊 鸽子 陶瓷 律师 裁缝 沙漠 彗星 果园",
        ],
    ),
];

/// A text of so many sentences out of words that `draws` pick; each third word is a function word.
fn text(functions: &str, content: &[&str], draws: &[u8]) -> String {
    let functions: Vec<&str> = functions.split(' ').collect();
    let mut text = String::new();
    for (at, draw) in draws.iter().map(|draw| *draw as usize).enumerate() {
        let word = match at % 3 {
            2 => functions[draw % functions.len()],
            _ => content[draw % content.len()],
        };
        text += word;
        text += if at % 11 == 10 { ". " } else { " " };
    }
    text
}

fn engine() -> Engine {
    Engine::new(Config::default()).unwrap()
}

fn is_shown(found: &Comparison) -> bool {
    match found.relation {
        Relation::Unrelated | Relation::Template => true,
        Relation::Rewrite => {
            !found.passages.is_empty() && found.coverage_a.max(found.coverage_b) >= 0.5
        }
        _ => !found.passages.is_empty(),
    }
}

fn words(list: &str) -> Vec<&str> {
    list.split(' ').collect()
}

/// A language, and draws of words for texts of 6 to 260 words.
fn drawn() -> impl Strategy<Value = (usize, Vec<u8>, Vec<u8>)> {
    let draws = || proptest::collection::vec(any::<u8>(), 6..260);
    (0..LANGUAGES.len(), draws(), draws())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_shared_is_no_relation((language, x, y) in drawn()) {
        let (name, [functions, ours, theirs]) = LANGUAGES[language];
        let a = text(functions, &words(ours), &x);
        let b = text(functions, &words(theirs), &y);
        let found = engine().compare(&a, &b);
        prop_assert_eq!(found.relation, Relation::Unrelated, "{} {}", name, found.score);
    }

    #[test]
    fn the_order_of_the_sides_makes_no_difference((language, x, y) in drawn()) {
        let (name, [functions, ours, theirs]) = LANGUAGES[language];
        let both: Vec<&str> = words(ours).into_iter().chain(words(theirs)).collect();
        let a = text(functions, &words(ours), &x);
        let b = text(functions, &both, &y);
        let (found, mirrored) = (engine().compare(&a, &b), engine().compare(&b, &a));
        prop_assert_eq!(&found, &mirrored.clone().mirrored(), "{}", name);
        prop_assert!(is_shown(&found), "{} {:?}", name, found.relation);
    }

    /// Words that both have are replaced in one by words that neither has, in a copy with changes.
    #[test]
    fn taking_shared_words_away_gains_nothing(
        (language, x, _) in drawn(),
        (changed, gone) in (any::<u64>(), any::<u64>()),
    ) {
        let (name, [functions, ours, theirs]) = LANGUAGES[language];
        let a = text(functions, &words(ours), &x);
        let all: Vec<&str> = a.split(' ').collect();
        let fresh = words(theirs);
        let with = |mask: u64| -> String {
            let replaced = all.iter().enumerate().map(|(at, word)| {
                let is_gone = at % 3 != 2 && mask >> (at % 64) & 1 == 1 && !word.ends_with('.');
                if is_gone { fresh[at % fresh.len()] } else { word }
            });
            replaced.collect::<Vec<_>>().join(" ")
        };
        let (more, less) = (with(changed), with(changed | gone));
        let (more, less) = (engine().compare(&a, &more), engine().compare(&a, &less));
        prop_assert!(less.score <= more.score + 0.1, "{} {} {}", name, more.score, less.score);
    }
}
