//! For tests only: a run that stops at a given moment, so that it can be interrupted there.

use std::fs::File;
use std::sync::OnceLock;
use std::thread;

/// `MOMENT[:NUMBER]=FILE`: where to stop, and the file to make then. Not an option, because nobody
/// but `crates/cli/tests/cli/resume.rs` has a use for it.
const VARIABLE: &str = "RETOLD_TEST_PAUSE";

/// Stops here for ever if the variable names this moment, and a number that has been reached.
pub fn at(moment: &str, number: Option<u32>) {
    static ASKED: OnceLock<Option<String>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| std::env::var(VARIABLE).ok());
    let Some((when, file)) = asked.as_deref().and_then(|asked| asked.split_once('=')) else {
        return;
    };
    let (name, least) = when.split_once(':').unwrap_or((when, "0"));
    if name != moment || least.parse().is_ok_and(|least: u32| number.unwrap_or(0) < least) {
        return;
    }
    // Whoever waits for the file sees that it does not come.
    let _ = File::create(file);
    loop {
        thread::park();
    }
}
