//! What stops a run, in the words of the command line.

use retold_pipeline::{Difference, Error};
use retold_report::quantity;

use crate::values::SizeValue;

/// What stopped a run, with the options that may help.
pub fn in_words(error: &Error) -> String {
    match error {
        Error::TemporaryFile { .. } => format!("{error}; name another folder with --temp"),
        Error::TooLittleMemory { memory, articles, least } => format!(
            "--memory {} is too little: {} take {}M at least; give more",
            SizeValue(*memory as usize),
            quantity::counted(*articles, "article"),
            least.div_ceil(1 << 20)
        ),
        Error::TooManyPairs { memory, found, enough } => format!(
            "--memory {} is too little for what is related: {} so far; give about {}M, or look for \
             fewer with --threshold",
            SizeValue(*memory as usize),
            quantity::counted(*found, "pair"),
            enough.div_ceil(1 << 20)
        ),
        Error::SeveralArticles { .. } => format!(
            "{error}; to compare some of them, list them with --pairs and name the file with \
             --corpus"
        ),
        Error::DamagedRecord => format!("{error}; start afresh, without --resume"),
        Error::OtherRun(difference) => {
            // Options go by their names, without the dashes.
            let dashes = if matches!(difference, Difference::Option { .. }) { "--" } else { "" };
            format!(
                "cannot go on with the interrupted run: {dashes}{difference}; give what it was \
                 given, or start afresh, without --resume"
            )
        }
        Error::NoDates(none) => format!("--keep earliest:{}: {none}", none.field()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn failures_of_a_run_name_options() {
        let few = Error::TooLittleMemory { memory: 1 << 30, articles: 1_000_000, least: 2 << 30 };
        let said = "--memory 1G is too little: 1,000,000 articles take 2048M at least; give more";
        assert_eq!(in_words(&few), said);
        let (name, was, is) = ("jaccard".to_owned(), "0.7".to_owned(), "0.8".to_owned());
        let other = in_words(&Error::OtherRun(Difference::Option { name, was, is }));
        assert!(other.contains(": --jaccard was 0.7 and is 0.8; give"), "{other}");
        let source = io::Error::from(io::ErrorKind::NotFound);
        let full = Error::TemporaryFile { action: "write", folder: "a".into(), source };
        let said = "cannot write a temporary file in a; name another folder with --temp";
        assert_eq!(in_words(&full), said);
    }
}
