//! Fail points: moments at which a run can be interrupted, and at which tests can make it wait.

use std::fs::File;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use retold::{Cancel, Cancelled};

/// `MOMENT[:NUMBER]=FILE`: the fail point to stop at, and the file to create then. Not an option,
/// because only `crates/cli/tests/cli/resume.rs` needs it.
const VARIABLE: &str = "RETOLD_TEST_FAIL_POINT";

/// Fails if the run was cancelled. Waits for that if the variable names this fail point and its
/// number has been reached.
pub fn reach(moment: &str, number: Option<u32>, cancel: &Cancel) -> Result<(), Cancelled> {
    if is_asked_for(moment, number) {
        while !cancel.is_cancelled() {
            thread::sleep(Duration::from_millis(5));
        }
    }
    cancel.check()
}

/// Whether a test wants the run to wait here; if so, creates the file.
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
    // A failure shows in the test: it waits for the file in vain.
    let _ = File::create(file);
    true
}
