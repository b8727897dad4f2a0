//! Withdrawn articles and what is derived from them, through others too.

use retold::Cancel;
use retold_archive::{
    About, AddOptions, Archive, Canceled, Error, FlagFilter, Known, NewArticle, Notice, NoticeKind,
    Settings, Withdrawn, split_at_notices, verify,
};

use crate::common::{add, archive, article, open, texts};

/// Paragraphs that have nothing in common.
fn paragraphs() -> Vec<String> {
    let stories: Vec<String> = (0..6).map(|seed| texts(400 + seed, 1)[0].clone()).collect();
    stories
        .iter()
        .map(|story| story.split_whitespace().take(60).collect::<Vec<_>>().join(" ") + ".")
        .collect()
}

/// Some of these in one text.
fn joined(paragraphs: &[String], of: &[usize]) -> String {
    of.iter().map(|at| paragraphs[*at].as_str()).collect::<Vec<_>>().join("\n\n")
}

fn kill(own: &mut Archive, id: &str) -> Vec<Withdrawn> {
    let notice = Notice { kind: NoticeKind::Kill, note: None, by: None, at: 1000 };
    own.withdraw(id, &notice, &Cancel::never()).unwrap()
}

/// The chain to each derived article, by ids.
fn chains(of: &[Withdrawn]) -> Vec<String> {
    let chain = |of: &Withdrawn| {
        let first = of.chain.first().map(|link| link.from.id.clone());
        let ids = first.into_iter().chain(of.chain.iter().map(|link| link.to.id.clone()));
        ids.collect::<Vec<_>>().join(" ")
    };
    of.iter().map(chain).collect()
}

#[test]
fn all_that_is_derived_is_listed_with_the_chain_to_it() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let p = paragraphs();
    let join = |of: &[usize]| joined(&p, of);
    add(
        &mut own,
        vec![
            // Seen before: nothing that it has comes from the withdrawn one.
            article("before", &join(&[0, 1]), 5),
            article("root", &join(&[0, 1]), 10),
            article("taken", &join(&[1, 2]), 20),
            // Takes what `taken` has from the withdrawn one.
            article("again", &join(&[1, 3]), 30),
            // Takes of `taken` what that has not from the withdrawn one.
            article("apart", &join(&[2, 4]), 40),
            // An earlier article cannot come from a later one, though it was added behind it.
            article("old", &join(&[1, 5]), 1),
        ],
    );
    assert_eq!(chains(&kill(&mut own, "root")), ["root taken", "root again"]);
    // Known already: the same is given, and nothing is marked twice.
    assert_eq!(kill(&mut own, "root").len(), 2);
    assert_eq!(own.withdrawals().unwrap().len(), 1);
    let missing =
        own.withdraw("none", &own.withdrawals().unwrap()[0].notice.clone(), &Cancel::never());
    assert!(matches!(missing, Err(Error::Missing { what: "article", .. })));
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
}

#[test]
fn a_notice_of_its_publisher_withdraws_an_article_and_is_none_itself() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let p = paragraphs();
    let text = format!("{}\n\n{}", p[0], p[1]);
    let notice = |id: &str, status: &str| {
        let mut notice = article(id, "This story is withdrawn. Do not use it.", 50);
        notice.about.status = About::status_of(status);
        notice.about.source = Some("agency".to_owned());
        notice
    };
    add(&mut own, vec![article("root", &text, 10), article("taken", &text, 20)]);
    let added = add(&mut own, vec![notice("root", "stat:canceled"), notice("other", "usable")]);
    let ids: Vec<_> = added.articles.iter().map(|of| of.article.id.as_str()).collect();
    assert_eq!((ids, added.skipped), (vec!["other"], 0));
    let expected = Canceled { id: "root".into(), by: Some("agency".into()), at: 50 };
    assert_eq!(added.canceled, [expected]);
    let derived = own.withdraw_canceled(&added.canceled, &Cancel::never()).unwrap();
    assert_eq!(chains(&derived[0]), ["root taken"]);
    let withdrawals = own.withdrawals().unwrap();
    assert_eq!((withdrawals.len(), withdrawals[0].notice.by.as_deref()), (1, Some("agency")));
    assert_eq!(own.find("root").unwrap().unwrap().text, text);
    // One whose article never came: it is kept, so that copies of it are known.
    let alone = add(&mut own, vec![notice("alone", "Canceled")]);
    assert_eq!((alone.articles.len(), alone.canceled.len()), (1, 1));
    assert_eq!(alone.articles[0].article.about.status.as_deref(), Some("canceled"));
    // In one batch with it, also with other versions asked for.
    let options = AddOptions { known: Known::Replace, ..AddOptions::default() };
    let both = vec![article("new", &p[3], 70), notice("new", "canceled")];
    let both = own.add(both, &options, &Cancel::never()).unwrap();
    assert_eq!((both.articles.len(), both.canceled.len()), (1, 1));
    assert_eq!(own.find("new").unwrap().unwrap().text, p[3]);
}

