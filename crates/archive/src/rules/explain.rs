//! Rules in plain words.

use globset::GlobMatcher;
use jiff::Timestamp;
use retold::align::Relation;

use super::{Condition, Licence, Rule, Rules, Source, SourceKind, Sources};

/// A line for each thing that the rules say.
pub fn lines(rules: &Rules) -> Vec<String> {
    let mut lines: Vec<String> = rules.sources.iter().map(source).collect();
    lines.push("All other sources are unknown.".to_owned());
    lines.extend(rules.licences.iter().map(licence));
    if rules.licences.is_empty() {
        lines.push(
            "There are no licences: whatever others use, there is no licence for.".to_owned(),
        );
    }
    if !rules.ignore.is_empty() {
        lines.push(ignore(rules));
    }
    lines.extend(rules.rules.iter().map(rule));
    if rules.rules.is_empty() {
        lines.push(
            "There are no rules: nothing is flagged but what withdrawn articles ask for."
                .to_owned(),
        );
    }
    lines
}

fn source(source: &Source) -> String {
    let kind = match source.kind {
        SourceKind::Own => "our own",
        SourceKind::Agency => "an agency",
        SourceKind::Partner => "a partner",
        SourceKind::Unknown => "of no known kind",
    };
    let mut by = Vec::new();
    if !source.values.is_empty() {
        by.push(format!("source {}", quoted(&source.values)));
    }
    for (what, patterns) in [("id", &source.ids), ("address", &source.urls)] {
        if !patterns.is_empty() {
            by.push(format!("{what} like {}", quoted(&globs(patterns))));
        }
    }
    format!("{} is {kind}: articles with {}.", source.name, by.join(", or with "))
}

fn licence(of: &Licence) -> String {
    let mut said = format!("Licence {}: {} may use", of.name, who(&of.to));
    said.push_str(&match of.share {
        Some(share) => format!(" up to {} of an article", percent(share)),
        None => " articles".to_owned(),
    });
    said.push_str(&format!(" from {}", who(&of.from)));
    match (of.since, of.until) {
        (None, None) => {}
        (Some(since), None) => said.push_str(&format!(", from {} on", time(since))),
        (None, Some(until)) => said.push_str(&format!(", before {}", time(until))),
        (Some(since), Some(until)) => {
            said.push_str(&format!(", from {} on and before {}", time(since), time(until)));
        }
    }
    if let Some(hours) = of.embargo_hours {
        said.push_str(&format!(", not earlier than {hours} hours after it was published"));
    }
    match &of.credit {
        Some(credit) => said.push_str(&format!(", with the credit \"{credit}\".")),
        None => said.push('.'),
    }
    said
}

fn ignore(rules: &Rules) -> String {
    let ignore = &rules.ignore;
    let mut what = Vec::new();
    for (name, patterns) in [("id", &ignore.ids), ("headline", &ignore.titles)] {
        if !patterns.is_empty() {
            what.push(format!("articles with {name} like {}", quoted(&globs(patterns))));
        }
    }
    if !ignore.sources.is_all() {
        what.push(format!("articles from {}", who(&ignore.sources)));
    }
    format!("Never flagged by a rule: {}.", what.join("; "))
}

fn rule(rule: &Rule) -> String {
    let relations = match rule.relations.as_slice() {
        [] => "any relation".to_owned(),
        some => one_of(&some.iter().map(|of| Relation::name(*of).to_owned()).collect::<Vec<_>>()),
    };
    let mut said = format!(
        "Rule {}: flag what {} share with earlier articles from {} ({relations})",
        rule.name,
        match rule.new.is_all() {
            true => "all new articles".to_owned(),
            false => format!("new articles from {}", who(&rule.new)),
        },
        who(&rule.old)
    );
    if rule.coverage > 0.0 {
        said.push_str(&format!(", where it is at least {} of either", percent(rule.coverage)));
    }
    if rule.score > 0.0 {
        said.push_str(&format!(", with a score of at least {}", rule.score));
    }
    if !rule.conditions.is_empty() {
        let words: Vec<_> = rule.conditions.iter().map(|of| condition(*of).to_owned()).collect();
        said.push_str(&format!(", if {}", one_of(&words)));
    }
    said.push_str(match rule.same_source {
        true => "; also within one source.",
        false => ".",
    });
    said
}

fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::NoLicence => "no licence is about the two sources",
        Condition::OutsideWindow => "no licence is in force at the time",
        Condition::OverShare => "it is a larger share than the licence allows",
        Condition::NoCredit => "the credit is missing",
        Condition::Embargo => "it came before an embargo ended",
    }
}

fn who(sources: &Sources) -> String {
    if sources.is_all() {
        return "anyone".to_owned();
    }
    let kind = |kind: &SourceKind| match kind {
        SourceKind::Own => "our own sources",
        SourceKind::Agency => "agencies",
        SourceKind::Partner => "partners",
        SourceKind::Unknown => "unknown sources",
    };
    let kinds = sources.kinds.iter().map(|of| kind(of).to_owned());
    one_of(&sources.names.iter().cloned().chain(kinds).collect::<Vec<_>>())
}

fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn quoted(words: &[String]) -> String {
    one_of(&words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>())
}

fn globs(patterns: &[GlobMatcher]) -> Vec<String> {
    patterns.iter().map(|pattern| pattern.glob().glob().to_owned()).collect()
}

fn percent(share: f32) -> String {
    format!("{} %", (f64::from(share) * 1000.0).round() / 10.0)
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_explained() {
        let rules = Rules::parse(
            "
[[source]]
name = 'us'
kind = 'own'
[[source]]
name = 'wire'
kind = 'agency'
values = ['W', 'Wire']
ids = ['wire/**']
[[licence]]
name = 'wire to us'
from = ['wire']
to = ['own']
since = 2026-01-01
until = 2026-12-31
share = 0.125
credit = 'Wire'
embargo-hours = 3
[[rule]]
name = 'r'
old = ['us']
new = ['partner', 'unknown']
relations = ['rewrite', 'partial']
coverage = 0.2
score = 0.5
when = ['no-licence', 'no-credit']
same-source = true
[ignore]
titles = ['Weather*']
sources = ['agency']
",
        )
        .unwrap();
        let expected = [
            "us is our own: articles with source \"us\".",
            "wire is an agency: articles with source \"w\" or \"wire\", or with id like \
             \"wire/**\".",
            "All other sources are unknown.",
            "Licence wire to us: our own sources may use up to 12.5 % of an article from wire, \
             from 2026-01-01T00:00:00Z on and before 2027-01-01T00:00:00Z, not earlier than 3 \
             hours after it was published, with the credit \"Wire\".",
            "Never flagged by a rule: articles with headline like \"Weather*\"; articles from \
             agencies.",
            "Rule r: flag what new articles from partners or unknown sources share with earlier \
             articles from us (rewrite or partial), where it is at least 20 % of either, with a \
             score of at least 0.5, if no licence is about the two sources or the credit is \
             missing; also within one source.",
        ];
        assert_eq!(rules.explain(), expected);
        let none = Rules::parse("").unwrap().explain();
        assert!(none[1].contains("no licences") && none[2].contains("nothing is flagged"));
    }
}
