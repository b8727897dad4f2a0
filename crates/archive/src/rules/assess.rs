//! What a match comes to by the rules: whose the articles are, what the licences say of it, and
//! which rule asks for a flag.

use retold::align::Comparison;
use retold::span::Span;

use super::read::folded;
use super::{Licence, Rule, Rules, Source, SourceKind, Sources, credit};
use crate::article::Stored;

const HOUR: i64 = 60 * 60;

/// What the licences say of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
// Exhaustive on purpose: reports have to say what a new verdict means.
pub enum Verdict {
    /// A licence covers it, or both articles are of one source.
    Ok,
    /// No licence is about these two sources.
    NoLicence,
    /// One is, but not at the time of the new article.
    OutsideWindow,
    /// One is, but allows a smaller share of the earlier article.
    OverShare,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Ok, Self::NoLicence, Self::OutsideWindow, Self::OverShare];

    /// The name that records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NoLicence => "no-licence",
            Self::OutsideWindow => "outside-window",
            Self::OverShare => "over-share",
        }
    }

    /// The verdict of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What a rule may ask for beside sources, relation, coverage and score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// [`Verdict::NoLicence`].
    NoLicence,
    /// [`Verdict::OutsideWindow`].
    OutsideWindow,
    /// [`Verdict::OverShare`].
    OverShare,
    /// The licence asks for a credit, and the new article has none.
    NoCredit,
    /// The new article came before an embargo had ended.
    Embargo,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 5] =
        [Self::NoLicence, Self::OutsideWindow, Self::OverShare, Self::NoCredit, Self::Embargo];

    /// The name that rules carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoLicence => Verdict::NoLicence.name(),
            Self::OutsideWindow => Verdict::OutsideWindow.name(),
            Self::OverShare => Verdict::OverShare.name(),
            Self::NoCredit => "no-credit",
            Self::Embargo => "embargo",
        }
    }

    /// The condition of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name() == name)
    }

    fn is_met(self, of: &Assessment) -> bool {
        match self {
            Self::NoLicence => of.verdict == Verdict::NoLicence,
            Self::OutsideWindow => of.verdict == Verdict::OutsideWindow,
            Self::OverShare => of.verdict == Verdict::OverShare,
            Self::NoCredit => of.credit.as_ref().is_some_and(|credit| credit.at.is_none()),
            Self::Embargo => of.embargo.is_some_and(|embargo| embargo.is_broken),
        }
    }
}

/// Whose an article is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// As the rules name it, or as the article states it where they do not; `None` if neither does.
    pub name: Option<String>,
    /// What the source is.
    pub kind: SourceKind,
}

/// A credit that a licence asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The words.
    pub required: String,
    /// Where they first stand in the text of the new article; `None` if they are missing.
    pub at: Option<Span>,
}

/// An embargo on the earlier article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embargo {
    /// When it ends, in seconds since 1970.
    pub until: i64,
    /// Whether the new article came before that: when it was published, or first seen where that is
    /// not known.
    pub is_broken: bool,
}

/// What a match comes to by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Whose the earlier article is.
    pub old: SourceName,
    /// Whose the new one is.
    pub new: SourceName,
    /// What the licences say.
    pub verdict: Verdict,
    /// The licence that says it.
    pub licence: Option<String>,
    /// The credit that this licence asks for.
    pub credit: Option<Credit>,
    /// An embargo that the earlier article states, or the licence asks for; the later one.
    pub embargo: Option<Embargo>,
}

/// Two articles, of which the new one has its text, and what they are to each other.
#[derive(Clone, Copy)]
pub struct Pair<'p> {
    pub old: &'p Stored,
    pub new: &'p Stored,
    pub comparison: &'p Comparison,
}

impl Rules {
    /// Whose an article is: the first source that it is known by.
    pub(crate) fn source_of(&self, article: &Stored) -> SourceName {
        match self.sources.iter().find(|source| source.has(article)) {
            Some(source) => SourceName { name: Some(source.name.clone()), kind: source.kind },
            None => SourceName { name: article.about.source.clone(), kind: SourceKind::Unknown },
        }
    }

    /// What a match comes to.
    pub(crate) fn assess(&self, pair: Pair<'_>) -> Assessment {
        let (old, new) = (self.source_of(pair.old), self.source_of(pair.new));
        let (verdict, licence) = match is_same(&old, &new) {
            true => (Verdict::Ok, None),
            false => self.licence(&old, &new, pair),
        };
        let credit = licence.and_then(|licence| licence.credit.as_ref()).map(|required| Credit {
            required: required.clone(),
            at: credit::find(&pair.new.text, required),
        });
        let of_licence = licence.and_then(|licence| {
            let hours = i64::from(licence.embargo_hours?);
            Some(time_of(pair.old).saturating_add(hours * HOUR))
        });
        let until = pair.old.about.embargo.max(of_licence);
        let is_broken = |until| time_of(pair.new) < until && !is_same(&old, &new);
        let embargo = until.map(|until| Embargo { until, is_broken: is_broken(until) });
        let licence = licence.map(|licence| licence.name.clone());
        Assessment { verdict, licence, credit, embargo, old, new }
    }

