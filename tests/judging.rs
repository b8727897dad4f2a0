//! What must be so by construction, for texts of any words in ten languages: nothing shared is no
//! relation, the order of the two sides makes no difference, a relation shows what it rests on, and
//! no likeness counts against reuse.

use proptest::prelude::*;
use retold::align::{Comparison, Relation};
use retold::unstable::align::evidence::PassageFeatures;
use retold::unstable::align::features::{ARTICLE, ArticleFeatures, PARTIAL, PartialFeatures};
use retold::unstable::align::model::{Curves, Sign};
use retold::unstable::align::runs::PASSAGE;
use retold::unstable::align::short::{SHORT, ShortFeatures};
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
        // Chinese has no list of function words here: they would be shared.
        let functions = if name == "zh" { "也 都 就 不 我" } else { functions };
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

    /// Whatever speaks for reuse never counts against it, at no length, and the other way round.
    #[test]
    fn likeness_never_counts_against_reuse(
        (values, bumps) in (draws_of_values(), draws_of_values()),
        at in any::<prop::sample::Index>(),
        words in 1f32..20_000.0,
    ) {
        let models: [(&str, &Curves, &[Sign]); 4] = [
            ("article", &ARTICLE, &ArticleFeatures::SIGNS),
            ("partial", &PARTIAL, &PartialFeatures::SIGNS),
            ("short", &SHORT, &ShortFeatures::SIGNS),
            ("passage", &PASSAGE, &PassageFeatures::SIGNS),
        ];
        for (name, model, signs) in models {
            let at = at.index(signs.len());
            let before = values[..signs.len()].to_vec();
            let mut after = before.clone();
            after[at] += bumps[at].abs();
            let gain = model.odds(&after, words) - model.odds(&before, words);
            match signs[at] {
                Sign::Positive => prop_assert!(gain >= -1e-4, "{} {} {}", name, at, gain),
                Sign::Negative => prop_assert!(gain <= 1e-4, "{} {} {}", name, at, gain),
                Sign::Any => {}
            }
        }
    }
}

/// As many values as any model has features.
fn draws_of_values() -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec(-4f32..8.0, 64)
}
