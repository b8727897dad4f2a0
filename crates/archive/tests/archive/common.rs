//! What the tests share: articles of which some were made from others, and archives of them.

use std::path::{Path, PathBuf};

use retold::{Cancel, Config};
use retold_archive::{AddOptions, Added, Archive, NewArticle, Settings};
use retold_generate::Script;
use retold_generate::bench::Generator;

/// Stories, copies with another beginning, identical ones in another case, and rewrites.
pub fn texts(seed: u64, stories: usize) -> Vec<String> {
    let mut generator = Generator::new(Script::Latin, seed);
    let mut texts = Vec::new();
    for at in 0..stories {
        let story = generator.article_of(50 + 7 * (at % 20));
        if at % 2 == 0 {
            texts.push(generator.rewrite(&story));
        }
        if at % 3 == 0 {
            texts.push(format!("By our reporter number {at}. {story}"));
        }
        if at % 5 == 0 {
            texts.push(story.to_uppercase());
        }
        texts.push(story);
    }
    texts
}

/// A small pseudo-random generator, so that a failure can be run again.
pub struct Random(pub u64);

impl Random {
    /// A number below `end`, which is 1 or more.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % end as u64) as usize
    }
}

pub fn article(id: impl ToString, text: &str, first_seen: i64) -> NewArticle {
    NewArticle { id: id.to_string(), text: text.to_owned(), first_seen, ..NewArticle::default() }
}

/// A new archive in a folder that goes with the first value.
pub fn archive(settings: &Settings) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    Archive::create(&path, settings).unwrap();
    (folder, path)
}

pub fn open(path: &Path) -> Archive {
    Archive::open(path, Config::default()).unwrap()
}

pub fn add(archive: &mut Archive, articles: Vec<NewArticle>) -> Added {
    archive.add(articles, &AddOptions::default(), &Cancel::never()).unwrap()
}
