//! The values that the templates get.

use minijinja::{AutoEscape, Environment, Value, context};

use crate::html::picture::Groups;
use crate::html::{SCRIPT, STYLE};
use crate::printable::printable;
use crate::record::SCHEMA_VERSION;
use crate::stats::count_relations;
use crate::{Clusters, Error, Findings, Notes, quantity};
use retold::align::Relation;

/// Places named for each reason to skip or repair; all of them fill pages.
const MOST_PLACES: usize = 100;
/// Clusters listed, and members of each.
const MOST_CLUSTERS: usize = 500;
const MOST_MEMBERS: usize = 100;

/// The page up to its data.
pub(super) fn opening(
    findings: &Findings<'_>,
    groups: &Groups,
    policy: &str,
) -> Result<String, Error> {
    let run = &findings.run;
    let clusters = findings.clusters.as_ref();
    let drawn: Vec<_> = groups
        .drawn
        .iter()
        .map(|group| {
            context! {
                named => group.named.iter().map(|&of| member(&findings.articles[of].id)).collect::<Vec<_>>(),
                // Numbers and our own words only, see `picture`.
                svg => Value::from_safe_string(group.svg.clone()),
                others => some(group.articles - group.named.len()),
                pairs => quantity::counted(group.pairs as u64, "pair"),
                hidden => some(group.hidden),
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
            groups => drawn,
            more_groups => some(groups.more),
            clusters => clusters.map(|of| self::clusters(findings, of)),
            cluster_total => clusters.map(|of| quantity::count(of.groups().len() as u64)),
            more_clusters => clusters
                .and_then(|of| some(of.groups().len().saturating_sub(MOST_CLUSTERS))),
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
            format!("{} and {}", shown(&a.id), shown(&b.id))
        }
        _ => format!("{} read", quantity::counted(findings.read.articles, "article")),
    }
}

/// Pairs of articles that have to do with each other.
fn related(findings: &Findings<'_>) -> u64 {
    let of = |(relation, n): (Relation, usize)| if relation == Relation::Unrelated { 0 } else { n };
    count_relations(findings).map(of).sum::<usize>() as u64
}

fn relations(findings: &Findings<'_>) -> Vec<(&'static str, usize, String)> {
    count_relations(findings)
        .filter(|(_, n)| *n > 0)
        .map(|(relation, n)| (relation.name(), n, quantity::count(n as u64)))
        .collect()
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

fn clusters(findings: &Findings<'_>, clusters: &Clusters) -> Vec<Value> {
    let id = |article: &usize| findings.articles.get(*article).map(|article| shown(&article.id));
    let of = |(cluster, members): (u32, Vec<usize>)| {
        let retained = clusters.retained(cluster);
        let others = members.iter().filter(|member| Some(**member) != retained);
        context! {
            keeper => retained.as_ref().and_then(id),
            others => others.take(MOST_MEMBERS).filter_map(id).collect::<Vec<_>>(),
            size => quantity::count(members.len() as u64),
            more => some(members.len().saturating_sub(MOST_MEMBERS + 1)),
        }
    };
    clusters.groups().into_iter().take(MOST_CLUSTERS).map(of).collect()
}

/// Foreign text for the page: the template escapes markup, this what reorders lines.
fn shown(text: &str) -> String {
    printable(text).into_owned()
}

/// An article by a short name: with its folders, the part that distinguishes it would not fit.
fn member(id: &str) -> Value {
    let name = id.rsplit('/').find(|part| !part.is_empty()).unwrap_or(id);
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
