//! Moments of a run at which it can be interrupted, also by tests, for which it waits there.

use std::fs::File;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use retold::{Cancel, Cancelled};

/// `MOMENT[:NUMBER]=FILE`: where to stop, and the file to make then. Not an option, because nobody
/// but `crates/cli/tests/cli/resume.rs` has a use for it.
const VARIABLE: &str = "RETOLD_TEST_FAIL_POINT";

/// An error if the run was told to stop. Waits for that if the variable names this moment, and a
/// number that has been reached.
pub fn reach(moment: &str, number: Option<u32>, cancel: &Cancel) -> Result<(), Cancelled> {
    if is_asked_for(moment, number) {
        while !cancel.is_cancelled() {
            thread::sleep(Duration::from_millis(5));
        }
    }
    cancel.check()
}

/// Whether a test wants the run to wait here; makes the file then.
fn is_asked_for(moment: &str, number: Option<u32>) -> bool {
    static ASKED: OnceLock<Option<String>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| std::env::var(VARIABLE).ok());
    let Some((when, file)) = asked.as_deref().and_then(|asked| asked.split_once('=')) else {
        return false;
    };
    let (name, least) = when.split_once(':').unwrap_or((when, "0"));
    if name != moment || least.parse().is_ok_and(|least: u32| number.unwrap_or(0) < least) {
        return false;
    }
    // Whoever waits for the file sees that it does not come.
    let _ = File::create(file);
    true
}