    /// The name of the first rule that asks for a flag.
    pub(crate) fn asking(&self, pair: Pair<'_>, of: &Assessment) -> Option<&str> {
        if self.ignores(pair.old, &of.old) || self.ignores(pair.new, &of.new) {
            return None;
        }
        let asks = |rule: &&Rule| rule.asks(pair.comparison, of);
        self.rules.iter().find(asks).map(|rule| rule.name.as_str())
    }

    /// The most favourable verdict of all licences that are about two sources, and its licence.
    fn licence(
        &self,
        old: &SourceName,
        new: &SourceName,
        pair: Pair<'_>,
    ) -> (Verdict, Option<&Licence>) {
        let about = |licence: &&Licence| licence.from.have(old) && licence.to.have(new);
        let verdict = |licence: &Licence| {
            let time = time_of(pair.new);
            if licence.since.is_some_and(|since| time < since)
                || licence.until.is_some_and(|until| time >= until)
            {
                return Verdict::OutsideWindow;
            }
            match licence.share.is_some_and(|share| pair.comparison.coverage_a > share) {
                true => Verdict::OverShare,
                false => Verdict::Ok,
            }
        };
        let found: Vec<_> =
            self.licences.iter().filter(about).map(|of| (verdict(of), of)).collect();
        let best = [Verdict::Ok, Verdict::OverShare, Verdict::OutsideWindow];
        let first = |wanted: &Verdict| found.iter().find(|(verdict, _)| verdict == wanted);
        best.iter()
            .find_map(first)
            .map_or((Verdict::NoLicence, None), |(verdict, licence)| (*verdict, Some(*licence)))
    }

    fn ignores(&self, article: &Stored, source: &SourceName) -> bool {
        let title = article.about.title.as_deref();
        let is_source = !self.ignore.sources.is_all() && self.ignore.sources.have(source);
        is_source
            || self.ignore.ids.iter().any(|pattern| pattern.is_match(&article.id))
            || title.is_some_and(|title| self.ignore.titles.iter().any(|of| of.is_match(title)))
    }
}

impl Source {
    fn has(&self, article: &Stored) -> bool {
        let stated = article.about.source.as_deref().map(folded);
        let url = article.about.url.as_deref();
        stated.is_some_and(|stated| self.values.contains(&stated))
            || self.ids.iter().any(|pattern| pattern.is_match(&article.id))
            || url.is_some_and(|url| self.urls.iter().any(|pattern| pattern.is_match(url)))
    }
}

impl Sources {
    fn have(&self, source: &SourceName) -> bool {
        self.is_all()
            || self.kinds.contains(&source.kind)
            || source.name.as_ref().is_some_and(|name| self.names.contains(name))
    }
}

impl Rule {
    fn asks(&self, comparison: &Comparison, of: &Assessment) -> bool {
        let Comparison { relation, coverage_a, coverage_b, score, .. } = *comparison;
        let is_met = |condition: &super::Condition| condition.is_met(of);
        self.old.have(&of.old)
            && self.new.have(&of.new)
            && (self.same_source || !is_same(&of.old, &of.new))
            && (self.relations.is_empty() || self.relations.contains(&relation))
            && coverage_a.max(coverage_b) >= self.coverage
            && score >= self.score
            && (self.conditions.is_empty() || self.conditions.iter().any(is_met))
    }
}

/// Whether two articles are of one source, as far as that is known.
fn is_same(old: &SourceName, new: &SourceName) -> bool {
    match (&old.name, &new.name) {
        (Some(old), Some(new)) => folded(old) == folded(new),
        _ => false,
    }
}

/// When an article came out: when it was published, or first seen where that is not known.
fn time_of(article: &Stored) -> i64 {
    article.about.published.unwrap_or(article.first_seen)
}

#[cfg(test)]
mod tests {
    use retold::align::Relation;

    use super::*;
    use crate::About;

