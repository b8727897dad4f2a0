"""The package finds what the command finds, to the byte."""

from __future__ import annotations

import json

import retold
from conftest import SEEDS, command


def test_pairs_are_those_of_the_command_to_the_byte(seeds, tmp_path):
    corpus = tmp_path / "seeds.jsonl"
    corpus.write_text("".join(json.dumps(seed) + "\n" for seed in seeds), "utf-8")
    for options, settings in [
        ([], {}),
        (["--threshold", "0"], {"threshold": 0}),
        (["--explain"], {"features": True}),
    ]:
        clusters = tmp_path / "clusters.jsonl"
        said = command(
            "scan", corpus, "--format", "jsonl", "--clusters", clusters, "--quiet", *options
        )
        assert said.returncode == 0, said.stderr
        found = retold.scan(seeds, **settings)
        assert found.to_jsonl() == said.stdout
        records = [json.loads(line) for line in said.stdout.splitlines()]
        rows = [
            {name: value for name, value in row.items() if value is not None} for row in found.pairs
        ]
        assert rows == [
            {name: value for name, value in record.items() if name != "features"}
            for record in records
        ]
        assert [
            json.dumps(row, separators=(",", ":")) for row in found.clusters
        ] == clusters.read_text().splitlines()


def test_statistics_have_the_names_of_the_command(seeds, tmp_path):
    stats = tmp_path / "stats.json"
    command("scan", SEEDS, "--format", "jsonl", "--stats", stats, "--quiet")
    ours, theirs = retold.scan(seeds).stats, json.loads(stats.read_text())
    assert ours.keys() == theirs.keys()
    assert ours["counts"].keys() == theirs["counts"].keys()


def test_dropped_rows_are_those_of_the_command(seeds, tmp_path):
    corpus = tmp_path / "seeds.jsonl"
    doubled = seeds + [
        {"id": "again/" + seed["id"], "text": "WIRE - " + seed["text"]} for seed in seeds
    ]
    corpus.write_text("".join(json.dumps(seed) + "\n" for seed in doubled), "utf-8")
    for options, settings in [
        ([], {}),
        (["--rewrites"], {"rewrites": True}),
        (["--keep", "first"], {"keep": "first"}),
    ]:
        folder = tmp_path / "-".join(["out", *options])
        said = command("dedup", corpus, "-o", folder, "--quiet", *options)
        assert said.returncode == 0, said.stderr
        decided = retold.dedup(doubled, **settings)
        lines = (folder / "dropped.jsonl").read_text("utf-8").splitlines()
        theirs = [json.loads(line) for line in lines]
        for record in theirs:
            record["kept_id"] = record.pop("keeper")
            # A frame has rows, no files and lines.
            for place in ["file", "line", "keeper_file", "keeper_line"]:
                del record[place]
        ours = [
            {name: value for name, value in row.items() if name != "row"} for row in decided.dropped
        ]
        assert ours == theirs and theirs
        dropped = {record["id"] for record in theirs}
        assert [row["id"] for row in decided.kept] == [
            row["id"] for row in doubled if row["id"] not in dropped
        ]


def test_a_comparison_is_that_of_the_command(seeds, tmp_path):
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        {"a_text": a["text"], "b_text": b["text"], "a": a["id"], "b": b["id"]}
        for a, b in zip(seeds, seeds[1:])
    ]
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    said = command("compare", "--pairs", pairs, "--quiet")
    theirs = [json.loads(line) for line in said.stdout.splitlines()]
    ours = [
        retold.compare(row["a_text"], row["b_text"]).to_dict(row["a"], row["b"]) for row in rows
    ]
    assert ours == theirs
    ids = [(row["a"], row["b"]) for row in rows]
    for table in (
        retold.compare_pairs(ids, seeds),
        retold.compare_pairs(ids, corpus=seeds, threads=1),
    ):
        assert [
            {name: value for name, value in row.items() if value is not None} for row in table
        ] == theirs


def test_the_exit_status_is_that_of_the_command(tmp_path):
    assert command("scan", tmp_path / "nothing").returncode == 2
    (tmp_path / "one.txt").write_text("Only one.")
    assert command("scan", tmp_path).returncode == 1
    said = command("--version")
    assert (said.returncode, said.stdout) == (0, f"retold {retold.__version__}\n")
    assert command("no-such-thing").returncode == 2
