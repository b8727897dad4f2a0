//! What fingerprints and their bytes are, and what changes them.

use proptest::prelude::*;
use retold::align::CompareOptions;
use retold::engine::{Channel, Fingerprint, Key};
use retold::text::Language;
use retold::{Config, Engine, Error};

use super::samples::SAMPLES;

const TEXT: &str = SAMPLES[0].1;

fn engine(config: Config) -> Engine {
    Engine::new(config).unwrap()
}

fn fingerprint(config: Config) -> Fingerprint {
    engine(config).fingerprint(TEXT).unwrap()
}

#[test]
fn what_changes_a_fingerprint_changes_its_scheme() {
    let plain = fingerprint(Config::default());
    let changes = [
        Config::default().seed(2),
        Config::default().lanes(64),
        Config::default().shingle_words(4),
        Config::default().banding_threshold(0.8),
        Config::default().channel(Channel::Rare),
        Config::default().channel(Channel::Banding),
        Config::default().language(Some(Language::German)),
    ];
    let mut ids = vec![plain.scheme().id()];
    for config in changes {
        let other = fingerprint(config.clone());
        assert!((other.bands(), other.features()) != (plain.bands(), plain.features()));
        assert_eq!(other.text(), plain.text(), "a matter of words alone");
        let error = plain.in_common(&other).unwrap_err();
        let Error::SchemeMismatch { expected, found } = error else { panic!("{error}") };
        assert_eq!([expected, found], [plain.scheme().to_string(), other.scheme().to_string()]);
        let error = Fingerprint::from_bytes(&other.to_bytes(), plain.scheme()).unwrap_err();
        assert!(matches!(error, Error::SchemeMismatch { .. }), "{error}");
        let mut index = engine(Config::default()).index(10).unwrap();
        assert!(index.add(1, other.clone()).is_err() && index.candidates(&other).is_err());
        assert!(index.is_empty());
        ids.push(other.scheme().id());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8, "all differ");
}

#[test]
fn what_concerns_judging_and_caps_changes_nothing() {
    let plain = fingerprint(Config::default());
    let compare = CompareOptions::default().threshold(0.9);
    for config in [
        Config::default().compare(compare),
        Config::default().keep_quotations(true),
        Config::default().boilerplate(vec![TEXT.to_owned()]),
        Config::default().synonyms(vec![vec!["board".into(), "crane".into()]]),
        Config::default().max_df(Some(3)).min_shared(9),
        Config::default().held_bytes(1).keep_unrelated(true),
    ] {
        assert_eq!(fingerprint(config), plain);
    }
}

#[test]
fn channels_have_what_they_need_and_no_more() {
    let [banding, rare] = [Channel::Banding, Channel::Rare]
        .map(|channel| fingerprint(Config::default().channel(channel)));
    let both = fingerprint(Config::default());
    assert_eq!((banding.bands(), banding.features()), (both.bands(), &[][..]));
    assert_eq!((rare.bands(), rare.features()), (&[][..], both.features()));
    assert_eq!((rare.signature(), banding.signature()), (None, both.signature()));
}

#[test]
fn shortest_texts_have_what_they_can() {
    let engine = engine(Config::default());
    let bands = engine.scheme().unwrap().banding().unwrap().bands();
    let fingerprint = |text| engine.fingerprint(text).unwrap();
    let shape = |text| {
        let fingerprint = fingerprint(text);
        (
            fingerprint.words(),
            fingerprint.text().is_some(),
            fingerprint.bands().len(),
            fingerprint.features().len(),
        )
    };
    for blank in ["", " \n\t", "\u{3000}\u{a0}"] {
        assert_eq!(shape(blank), (0, false, 0, 0));
        assert_eq!(fingerprint(blank).keys().count(), 0);
        assert!(!fingerprint(blank).in_common(&fingerprint(blank)).unwrap().same_text);
    }
    assert_eq!(shape("🌊 — 🌊"), (0, true, 0, 0));
    assert!(fingerprint("🌊").in_common(&fingerprint("🌊")).unwrap().same_text);
    assert_ne!(fingerprint("🌊").text(), fingerprint("🌊 — 🌊").text());
    assert_eq!(shape("Ferry"), (1, true, bands, 0));
    assert_eq!(shape("the of and"), (3, true, bands, 0));
    assert_eq!(shape("Ferries wait"), (2, true, bands, 1));
    // Words that come again make no new features.
    assert_eq!(shape("wait ferries, wait: ferries wait"), (5, true, bands, 1));
}

