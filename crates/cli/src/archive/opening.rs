//! Archives that are opened by what was typed.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use retold::{Cancel, Config};
use retold_archive::{Archive, Error, Settings as ArchiveSettings};

use crate::options::Options;

/// Opens an archive to change it, for which another process may need it a little longer.
pub fn open_soon(path: &Path, judging: &Config, cancel: &Cancel) -> anyhow::Result<Archive> {
    let begun = Instant::now();
    loop {
        match Archive::open(path, judging.clone()) {
            Err(Error::InUse { .. }) if begun.elapsed() < PATIENCE => {
                cancel.check()?;
                thread::sleep(Duration::from_millis(20));
            }
            opened => return Ok(opened?),
        }
    }
}

/// How long to wait for another process, such as `retold watch`, to write what it has.
const PATIENCE: Duration = Duration::from_secs(30);

/// An error if an option that was given disagrees with what the archive was made with.
pub fn check_options(archive: &ArchiveSettings, options: &Options) -> anyhow::Result<()> {
    let Options { detection, advanced, .. } = options;
    let asked = ArchiveSettings {
        language: detection.language.map_or(archive.language, |language| language.0),
        lanes: advanced.lanes.unwrap_or(archive.lanes),
        shingle_words: advanced.ngram.unwrap_or(archive.shingle_words),
        seed: advanced.seed.unwrap_or(archive.seed),
        channel: advanced.channel.map_or(archive.channel, Into::into),
        max_df: advanced.max_df.unwrap_or(archive.max_df),
        min_shared: advanced.min_shared.unwrap_or(archive.min_shared),
        span_days: archive.span_days,
    };
    Ok(archive.check_same(&asked)?)
}

/// How pairs are judged; what finds them comes from the archive.
pub fn judging(engine: &Config) -> Config {
    engine.clone().keep_features(false)
}
