//! A small server in memory: articles come and go, and whoever asks for a text is told which of
//! them are related to it.
//!
//! Reads one request on each line, and answers with one line for each thing it has to say:
//!
//! ```sh
//! cargo run --example index <<'END'
//! add harbour The minister signed the ferry contract on Monday night, before the vote.
//! add weather Rain fell all day in the hills, and nobody asked when it would stop.
//! find On Monday night, before the vote, the minister signed the contract for the ferry.
//! remove harbour
//! END
//! ```

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use retold::align::{Profile, Relation};
use retold::engine::{Fingerprinter, Index};
use retold::text::Analyzer;
use retold::{Config, Engine, Error};

/// Articles that the server expects. The cap on document frequency depends on it, and stays as it
/// is however many come.
const EXPECTED: usize = 10_000;

/// Holds what finds articles again, and what they are compared by.
struct Server {
    engine: Engine,
    fingerprinter: Fingerprinter,
    analyzer: Analyzer,
    index: Index<String>,
    articles: HashMap<String, Profile>,
}

impl Server {
    fn new(config: Config) -> Result<Self, Error> {
        let engine = Engine::new(config)?;
        Ok(Self {
            fingerprinter: engine.fingerprinter()?,
            analyzer: engine.analyzer(),
            index: engine.index(EXPECTED)?,
            articles: HashMap::new(),
            engine,
        })
    }

    /// The answer to one request, line by line.
    fn answer(&mut self, request: &str) -> Result<Vec<String>, Error> {
        let (command, rest) = request.split_once(' ').unwrap_or((request, ""));
        let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
        Ok(match command {
            "add" => vec![self.add(id, text)?],
            "remove" => vec![self.remove(id)],
            "find" => self.find(rest)?,
            "" => Vec::new(),
            _ => vec![format!("error: no such command: {command}")],
        })
    }

    fn add(&mut self, id: &str, text: &str) -> Result<String, Error> {
        let was_there = self.index.add(id.to_owned(), self.fingerprinter.fingerprint(text))?;
        let profile = self.engine.profile(&mut self.analyzer, text);
        self.articles.insert(id.to_owned(), profile);
        Ok(format!("{} {id}", if was_there { "replaced" } else { "added" }))
    }

    fn remove(&mut self, id: &str) -> String {
        self.articles.remove(id);
        format!("{} {id}", if self.index.remove(&id.to_owned()) { "removed" } else { "no" })
    }

    /// Each related article with relation and score, the most alike first.
    fn find(&mut self, text: &str) -> Result<Vec<String>, Error> {
        let candidates = self.index.candidates(&self.fingerprinter.fingerprint(text))?;
        let asked = self.engine.profile(&mut self.analyzer, text);
        let mut found = Vec::new();
        for candidate in &candidates {
            let comparison = self.engine.compare_profiles(&asked, &self.articles[&candidate.id]);
            if comparison.relation != Relation::Unrelated {
                let (relation, score) = (comparison.relation.name(), comparison.score);
                found.push(format!("{relation} {score:.2} {}", candidate.id));
            }
        }
        found.push(format!("{} of {} candidates", found.len(), candidates.len()));
        Ok(found)
    }
}

fn serve(input: impl BufRead, mut output: impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let mut server = Server::new(Config::default())?;
    for request in input.lines() {
        for line in server.answer(request?.trim())? {
            writeln!(output, "{line}")?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve(io::stdin().lock(), io::stdout().lock())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_found_until_they_are_removed() {
        let text = "The minister signed the ferry contract on Monday night, before the vote.";
        let requests = format!(
            "add harbour {text}\n\
             add weather Rain fell all day in the hills, and nobody asked when it would stop.\n\
             find {text}\n\
             remove harbour\n\
             remove harbour\n\
             find {text}\n\
             sing\n"
        );
        let mut output = Vec::new();
        serve(requests.as_bytes(), &mut output).unwrap();
        let expected = "added harbour\n\
                        added weather\n\
                        identical 1.00 harbour\n\
                        1 of 1 candidates\n\
                        removed harbour\n\
                        no harbour\n\
                        0 of 0 candidates\n\
                        error: no such command: sing\n";
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }
}
