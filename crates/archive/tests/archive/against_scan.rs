//! An archive of one segment with the cap of a scan gives the pairs of that scan.

use std::collections::BTreeSet;

use retold::{Cancel, Config, Engine};
use retold_archive::{NewArticle, Settings, Wanted};

use crate::common::{add, archive, article, open, texts};

type Pairs = BTreeSet<(usize, usize, String)>;

fn scan(texts: &[String]) -> Pairs {
    let scan = Engine::new(Config::default()).unwrap().scan(texts).unwrap();
    let pair =
        |of: retold::engine::Pair| (of.a as usize, of.b as usize, format!("{:?}", of.comparison));
    scan.pairs.into_iter().map(pair).collect()
}

fn articles(texts: &[String]) -> Vec<NewArticle> {
    texts.iter().enumerate().map(|(at, text)| article(at, text, at as i64)).collect()
}

#[test]
fn however_the_articles_were_batched_the_pairs_are_those_of_a_scan() {
    let texts = texts(11, 60);
    let scan = scan(&texts);
    assert!(scan.len() > 60, "{}", scan.len());
    let settings =
        Settings { span_days: None, ..Settings::of(&Config::default(), texts.len()).unwrap() };
    let mut reports = BTreeSet::new();
    for batch in [1, 7, 50, texts.len()] {
        let (_folder, path) = archive(&settings);
        let mut own = open(&path);
        let mut report = Pairs::new();
        for articles in articles(&texts).chunks(batch) {
            for added in add(&mut own, articles.to_vec()).articles {
                let b = added.article.id.parse().unwrap();
                report.extend(
                    added.matches.iter().map(|of| {
                        (of.article.id.parse().unwrap(), b, format!("{:?}", of.comparison))
                    }),
                );
            }
            own.tidy(&Cancel::never()).unwrap();
        }
        // Early on, features are rarer than at the end, so what was reported is no less.
        assert!(report.is_superset(&scan), "{batch}");
        reports.insert(report);
        let found = own.query(&articles(&texts), &Wanted::default(), &Cancel::never()).unwrap();
        let mut pairs = Pairs::new();
        for (b, matches) in found.iter().enumerate() {
            let of = |of: &retold_archive::Match| {
                (of.article.id.parse().unwrap(), b, format!("{:?}", of.comparison))
            };
            pairs.extend(matches.iter().map(of).filter(|(a, b, _)| a < b));
        }
        assert_eq!(pairs, scan, "{batch}");
    }
    assert_eq!(reports.len(), 1, "what is reported depends on how articles were batched");
}
