//! What a report says of the run itself.

use std::time::Instant;

use retold::report::Run;

use super::options::Options;
use super::settings::Settings;

/// The subcommand that has options of its own.
const DEDUP: &str = "dedup";

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

    /// The run, so far.
    pub fn run(&self, settings: &Settings) -> Run {
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.command.to_owned(),
            options: by_name(self.command, &settings.in_force()),
            started: self.at.clone(),
            elapsed: self.clock.elapsed(),
        }
    }
}

/// Options that have an influence on what is found, by name, in the order of `--help`.
fn by_name(command: &str, options: &Options) -> Vec<(String, String)> {
    let Options { reading, detection, signing, running: _, dedup } = options;
    let mut groups = vec![serde_json::to_value(reading)];
    if command == DEDUP {
        groups.push(serde_json::to_value(dedup));
    }
    groups.extend([serde_json::to_value(detection), serde_json::to_value(signing)]);
    let mut named = Vec::new();
    for group in groups.into_iter().flatten() {
        for (name, value) in group.as_object().into_iter().flatten() {
            let value = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => "auto".to_owned(),
                other => other.to_string(),
            };
            named.push((name.clone(), value));
        }
    }
    named
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
    fn all_options_of_weight_are_recorded() {
        let settings = Settings::new(&Options::default()).expect("defaults are in range");
        let run = Started::now("scan").run(&settings);
        let value = |name: &str| {
            run.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("threshold"), Some("0.5"));
        assert_eq!(value("max-df"), Some("auto"));
        assert_eq!(value("text-field"), Some("text"));
        assert_eq!(value("threads"), None);
        assert!(run.started.ends_with('Z'), "{}", run.started);
    }
}
