"""The package finds what the command finds, to the byte."""

from __future__ import annotations

import datetime
import json
import re

import polars
import pytest
import retold
from conftest import CELLO, RETOLD, SEEDS, STORY, as_record, command


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
        assert [as_record(row) for row in found.pairs] == [
            {name: value for name, value in record.items() if name != "features"}
            for record in records
        ]
        assert [
            json.dumps(row, separators=(",", ":")) for row in found.clusters
        ] == clusters.read_text().splitlines()


def lines(rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


#: Articles with all that reports say of them, under each of the names that are looked for.
DESCRIBED = [
    {"id": 3, "text": STORY, "title": "Ferries wait", "source": "us", "published": "2 May 2024"},
    {"id": 1, "text": RETOLD, "headline": "<b>Barge</b>", "publisher": 7, "date": 1714694400},
    {"id": 2, "text": CELLO, "title": " ", "source": ["a", "list"], "published_at": "soon"},
    {"id": 4, "text": "PORT - " + STORY, "link": "https://example.org/4", "title": "x" * 900},
]


def data_of(page: str) -> list[str]:
    """Everything in a report but how and when it was made."""
    return re.findall(r'<script type="application/json".*?</script>', page, re.DOTALL)


@pytest.mark.parametrize("sides", [False, True], ids=["one side", "two sides"])
@pytest.mark.parametrize("kind", ["mappings", "polars", "pandas", "pyarrow"])
def test_the_report_is_that_of_the_command(kind, sides, tmp_path):
    make = {
        "mappings": lambda rows: rows,
        "polars": polars.DataFrame,
        "pandas": lambda rows: polars.DataFrame(rows).to_pandas(),
        "pyarrow": lambda rows: polars.DataFrame(rows).to_arrow(),
    }[kind]
    # A column of a frame holds one kind of value.
    rows = [
        {**row, "source": row.get("source") if kind == "mappings" or row["id"] != 2 else None}
        for row in DESCRIBED
    ]
    ours, theirs = tmp_path / "ours.jsonl", tmp_path / "theirs.jsonl"
    ours.write_text(lines(rows[:2] if sides else rows), "utf-8")
    theirs.write_text(lines(rows[2:]), "utf-8")
    options = ["--against", theirs] if sides else []
    said = command("scan", ours, *options, "--format", "html", "-o", tmp_path / "page.html")
    assert said.returncode == 0, said.stderr
    against = make(rows[2:]) if sides else None
    data = make(rows[:2] if sides else rows)
    found = retold.scan(data, text="text", id="id", against=against, features=True)
    found.to_html(tmp_path / "ours.html")
    expected = data_of((tmp_path / "page.html").read_text("utf-8"))
    assert data_of((tmp_path / "ours.html").read_text("utf-8")) == expected
    assert '"Ferries wait"' in expected[-1] and '"published":' in expected[-1]
    assert "Ferries wait" in found._repr_html_() and "Ferries wait" in found.pairs._repr_html_()


def test_dates_of_frames_are_in_the_report(tmp_path):
    moment = datetime.datetime(2024, 5, 2, 7, 30)
    for published, seconds in [(moment, 1714635000), (moment.date(), 1714608000)]:
        frame = polars.DataFrame({"text": [STORY, RETOLD], "published": [published, None]})
        retold.scan(frame, text="text").to_html(tmp_path / "page.html")
        assert f'"published":{seconds},' in data_of((tmp_path / "page.html").read_text("utf-8"))[-1]
        (tmp_path / "page.html").unlink()


def test_ids_are_of_the_type_of_the_data(tmp_path):
    corpus = tmp_path / "in.jsonl"
    for rows in (
        DESCRIBED,
        # One id that is no integer makes all of them strings.
        [*DESCRIBED, {"id": "5", "text": "Nothing like it."}],
        [*DESCRIBED, {"id": 3, "text": "The same id once more."}],
        [*DESCRIBED, {"text": "No id."}],
        [*DESCRIBED, {"id": 2**63, "text": "Too large."}],
    ):
        corpus.write_text(lines(rows), "utf-8")
        said = command("scan", corpus, "--format", "jsonl", "--quiet")
        found = retold.scan(rows)
        assert found.to_jsonl() == said.stdout and said.stdout
        ids = [(pair["a"], pair["b"]) for pair in map(json.loads, said.stdout.splitlines())]
        assert [(pair["a"], pair["b"]) for pair in found.pairs] == ids
        for table in (found.clusters, retold.dedup(rows).dropped):
            assert {type(row["id"]) for row in table} == {type(ids[0][0])}
        assert found.text(3) == found.text("3") == STORY
    frame = polars.DataFrame([{"id": row["id"], "text": row["text"]} for row in DESCRIBED])
    pairs = retold.scan(frame).pairs.to_polars()
    # No cast is needed.
    assert pairs.join(frame, left_on="a", right_on="id")["text"].to_list() == [
        retold.scan(frame).text(a) for a in pairs["a"]
    ]
    compared = retold.compare_pairs(pairs.select("a", "b"), frame)
    assert compared.to_polars().schema["a"] == polars.Int64
    assert retold.compare_pairs([(3, 1)], frame)[0]["a"] == 3


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
        assert [as_record(row) for row in table] == theirs


def test_the_exit_status_is_that_of_the_command(tmp_path):
    assert command("scan", tmp_path / "nothing").returncode == 2
    (tmp_path / "one.txt").write_text("Only one.")
    assert command("scan", tmp_path).returncode == 1
    said = command("--version")
    assert (said.returncode, said.stdout) == (0, f"retold {retold.__version__}\n")
    assert command("no-such-thing").returncode == 2