    const RULES: &str = "
[[source]]
name = 'Harbour Post'
kind = 'own'
values = ['harbour post', 'HP']
[[source]]
name = 'Northern Wire'
kind = 'agency'
ids = ['wire/**']
[[source]]
name = 'Coastal Daily'
kind = 'partner'
urls = ['https://coastal.example/**']

[[licence]]
name = 'Coastal 2026'
from = ['own']
to = ['Coastal Daily']
since = 2026-01-01
until = 2026-06-30
share = 0.5
credit = 'Harbour Post'
embargo-hours = 2

[[rule]]
name = 'used without leave'
old = ['own']
new = ['partner', 'unknown']
relations = ['near-duplicate', 'rewrite']
coverage = 0.2
when = ['no-licence', 'outside-window', 'over-share', 'embargo']
[[rule]]
name = 'no credit'
new = ['Coastal Daily']
when = ['no-credit']
[ignore]
titles = ['weather*']
";

    const DAY: i64 = 1_773_000_000;

    fn article(source: Option<&str>, id: &str, time: i64) -> Stored {
        let about = About { source: source.map(str::to_owned), ..About::default() };
        Stored {
            doc: 1,
            id: id.to_owned(),
            version: 1,
            previous: None,
            is_superseded: false,
            is_expired: false,
            first_seen: time,
            about,
            text: String::new(),
        }
    }

    fn coastal(time: i64, text: &str) -> Stored {
        let mut article = article(None, "x", time);
        article.about.url = Some("https://coastal.example/a/b".to_owned());
        article.text = text.to_owned();
        article
    }

    fn found(old: &Stored, new: &Stored, coverage: f32) -> (Assessment, Option<String>) {
        let rules = Rules::parse(RULES).unwrap();
        let mut comparison = Comparison::new(Relation::Rewrite, 0.9);
        (comparison.coverage_a, comparison.coverage_b) = (coverage, 0.1);
        let pair = Pair { old, new, comparison: &comparison };
        let assessment = rules.assess(pair);
        let rule = rules.asking(pair, &assessment).map(str::to_owned);
        (assessment, rule)
    }

    #[test]
    fn sources_are_known_by_value_id_and_address() {
        let rules = Rules::parse(RULES).unwrap();
        let name = |of: Stored| rules.source_of(&of).name;
        assert_eq!(name(article(Some("hp "), "x", 0)).as_deref(), Some("Harbour Post"));
        assert_eq!(name(article(None, "wire/2026/a.txt", 0)).as_deref(), Some("Northern Wire"));
        assert_eq!(name(coastal(0, "")).as_deref(), Some("Coastal Daily"));
        assert_eq!(name(article(Some("Else"), "x", 0)).as_deref(), Some("Else"));
        assert_eq!(name(article(None, "x", 0)), None);
    }

    #[test]
    fn licences_give_verdicts_and_rules_ask_for_flags() {
        let own = article(Some("HP"), "a", DAY);
        let later = DAY + 3 * HOUR;
        let credited = "As the Harbour Post reports.";
        let used = Some("used without leave".to_owned());
        let no_credit = Some("no credit".to_owned());
        for (new, coverage, verdict, rule) in [
            (coastal(later, credited), 0.4, Verdict::Ok, None),
            (coastal(later, ""), 0.4, Verdict::Ok, no_credit),
            (coastal(later, credited), 0.6, Verdict::OverShare, used.clone()),
            (coastal(DAY + HOUR, credited), 0.4, Verdict::Ok, used.clone()),
            (coastal(DAY + 300 * 24 * HOUR, ""), 0.9, Verdict::OutsideWindow, used.clone()),
            (article(Some("Else"), "b", later), 0.4, Verdict::NoLicence, used.clone()),
            (article(Some("Else"), "b", later), 0.1, Verdict::NoLicence, None),
            (article(None, "b", later), 0.4, Verdict::NoLicence, used),
            (article(Some("harbour post"), "b", later), 0.9, Verdict::Ok, None),
        ] {
            let (assessment, asking) = found(&own, &new, coverage);
            assert_eq!((assessment.verdict, &asking), (verdict, &rule), "{new:?} {coverage}");
        }
        let (assessment, _) = found(&own, &coastal(later, credited), 0.4);
        assert_eq!(assessment.credit.unwrap().at, Some(Span::new(7, 19)));
        assert_eq!(assessment.embargo, Some(Embargo { until: DAY + 2 * HOUR, is_broken: false }));
    }

    #[test]
    fn what_is_ignored_is_not_flagged_and_an_embargo_of_the_article_counts() {
        let mut own = article(Some("HP"), "a", DAY);
        let other = article(Some("Else"), "b", DAY + HOUR);
        own.about.embargo = Some(DAY + HOUR + 1);
        let (assessment, rule) = found(&own, &other, 0.4);
        assert!(assessment.embargo.unwrap().is_broken && rule.is_some());
        own.about.title = Some("Weather for Friday".to_owned());
        assert_eq!(found(&own, &other, 0.4).1, None);
    }
}
