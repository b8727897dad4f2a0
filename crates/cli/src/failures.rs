//! What stops a run, in the words of the command line.

use retold_pipeline::{Difference, Error};
use retold_report::quantity;

use crate::values::SizeValue;

/// A size that is at least so many bytes, as `--memory` takes it: `61M`, `2.1G`.
fn at_least(bytes: u64) -> String {
    match bytes.div_ceil(1 << 20) {
        megabytes if megabytes < 1 << 10 => format!("{megabytes}M"),
        megabytes => {
            let tenths = (megabytes * 10).div_ceil(1 << 10);
            format!("{}.{}G", tenths / 10, tenths % 10).replace(".0G", "G")
        }
    }
}

/// What stopped a run, with the options that may help.
pub fn in_words(error: &Error) -> String {
    match error {
        Error::TemporaryFile { .. } => format!("{error}; name another folder with --temp"),
        Error::TooLittleMemory { memory, articles, least } => format!(
            "--memory {} is too little for {}; give {} or more",
            SizeValue(*memory as usize),
            quantity::counted(*articles, "article"),
            at_least(*least)
        ),
        Error::TooManyPairs { memory, found, enough } => format!(
            "--memory {} is too little for what is related: {} so far; give about {}, or look for \
             fewer with --threshold",
            SizeValue(*memory as usize),
            quantity::counted(*found, "pair"),
            at_least(*enough)
        ),
        Error::TooMuchShared { memory, enough } => format!(
            "--memory {} is too little for articles that share so much; give about {}",
            SizeValue(*memory as usize),
            at_least(*enough)
        ),
        Error::SeveralArticles { .. } => format!(
            "{error}; to compare some of them, list them with --pairs and name the file with \
             --corpus"
        ),
        Error::NotAllRead(_) => format!(
            "{error} (see above), so nothing is written (--strict); mend them, or leave --strict out \
             to go without them"
        ),
        Error::DamagedRecord => format!("{error}; start over, without --resume"),
        Error::OtherRun(difference) => {
            // Settings are recorded by the names of options, without the dashes.
            let dashes = if matches!(difference, Difference::Setting { .. }) { "--" } else { "" };
            format!(
                "cannot go on with the interrupted run: {dashes}{difference}; give what it was \
                 given, or start over, without --resume"
            )
        }
        Error::NoDates(none) => format!("--keep earliest:{}: {none}", none.field()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use retold_pipeline::dedup::NoDates;

    use super::*;
    use crate::naming::tests::known_options;

    #[test]
    fn every_option_that_is_named_is_there() {
        let (name, was, is) = ("jaccard".to_owned(), "0.7".to_owned(), "0.8".to_owned());
        let source = || io::Error::from(io::ErrorKind::NotFound);
        let known = known_options();
        for (error, count) in [
            (Error::TemporaryFile { action: "write", folder: "a".into(), source: source() }, 1),
            (Error::TooLittleMemory { memory: 1, articles: 2, least: 3 }, 1),
            (Error::SeveralArticles { name: "a".to_owned() }, 2),
            (Error::DamagedRecord, 1),
            (Error::OtherRun(Difference::Setting { name, was, is }), 2),
            (Error::OtherRun(Difference::Input("a has changed since".to_owned())), 1),
            (Error::NoDates(NoDates::NoField("date".to_owned())), 1),
        ] {
            let said = in_words(&error);
            let words = said.split(|c: char| !c.is_alphanumeric() && c != '-');
            let named: Vec<_> = words.filter(|word| word.starts_with("--")).collect();
            assert_eq!(named.len(), count, "{said}");
            assert!(named.iter().all(|option| known.contains(*option)), "{said}");
        }
    }

    #[test]
    fn a_size_is_enough_and_may_be_typed() {
        let mega = |n: u64| at_least(n << 20);
        assert_eq!([mega(61), mega(1023), mega(1024)], ["61M", "1023M", "1G"]);
        assert_eq!([at_least((61 << 20) + 1), mega(1025), mega(20_000)], ["62M", "1.1G", "19.6G"]);
        for bytes in [1, 61 << 20, 1_234_567_890, 98_765_432_109] {
            let size: SizeValue = at_least(bytes).parse().expect("a size");
            assert!(size.0 as u64 >= bytes, "{bytes}");
        }
    }

    #[test]
    fn failures_of_a_run_name_options() {
        let few = Error::TooLittleMemory { memory: 1 << 30, articles: 1_000_000, least: 2 << 30 };
        let said = "--memory 1G is too little for 1,000,000 articles; give 2G or more";
        assert_eq!(in_words(&few), said);
        let (name, was, is) = ("jaccard".to_owned(), "0.7".to_owned(), "0.8".to_owned());
        let other = in_words(&Error::OtherRun(Difference::Setting { name, was, is }));
        assert!(other.contains(": --jaccard was 0.7 and is 0.8; give"), "{other}");
        let source = io::Error::from(io::ErrorKind::NotFound);
        let full = Error::TemporaryFile { action: "write", folder: "a".into(), source };
        let said = "cannot write a temporary file in a; name another folder with --temp";
        assert_eq!(in_words(&full), said);
    }
}