#[test]
fn keys_are_all_that_it_has() {
    let fingerprint = fingerprint(Config::default());
    let keys: Vec<Key> = fingerprint.keys().collect();
    assert_eq!(keys.len(), 1 + fingerprint.bands().len() + fingerprint.features().len());
    assert_eq!(keys[0], Key::Text(fingerprint.text().unwrap()));
    assert_eq!(keys[2], Key::Band { band: 1, key: fingerprint.bands()[1] });
    assert!(keys.is_sorted_by(|a, b| a < b));
}

#[test]
fn the_ninth_text_is_as_the_first() {
    let engine = engine(Config::default());
    let mut fingerprinter = engine.fingerprinter().unwrap();
    for (name, text) in SAMPLES.iter().chain(SAMPLES.iter().rev()) {
        assert_eq!(fingerprinter.fingerprint(text), engine.fingerprint(text).unwrap(), "{name}");
    }
}

#[test]
fn bytes_come_back_as_they_were() {
    let engine = engine(Config::default());
    let scheme = engine.scheme().unwrap();
    for text in SAMPLES.map(|(_, text)| text).into_iter().chain(["", "🌊", "Ferry"]) {
        let fingerprint = engine.fingerprint(text).unwrap();
        let bytes = fingerprint.to_bytes();
        let hashes = fingerprint.keys().count();
        assert_eq!(bytes.len(), 25 + 8 * hashes);
        assert_eq!(Fingerprint::from_bytes(&bytes, scheme).unwrap(), fingerprint);
    }
}

#[test]
fn bytes_that_are_no_fingerprint_are_errors() {
    let engine = engine(Config::default());
    let scheme = engine.scheme().unwrap();
    let fingerprint = engine.fingerprint("Ferries wait outside the bar").unwrap();
    let bytes = fingerprint.to_bytes();
    for length in 0..bytes.len() {
        assert!(Fingerprint::from_bytes(&bytes[..length], scheme).is_err(), "{length} bytes");
    }
    let problem = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        match Fingerprint::from_bytes(&bytes, scheme) {
            Err(Error::MalformedFingerprint { problem }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert!(problem(&|bytes| bytes.push(0)).contains("behind its end"));
    assert!(problem(&|bytes| bytes[0] = 2).contains("layout"));
    let two_texts = |bytes: &mut Vec<u8>| {
        bytes[13] = 2;
        bytes.splice(17..17, [7; 8]);
    };
    assert!(problem(&two_texts).contains("text"));
    let one_band_less = |bytes: &mut Vec<u8>| {
        bytes[25] -= 1;
        bytes.drain(29..37);
    };
    assert!(problem(&one_band_less).contains("band"));
    assert!(problem(&|bytes| bytes.truncate(40)).contains("short"));
    // The first two features change places.
    let features = bytes.len() - 8 * fingerprint.features().len();
    assert!(problem(&|bytes| bytes[features..features + 16].rotate_left(8)).contains("order"));
}

proptest! {
    /// Whatever is flipped, there is a fingerprint or an error, and never more memory than bytes.
    #[test]
    fn flipped_bytes_do_not_panic(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let engine = engine(Config::default().lanes(16));
        let mut bytes = engine.fingerprint("Ferries wait outside the bar").unwrap().to_bytes();
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        if let Ok(fingerprint) = Fingerprint::from_bytes(&bytes, engine.scheme().unwrap()) {
            prop_assert_eq!(fingerprint.to_bytes(), bytes);
        }
    }
}