/// Adds as hosts do, in batches of that size; gives the ids that were taken back, and those of
/// articles that were flagged.
fn fed(own: &mut Archive, articles: &[NewArticle], batch: usize) -> [Vec<String>; 2] {
    let options = AddOptions { known: Known::Replace, ..AddOptions::default() };
    let [mut canceled, mut flagged] = [Vec::new(), Vec::new()];
    for batch in articles.chunks(batch) {
        for part in split_at_notices(batch.to_vec()) {
            let added = own.add(part, &options, &Cancel::never()).unwrap();
            own.withdraw_canceled(&added.canceled, &Cancel::never()).unwrap();
            canceled.extend(added.canceled.into_iter().map(|of| of.id));
            let has_flags = added.articles.iter().filter(|of| !of.flags.is_empty());
            flagged.extend(has_flags.map(|of| of.article.id.clone()));
        }
    }
    [canceled, flagged]
}

/// An article, the notice that takes it back, the corrected version, and a copy of each.
fn corrected() -> Vec<NewArticle> {
    let p = paragraphs();
    let join = |of: &[usize]| joined(&p, of);
    let dated = |mut article: NewArticle| {
        article.about.published = Some(article.first_seen);
        article
    };
    let mut notice = article("story", "Do not use it.", 20);
    notice.about.status = Some("canceled".to_owned());
    [
        article("story", &join(&[0, 1]), 10),
        notice,
        article("taken", &join(&[1, 2]), 30),
        article("story", &join(&[3, 4]), 40),
        article("fine", &join(&[4, 5]), 50),
    ]
    .map(dated)
    .to_vec()
}

#[test]
fn batches_and_what_is_read_again_change_nothing_that_is_taken_back() {
    for batch in [1, 2, 5] {
        let (_folder, path) = archive(&Settings::default());
        let mut own = open(&path);
        let all = corrected();
        let found = fed(&mut own, &all, batch);
        assert_eq!(found, [vec!["story".to_owned()], vec!["taken".to_owned()]], "{batch}");
        let records = own.stats().unwrap().records;
        // The same folder once more, all of it or the notice alone.
        for again in [&all[..], &all[1..2]] {
            assert_eq!(fed(&mut own, again, batch), [vec![], Vec::<String>::new()], "{batch}");
        }
        assert_eq!(own.stats().unwrap().records, records);
        assert_eq!(own.withdrawals().unwrap().len(), 1);
        assert_eq!(own.find("story").unwrap().unwrap().version, 2);
    }
}

#[test]
fn an_article_that_comes_after_its_notice_is_withdrawn_and_found() {
    for batch in [1, 3] {
        let (_folder, path) = archive(&Settings::default());
        let mut own = open(&path);
        let [story, notice, taken, later, _] = corrected().try_into().unwrap();
        let found = fed(&mut own, &[notice.clone(), story.clone()], batch);
        assert_eq!(found[0], ["story", "story"], "{batch}");
        assert_eq!(own.find("story").unwrap().unwrap().text, story.text);
        assert_eq!(fed(&mut own, &[taken], batch)[1], ["taken"]);
        assert!(fed(&mut own, &[notice, story], batch)[0].is_empty());
        // A version from after the notice is not taken back.
        assert_eq!(fed(&mut own, &[later], batch), [vec![], Vec::<String>::new()]);
    }
}

#[test]
fn an_article_that_was_corrected_can_still_be_taken_back() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let [story, notice, _, _, _] = corrected().try_into().unwrap();
    fed(&mut own, &[story], 1);
    let correction = Notice { kind: NoticeKind::Correction, note: None, by: None, at: 15 };
    own.withdraw("story", &correction, &Cancel::never()).unwrap();
    let notice = [notice];
    assert_eq!(fed(&mut own, &notice, 1)[0], ["story"]);
    assert!(fed(&mut own, &notice, 1)[0].is_empty());
}

