//! What a report says of the run itself.

use std::time::Instant;

use retold_report::Run;

/// A run under way.
pub struct Started {
    command: &'static str,
    at: String,
    clock: Instant,
}

impl Started {
    /// Starts the clock.
    pub fn now(command: &'static str) -> Self {
        let now = jiff::Timestamp::now();
        let second = jiff::Unit::Second;
        let at = now.round(second).unwrap_or(now).to_string();
        Self { command, at, clock: Instant::now() }
    }

    /// The run, so far, with the options in force that have an influence on what is found, by name.
    pub fn run(&self, options: &[(String, String)]) -> Run {
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.command.to_owned(),
            options: options.to_vec(),
            started: self.at.clone(),
            elapsed: self.clock.elapsed(),
        }
    }
}

/// The most memory that this process has had, in bytes; `None` where the system does not say.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_what_it_was_and_when() {
        let options = [("threshold".to_owned(), "0.5".to_owned())];
        let run = Started::now("scan").run(&options);
        assert_eq!((run.command.as_str(), &run.options[..]), ("scan", &options[..]));
        assert!(run.started.ends_with('Z'), "{}", run.started);
    }
}
