//! One frame with other facts is no reuse, and can be asked for.

use std::fs;
use std::path::Path;

use crate::command::{Done, folder, json_lines, records, retold, run};

const FIRST: &str = "Harlow Mills reported a profit of 41 million dollars for the second quarter of 2019, up 12 \
     percent from a year before. Chief executive Ruth Abbott said that demand for cotton had been \
     strong in Leeds and Bradford. The company expects sales of 300 million dollars for the full \
     year. Shares rose 4 percent to 23.10 in London on Tuesday.";
const SECOND: &str = "Brandt Kessel reported a profit of 95 million dollars for the third quarter of 2021, up 31 \
     percent from a year before. Chief executive Otto Lindner said that demand for boilers had been \
     strong in Hamburg and Kiel. The company expects sales of 870 million dollars for the full \
     year. Shares rose 9 percent to 61.45 in Frankfurt on Friday.";

/// Runs it in a folder with arguments that are separated by blanks.
fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).args(arguments.split(' ')))
}

#[test]
fn one_frame_with_other_facts_is_a_template_where_it_is_asked_for() {
    let files = folder(&[("a.txt", FIRST), ("b.txt", SECOND)]);
    for arguments in
        ["scan a.txt b.txt", "compare a.txt b.txt", "compare a.txt b.txt --templates=false"]
    {
        let done = at(files.path(), arguments);
        assert_eq!(done.status, 1, "{arguments}: {}", done.err);
        assert!(!done.out.contains("template"), "{}", done.out);
    }
    for arguments in [
        "scan a.txt b.txt --relation template --format jsonl",
        "scan a.txt b.txt --templates --format jsonl",
        "compare a.txt b.txt --templates --format jsonl",
    ] {
        let done = at(files.path(), arguments);
        assert_eq!(done.status, 0, "{arguments}: {}", done.err);
        let pair = &records(&done.out)[0];
        assert_eq!(pair["relation"], "template", "{arguments}");
        assert!(pair["conflicting"].as_f64().is_some_and(|share| share > 0.5), "{pair}");
        assert!(pair["score"].as_f64().is_some_and(|score| score < 0.5), "{pair}");
    }
}

#[test]
fn templates_have_a_place_in_all_that_is_written() {
    let files = folder(&[("a.txt", FIRST), ("b.txt", SECOND)]);
    let scan = "scan a.txt b.txt --relation template";
    let shown = at(files.path(), &format!("{scan} --stats stats.json --clusters ids"));
    assert!(shown.out.contains("1 related pair\n"), "{}", shown.out);
    assert!(shown.out.contains("template        1"), "{}", shown.out);
    let read = |name: &str| fs::read_to_string(files.path().join(name)).expect("written");
    let stats: serde_json::Value = serde_json::from_str(&read("stats.json")).expect("JSON");
    assert_eq!(stats["relations"]["template"], 1);
    assert_eq!(stats["options"]["templates"], "true");
    assert_eq!(stats["counts"]["templates"], 0, "three articles fill a frame of a corpus");
    let clusters = records(&read("ids"));
    assert_ne!(clusters[0]["cluster"], clusters[1]["cluster"], "nothing was reused");
    let page = at(files.path(), &format!("{scan} --format html")).out;
    assert!(page.contains("data-relation=\"template\""), "no chip");
    let compared = at(files.path(), "compare a.txt b.txt --templates").out;
    assert!(compared.contains("% of names and numbers conflict"), "{compared}");
}

#[test]
fn templates_are_neither_dropped_nor_found_as_reuse() {
    let copy = format!("LEEDS, Wednesday – {FIRST}");
    let corpus = json_lines(&[("a", FIRST), ("b", SECOND), ("copy", &copy)]);
    let truth = "{\"a\":\"a\",\"b\":\"b\",\"label\":false}\n{\"a\":\"a\",\"b\":\"copy\"}\n";
    let files = folder(&[("c.jsonl", &corpus), ("truth.jsonl", truth)]);
    let done = at(files.path(), "dedup c.jsonl --rewrites --templates -o out");
    let dropped = fs::read_to_string(files.path().join("out/dropped.jsonl")).expect("written");
    let ids: Vec<_> = records(&dropped).iter().map(|record| record["id"].clone()).collect();
    assert_eq!(ids, ["a"], "{}", done.err);
    let evaluated =
        at(files.path(), "evaluate c.jsonl --truth truth.jsonl --templates --format json");
    let figures: serde_json::Value = serde_json::from_str(&evaluated.out).expect("JSON");
    assert_eq!(figures["found"], 1, "{}", evaluated.out);
}