#[test]
fn notices_in_the_same_words_are_nothing_to_each_other() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let notice = |id: &str, at: i64| {
        let mut notice = article(id, &paragraphs()[0], at);
        notice.about.status = Some("canceled".to_owned());
        notice
    };
    let found = fed(&mut own, &[notice("x", 1), notice("y", 2)], 2);
    assert_eq!(found, [vec!["x".to_owned(), "y".to_owned()], vec![]]);
    assert!(kill(&mut own, "x").is_empty());
}

#[test]
fn what_others_took_of_a_story_is_its_own() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let p = paragraphs();
    let text = format!("{}\n\n{}", p[0], p[1]);
    fed(&mut own, &[article("story", &text, 10), article("taken", &text, 20)], 2);
    kill(&mut own, "story");
    let next = article("story", &format!("{text}\n\n{}", p[2]), 30);
    assert_eq!(fed(&mut own, &[next], 1)[1], Vec::<String>::new());
}

#[test]
fn later_copies_are_flagged_through_a_chain_and_without_rules() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let p = paragraphs();
    let join = |of: &[usize]| joined(&p, of);
    add(&mut own, vec![article("root", &join(&[0, 1]), 10)]);
    assert!(kill(&mut own, "root").is_empty());
    // In one batch: the second takes from the first what that has from the withdrawn one.
    let added = add(
        &mut own,
        vec![article("taken", &join(&[1, 2]), 20), article("apart", &join(&[2, 4]), 30)],
    );
    let flagged: Vec<usize> = added.articles.iter().map(|of| of.flags.len()).collect();
    assert_eq!(flagged, [1, 0]);
    own.remove(&["root"], &Cancel::never()).unwrap();
    // The withdrawn one is gone; what is derived from it is known all the same.
    let added = add(&mut own, vec![article("again", &join(&[1, 3]), 40)]);
    let flag = &added.articles[0].flags[0];
    assert_eq!((flag.rule.as_deref(), flag.withdrawn[0].withdrawal.id.as_str()), (None, "root"));
    assert_eq!(chains(&flag.withdrawn), ["taken again"]);
    let filter = FlagFilter { withdrawn: true, ..FlagFilter::default() };
    let read = own.flags(&filter, &Cancel::never()).unwrap();
    assert_eq!(read.iter().map(|of| of.new.id.as_str()).collect::<Vec<_>>(), ["again"]);
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
}

#[test]
fn copies_beyond_eight_are_all_listed_and_circles_end() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let story = &texts(410, 1)[3];
    let copies: Vec<_> = (0..14).map(|at| article(format!("c{at:02}"), story, at)).collect();
    add(&mut own, copies);
    let found = kill(&mut own, "c00");
    assert_eq!(found.len(), 13);
    assert!(found.iter().all(|of| of.chain.len() == 1), "{:?}", chains(&found));
    // Each of them shares all with each other; the withdrawal of a later one does not reach back.
    assert_eq!(kill(&mut own, "c10").len(), 3);
}

#[test]
fn what_is_derived_from_an_earlier_version_is_listed_too() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let p = paragraphs();
    add(&mut own, vec![article("root", &format!("{}\n\n{}", p[0], p[1]), 1)]);
    add(&mut own, vec![article("copy", &format!("{}\n\n{}", p[1], p[2]), 2)]);
    let replace =
        retold_archive::AddOptions { known: retold_archive::Known::Replace, ..Default::default() };
    let corrected = vec![article("root", &format!("{}\n\n{}", p[0], p[3]), 3)];
    own.add(corrected, &replace, &Cancel::never()).unwrap();
    assert_eq!(chains(&kill(&mut own, "root")), ["root copy"]);
    // A version that comes later is not withdrawn, and is not derived from itself.
    let again = vec![article("root", &format!("{}\n\n{}", p[0], p[4]), 4)];
    let added = own.add(again, &replace, &Cancel::never()).unwrap();
    assert!(added.articles[0].flags.is_empty());
    // Who copies the withdrawn version is found by the present one, and has more of the other.
    let added = add(
        &mut own,
        vec![
            article("late", &format!("{}\n\n{}", p[0], p[3]), 5),
            article("new", &format!("{}\n\n{}", p[0], p[4]), 6),
        ],
    );
    assert_eq!(chains(&added.articles[0].flags[0].withdrawn), ["root late"]);
    let of_present = &added.articles[1].flags;
    assert!(of_present.iter().all(|flag| flag.old.id != "root"), "{of_present:?}");
}
