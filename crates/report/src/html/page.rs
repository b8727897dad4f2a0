//! The values that the templates get.

use minijinja::{AutoEscape, Environment, Value, context};

use crate::html::picture::{Groups, MOST_ARTICLES, MOST_LINKS};
use crate::html::viewer::{SCRIPT, STYLE};
use crate::printable::printable;
use crate::record::SCHEMA_VERSION;
use crate::stats::count_relations;
use crate::{Article, Error, Findings, Notes, Owner, quantity, wording};
use retold::align::Relation;

/// Places named for each reason to skip or repair; all of them fill pages.
const MOST_PLACES: usize = 100;

/// The page up to its data.
pub(super) fn opening(
    findings: &Findings<'_>,
    groups: &Groups,
    policy: &str,
) -> Result<String, Error> {
    let run = &findings.run;
    let clusters = findings.clusters.as_ref().map_or(0, |clusters| clusters.groups().len());
    let drawn: Vec<_> = groups
        .drawn
        .iter()
        .map(|group| {
            context! {
                named => member(&findings.articles[group.named]),
                // Numbers and our own words only, see `picture`.
                svg => Value::from_safe_string(group.svg.clone()),
                others => quantity::count(group.articles as u64 - 1),
                pairs => quantity::counted(group.pairs as u64, "pair"),
            }
        })
        .collect();
    render(
        include_str!("opening.html"),
        context! {
            policy,
            style => Value::from_safe_string(STYLE.to_owned()),
            title => title(findings),
            version => shown(&run.version),
            command => shown(&run.command),
            started => shown(&run.started),
            elapsed => quantity::duration(run.elapsed),
            articles => quantity::count(findings.read.articles),
            bytes => quantity::bytes(findings.read.bytes),
            files => quantity::counted(findings.read.files, "file"),
            skipped => reasons(&findings.skipped),
            skipped_total => some(findings.skipped.total() as usize),
            repaired => reasons(&findings.repaired),
            repaired_total => some(findings.repaired.total() as usize),
            relations => relations(findings),
            pairs => quantity::count(related(findings)),
            has_sides => findings.articles.iter().any(|of| of.owner == Some(Owner::Theirs)),
            groups => drawn,
            not_drawn => not_drawn(groups),
            clusters => some(clusters),
        },
    )
}

/// The page after its data.
pub(super) fn closing(findings: &Findings<'_>) -> Result<String, Error> {
    let run = &findings.run;
    let options: Vec<_> =
        run.options.iter().map(|(name, value)| (shown(name), shown(value))).collect();
    let stages: Vec<_> = findings
        .stages
        .iter()
        .map(|stage| (shown(&stage.name), quantity::duration(stage.took)))
        .collect();
    render(
        include_str!("closing.html"),
        context! {
            script => Value::from_safe_string(SCRIPT.to_owned()),
            version => shown(&run.version),
            command => shown(&run.command),
            started => shown(&run.started),
            elapsed => quantity::duration(run.elapsed),
            schema => SCHEMA_VERSION,
            options => options,
            stages => stages,
        },
    )
}

fn title(findings: &Findings<'_>) -> String {
    match findings.pairs {
        [pair] if findings.run.command == "compare" => {
            let (a, b) = findings.articles_of(pair);
            let name = |of: &Article| shown(of.about.title.as_deref().unwrap_or(&of.id));
            format!("{} and {}", name(a), name(b))
        }
        _ => format!("{} read", quantity::counted(findings.read.articles, "article")),
    }
}

/// Pairs of articles that have to do with each other.
fn related(findings: &Findings<'_>) -> u64 {
    let of = |(relation, n): (Relation, usize)| if relation == Relation::Unrelated { 0 } else { n };
    count_relations(findings).map(of).sum::<usize>() as u64
}

fn relations(findings: &Findings<'_>) -> Vec<(&'static str, &'static str, String)> {
    count_relations(findings)
        .filter(|(_, n)| *n > 0)
        .map(|(of, n)| (of.name(), wording::meaning(of), quantity::count(n as u64)))
        .collect()
}

/// Why groups of articles are not drawn, a sentence for each reason.
fn not_drawn(groups: &Groups) -> Vec<String> {
    let n = |n: usize| quantity::counted(n as u64, "group");
    let are = |n: usize| if n == 1 { "is" } else { "are" };
    let mut said = Vec::new();
    if groups.large > 0 {
        let (articles, pairs) = groups.largest;
        said.push(format!(
            "{} with more than {MOST_ARTICLES} articles or {MOST_LINKS} pairs {} not drawn, because \
             nobody could follow the lines (the largest has {} and {}); the table has all pairs.",
            n(groups.large),
            are(groups.large),
            quantity::counted(articles as u64, "article"),
            quantity::counted(pairs as u64, "pair"),
        ));
    }
    if groups.complete > 0 {
        said.push(format!(
            "In {} every article is paired with every other: the timelines say as much as a drawing.",
            n(groups.complete)
        ));
    }
    if groups.pairs > 0 {
        let have = if groups.pairs == 1 { "has" } else { "have" };
        said.push(format!(
            "{} {have} two articles only, and no drawing would add anything.",
            n(groups.pairs)
        ));
    }
    if groups.more > 0 {
        said.push(format!("{} more could be drawn; the largest are.", n(groups.more)));
    }
    said
}

fn reasons(notes: &Notes) -> Vec<Value> {
    let of = |(reason, &count): (&String, &u64)| {
        let listed = notes.listed.iter().filter(|note| note.reason == *reason);
        let places: Vec<_> = listed
            .take(MOST_PLACES)
            .map(|note| match note.line {
                Some(line) => format!("{}, line {line}", shown(&note.path)),
                None => shown(&note.path),
            })
            .collect();
        context! {
            reason => shown(reason),
            count => quantity::count(count),
            more => some((count as usize).saturating_sub(places.len())),
            places,
        }
    };
    notes.counts.iter().map(of).collect()
}

/// Foreign text for the page: the template escapes markup, this what reorders lines.
fn shown(text: &str) -> String {
    printable(text).into_owned()
}

/// An article by its headline, or a short name: with its folders, the part that distinguishes it
/// would not fit.
fn member(article: &Article) -> Value {
    let id = &article.id;
    let short = id.rsplit('/').find(|part| !part.is_empty()).unwrap_or(id);
    let name = article.about.title.as_deref().unwrap_or(short);
    context! { id => shown(id), name => shown(name) }
}

/// A count for people, unless it is nothing.
fn some(n: usize) -> Option<String> {
    (n > 0).then(|| quantity::count(n as u64))
}

fn render(template: &str, values: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_str(template, values)
        // The templates are ours and tested; a failure does not come from what the user gave.
        .map_err(|error| Error::Write(std::io::Error::other(error)))
}
