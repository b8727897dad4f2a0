//! What the command calls the settings that the packages below it know by the names of fields.

use retold::error::Field;
use retold_corpus::Field as ReadingField;

/// A field that an error or a problem may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Of finding and judging.
    Engine(Field),
    /// Of reading.
    Reading(ReadingField),
}

/// The option of each field; `None` where no option leads to the field, so that its own name has to
/// do.
const OPTIONS: &[(Named, Option<&str>)] = &[
    (Named::Engine(Field::Threshold), Some("--threshold")),
    (Named::Engine(Field::RewriteScore), Some("--rewrite-score")),
    (Named::Engine(Field::PartialScore), Some("--partial-score")),
    (Named::Engine(Field::NearDuplicate), Some("--near-duplicate")),
    (Named::Engine(Field::Excerpt), Some("--excerpt")),
    (Named::Engine(Field::Rewrite), Some("--rewrite")),
    (Named::Engine(Field::ShingleWords), Some("--ngram")),
    (Named::Engine(Field::Lanes), Some("--lanes")),
    (Named::Engine(Field::BandingThreshold), None),
    (Named::Engine(Field::MinShared), Some("--min-shared")),
    (Named::Engine(Field::Kernel), Some("--kernel")),
    (Named::Engine(Field::Jaccard), Some("--jaccard")),
    (Named::Engine(Field::Scale), None),
    (Named::Engine(Field::Bands), None),
    (Named::Engine(Field::Rows), None),
    (Named::Engine(Field::BandedLanes), None),
    (Named::Engine(Field::TargetThreshold), None),
    (Named::Engine(Field::MissCost), None),
    (Named::Reading(ReadingField::TextField), Some("--text-field")),
    (Named::Reading(ReadingField::Delimiter), Some("--delimiter")),
    (Named::Reading(ReadingField::Quote), Some("--quote")),
    (Named::Reading(ReadingField::Encoding), Some("--encoding")),
];

fn option(named: Named) -> Option<&'static str> {
    OPTIONS.iter().find(|(field, _)| *field == named).and_then(|(_, option)| *option)
}

/// What the command calls a setting of finding and judging.
pub fn of_engine(field: Field) -> &'static str {
    option(Named::Engine(field)).unwrap_or(field.name())
}

/// What the command calls a setting of reading.
pub fn of_reading(field: ReadingField) -> &'static str {
    option(Named::Reading(field)).unwrap_or(field.name())
}

/// An error of the library, in the words of the command.
pub fn in_words(error: &retold::Error) -> String {
    match error {
        retold::Error::OutOfRange { field, found, expected } => {
            format!("{} is {found}; it must be {expected}", of_engine(*field))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory};

    use super::*;

    /// All options that the command has, of all subcommands.
    pub(crate) fn known_options() -> BTreeSet<String> {
        fn add(command: &Command, options: &mut BTreeSet<String>) {
            let long = command.get_arguments().filter_map(|option| option.get_long());
            options.extend(long.map(|name| format!("--{name}")));
            command.get_subcommands().for_each(|command| add(command, options));
        }
        let mut options = BTreeSet::new();
        add(&crate::args::Cli::command(), &mut options);
        options
    }

    #[test]
    fn every_option_that_is_named_is_there() {
        let known = known_options();
        for option in OPTIONS.iter().filter_map(|(_, option)| *option) {
            assert!(known.contains(option), "{option}");
        }
    }

    #[test]
    fn every_field_has_one_entry() {
        let engine = Field::ALL.iter().copied().map(Named::Engine);
        let reading = ReadingField::ALL.iter().copied().map(Named::Reading);
        for named in engine.chain(reading) {
            let entries = OPTIONS.iter().filter(|(field, _)| *field == named).count();
            assert_eq!(entries, 1, "{named:?}");
        }
    }

    #[test]
    fn errors_name_the_option_that_was_typed() {
        let config = retold::Config::default().shingle_words(0);
        let error = retold::Engine::new(config).expect_err("out of range");
        assert_eq!(error.to_string(), "shingle_words is 0; it must be from 1 to 32");
        assert_eq!(in_words(&error), "--ngram is 0; it must be from 1 to 32");
        let error = retold::Engine::new(retold::Config::default().banding_threshold(1.0));
        let error = error.expect_err("out of range");
        assert_eq!(in_words(&error), error.to_string());
    }
}
