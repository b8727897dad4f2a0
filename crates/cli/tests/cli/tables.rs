//! `--boilerplate` and `--synonyms`, as a user meets them.

use std::fs;
use std::path::Path;

use crate::command::{records, retold, run, seeds};

const NOTICE: &str = "This piece first ran in the Wenlow Messenger, which keeps all rights to it. Readers who want more of its reporting can have a letter every Saturday, with the week's council business, the tide tables and a crossword by our oldest reader.";

/// Score of two files.
fn score(folder: &Path, args: &[&str]) -> f64 {
    let mut command = retold();
    command.arg("compare").arg(folder.join("a.txt")).arg(folder.join("b.txt"));
    let done = run(command.args(["--format", "jsonl"]).args(args));
    assert_ne!(done.status, 2, "{}", done.err);
    records(&done.out)[0]["score"].as_f64().expect("a score")
}

#[test]
fn boilerplate_never_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    file(
        "a.txt",
        &format!("The heron came back to the weir at dusk. It ate two eels.\n\n{NOTICE}"),
    );
    file(
        "b.txt",
        &format!("Bus drivers rejected an offer of four per cent on Monday.\n\n{NOTICE}"),
    );
    file("notice.txt", NOTICE);
    let notice = folder.path().join("notice.txt");
    let with = score(folder.path(), &["--boilerplate", notice.to_str().expect("UTF-8")]);
    let without = score(folder.path(), &[]);
    assert!(without > 0.5 && with < 0.5 * without, "{without} without the file, {with} with it");
}

#[test]
fn synonyms_are_taken_for_one_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    file("a.txt", "The council bought an old barge on Friday to shelter anglers by the quay.");
    file("b.txt", "The assembly purchased an ancient boat Friday to house fishermen at the dock.");
    file(
        "table.tsv",
        "# same\ncouncil\tassembly\nbuy\tpurchase\nbought\tpurchased\nold\tancient\n\nbarge\tboat\nshelter\thouse\nangler\tfisherman\nanglers\tfishermen\nquay\tdock\n",
    );
    let table = folder.path().join("table.tsv");
    let with = score(folder.path(), &["--synonyms", table.to_str().expect("UTF-8")]);
    let without = score(folder.path(), &[]);
    assert!(with > without, "{without} without the table, {with} with it");
}

#[test]
fn a_broken_table_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("table.tsv"), "big\tlarge\nlonely\n").expect("written");
    let table = folder.path().join("table.tsv");
    let done = run(retold().arg("scan").arg(seeds()).arg("--synonyms").arg(&table));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("table.tsv, line 2: one word only"), "{}", done.err);
    let done = run(retold().arg("scan").arg(seeds()).args(["--boilerplate", "no-such-file"]));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("cannot read no-such-file"), "{}", done.err);
}
