"""Archives: what comes in, what it matches, and who may write."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import polars
import pytest
import retold
from conftest import CELLO, RETOLD, STORY, as_record, command
from test_runs import corpus, run

EARLY = [
    {"id": "ours", "text": STORY, "source": "us", "title": "Ferries", "seen": "2024-05-01"},
    {"id": "music", "text": CELLO, "source": "them", "published": "1 May 2024", "seen": 1714521600},
]
LATE = [{"id": "theirs", "text": RETOLD, "source": "them", "url": "https://example.org/1"}]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "news"


@pytest.fixture
def archive(path):
    with retold.Archive.open(path, create=True) as opened:
        opened.add(EARLY, seen="seen")
        yield opened


def test_new_articles_are_told_what_they_match(archive):
    added = archive.add(LATE)
    assert [record["id"] for record in added] == ["theirs"]
    (match,) = added[0]["matches"]
    assert (match["a"], match["b"], match["relation"]) == ("ours", "theirs", "rewrite")
    assert (match["source"], match["title"], match["version"]) == ("us", "Ferries", 1)
    assert match["first_seen"] == "2024-05-01T00:00:00Z" and match["lag_seconds"] > 0
    assert added.stats == {
        "articles": 1,
        "matching": 1,
        "known": 0,
        "canceled": {},
        "skipped": {},
        "repaired": {},
    }
    assert len(archive) == 3 and "theirs" in archive and "nobody" not in archive
    assert archive.add(LATE).stats["known"] == 1
    assert archive.get("theirs")["url"] == "https://example.org/1"
    assert archive.get("music")["published"] == "2024-05-01T00:00:00Z"
    assert archive.get("nobody") is None


def test_the_records_are_those_of_the_command(archive, path, tmp_path):
    lines = "".join(json.dumps(article) + "\n" for article in [*EARLY, *LATE])
    (tmp_path / "in.jsonl").write_text(lines, "utf-8")
    # Times are those of the records, since the present is another one in each run.
    said = command(
        "archive", "query", path, tmp_path / "in.jsonl", "--seen-field", "seen", "--format", "jsonl"
    )
    asked = archive.query([*EARLY, *LATE], seen="seen")
    ours, theirs = asked.to_jsonl().splitlines(), said.stdout.splitlines()
    assert len(ours) == 3 and ours[:2] == theirs[:2]
    ours, theirs = json.loads(ours[2]), json.loads(theirs[2])
    for record in (ours, theirs):
        assert record.pop("first_seen") and record["matches"][0].pop("lag_seconds")
    assert ours == theirs
    said = command("archive", "stats", path, "--format", "json")
    assert archive.stats() == json.loads(said.stdout)


def test_the_table_has_the_fields_of_the_records(archive):
    asked = archive.query([*LATE, {"text": STORY + " More."}, {"text": "Nothing like it."}])
    matches = [match for record in asked for match in record["matches"]]
    rows = [as_record(row) for row in asked.pairs.to_pylist()]
    assert len(rows) == 2
    assert rows == [
        {name: value for name, value in match.items() if value is not None} for match in matches
    ]
    assert {row["b"] for row in rows} == {"theirs", "#1"}
    assert polars.DataFrame(asked.pairs)["lag_seconds"].min() > 0
    assert set(matches[0]) <= set(asked.pairs.column_names)
    nothing = archive.query("Nothing like it.")
    assert (len(nothing), len(nothing.pairs), nothing[-1]["matches"]) == (1, 0, [])
    with pytest.raises(IndexError):
        nothing[1]


@pytest.mark.parametrize("kind", ["polars", "pandas", "pyarrow", "tuples"])
def test_frames_come_in_by_the_door_of_scan(path, kind):
    import pandas
    import pyarrow

    columns = {
        "number": [1, 2, None, 2],
        "body": [STORY, CELLO, "No id.", RETOLD],
        "who": ["us", None, "us", "us"],
        "when": [datetime.datetime(2024, 5, 1, 12), None, None, None],
    }
    data = {
        "polars": lambda: polars.DataFrame(columns),
        "pandas": lambda: pandas.DataFrame(columns).astype({"number": "Int64"}),
        "pyarrow": lambda: pyarrow.table(columns),
        "tuples": lambda: tuple(dict(zip(columns, row)) for row in zip(*columns.values())),
    }[kind]()
    with retold.Archive.open(path, create=True) as archive:
        names = {"text": "body", "id": "number", "source": "who", "seen": "when"}
        added = archive.add(data, default_source="the agency", **names)
        assert [record["id"] for record in added] == ["1", "2"]
        assert added.stats["known"] == 1
        assert list(added.stats["skipped"].values()) == [1]
        assert added[0]["first_seen"] == "2024-05-01T12:00:00Z"
        assert [record["source"] for record in added] == ["us", "the agency"]
        assert 2 in archive and archive.get(2)["text"] == CELLO
        added = archive.add(data[3:] if kind == "tuples" else data, replace=True, **names)
        assert archive.get(2)["version"] > 1


def test_ids_and_columns_must_be_there(archive):
    with pytest.raises(retold.DataError, match="ids that last"):
        archive.add(polars.DataFrame({"text": [STORY]}))
    with pytest.raises(retold.DataError, match='no column "maker"'):
        archive.add(polars.DataFrame({"id": ["x"], "text": [STORY]}), source="maker")
    added = archive.add([{"id": "", "text": STORY}, {"text": STORY}, {"id": "x", "text": " "}])
    assert len(added) == 0 and sum(added.stats["skipped"].values()) == 3
    dated = archive.add([{"id": "late", "text": "Some words.", "seen": "some day"}], seen="seen")
    assert len(dated) == 1 and sum(dated.stats["repaired"].values()) == 1
    assert len(archive.add([])) == 0


def test_only_what_is_wanted_is_given(archive):
    text = RETOLD
    assert len(archive.query(text).pairs) == 1
    assert len(archive.query(text, since="30d").pairs) == 0
    assert len(archive.query(text, since=datetime.date(2024, 4, 30)).pairs) == 1
    assert len(archive.query(text, sources="them").pairs) == 0
    assert len(archive.query(text, sources=["us"], relations=["rewrite", "excerpt"]).pairs) == 1
    assert len(archive.query(text, relations="identical").pairs) == 0
    with pytest.raises(retold.SettingError, match="since="):
        archive.query(text, since="soon")
    with pytest.raises(retold.SettingError, match="relation"):
        archive.query(text, relations="copy")


def test_settings_are_fixed_when_it_is_made(path):
    with pytest.raises(retold.ArchiveError, match="create=True") as error:
        retold.Archive.open(path)
    assert error.value.file == str(path)
    retold.Archive.open(path, create=True, lanes=64, span=7, max_df=5).close()
    with retold.Archive.open(path, threshold=0.9, lanes=64, span="7") as archive:
        settings = archive.stats()["settings"]
        assert (settings["lanes"], settings["span-days"], settings["max-df"]) == ("64", "7", "5")
    for wrong in ({"lanes": 32}, {"span": "all"}, {"max_df": 6}, {"language": "de"}):
        with pytest.raises(retold.SettingError, match="made with"):
            retold.Archive.open(path, **wrong)
    for wrong in ({"memory": "1G"}, {"span": "0"}, {"no_such": 1}, {"threshold": 2}):
        with pytest.raises(retold.SettingError):
            retold.Archive.open(path, **wrong)
    # After all of these, it is free.
    retold.Archive.open(path).close()
    other = path.with_name("other")
    other.mkdir()
    (other / "letter.txt").write_text("Dear Sir")
    with pytest.raises(retold.ArchiveError, match="something already"):
        retold.Archive.open(other, create=True)


def test_one_writes_and_any_number_read(archive, path):
    with pytest.raises(retold.ArchiveInUseError, match="this process") as error:
        retold.Archive.open(path)
    assert error.value.pid == os.getpid() and error.value.file == str(path)
    code = f"""
        import retold
        try:
            retold.Archive.open({str(path)!r})
        except retold.ArchiveInUseError as error:
            print(error.pid)
        with retold.Archive.open({str(path)!r}, read_only=True) as archive:
            print(len(archive))
        """
    said = run(code)
    assert said.stdout.split() == [str(os.getpid()), "2"], said.stderr
    with retold.Archive.open(path, read_only=True) as reader:
        archive.add(LATE)
        assert (len(reader), len(archive)) == (2, 3)
        with pytest.raises(retold.ArchiveError, match="read_only"):
            reader.add(LATE)
        with pytest.raises(retold.ArchiveError, match="read_only"):
            reader.remove("ours")


def test_what_is_closed_is_closed(path):
    with retold.Archive.open(path, create=True) as archive:
        assert archive and len(archive) == 0
    archive.close()
    for call in (lambda: len(archive), lambda: archive.add(EARLY), lambda: archive.query("text")):
        with pytest.raises(retold.ArchiveError, match="closed"):
            call()
    assert "news" in repr(archive)


def test_removed_articles_are_gone(archive):
    assert archive.remove(["ours", "nobody"]) == [True, False]
    assert archive.remove("ours") == [False]
    assert len(archive) == 1 and len(archive.query(STORY).pairs) == 0
    archive.compact()
    assert archive.stats()["tombstones"] == 0
    assert archive.verify()["damage"] == []


RULES = """
[[source]]
name = "us"
kind = "own"
[[source]]
name = "them"
kind = "partner"

[[rule]]
name = "too early"
old = ["own"]
new = ["partner"]
when = ["embargo"]
"""


@pytest.mark.parametrize("kind", ["mappings", "polars"])
def test_flags_are_written_by_the_rules_of_the_archive(path, tmp_path, kind):
    (tmp_path / "rules.toml").write_text(RULES, "utf-8")
    retold.Archive.open(path, create=True, span=7).close()
    said = command("archive", "rules", path, "--set", tmp_path / "rules.toml")
    assert said.returncode == 0, said.stderr
    make = polars.DataFrame if kind == "polars" else list
    day = datetime.date(2024, 5, 3) if kind == "polars" else "3 May 2024"
    with retold.Archive.open(path) as archive:
        ours = {"id": "ours", "text": STORY, "source": "us", "seen": "2024-05-01"}
        (record,) = archive.add(make([{**ours, "embargoed": day}]), seen="seen")
        assert record["flags"] == []
        assert archive.get("ours")["embargoed"] == "2024-05-03T00:00:00Z"
        copies = [
            {"id": "early", "text": RETOLD, "source": "them", "seen": "2024-05-02T23:59:59"},
            {"id": "late", "text": RETOLD, "source": "them", "seen": "2024-05-03T00:00:00"},
        ]
        added = archive.add(make(copies), seen="seen")
        (flag,), none = (record["flags"] for record in added)
        assert none == []
        assert flag["rule"] == "too early"
        assert (flag["old"]["id"], flag["new"]["id"]) == ("ours", "early")
        assert flag["embargo"] == {"until": "2024-05-03T00:00:00Z", "broken": True}
        assert [json.loads(line)["flags"] for line in added.to_jsonl().splitlines()] == [[flag], []]
        # Who only asks is told of no flags.
        assert all("flags" not in record for record in archive.query(STORY))
    said = command("archive", "flags", path, "--format", "jsonl")
    assert [json.loads(line) for line in said.stdout.splitlines()] == [flag]
    with retold.Archive.open(path) as archive:
        # What the flag names stays as its evidence, and is not found.
        expired = archive.expire(datetime.date(2024, 12, 1))
        assert (expired["articles"], expired["kept"]) == (3, 2)
        assert len(archive) == 0 and len(archive.query(STORY).pairs) == 0
    said = command("archive", "flags", path, "--format", "jsonl")
    assert [json.loads(line) for line in said.stdout.splitlines()] == [flag]


def test_what_its_publisher_cancels_is_withdrawn(path):
    with retold.Archive.open(path, create=True) as archive:
        terms = {"copyrightholder": "Agency", "usageterms": "Not for print."}
        archive.add([{"id": "ours", "text": STORY, **terms}, {"id": "theirs", "text": RETOLD}])
        assert archive.get("ours")["usageterms"] == "Not for print."
        notice = {"id": "ours", "text": "Do not use it.", "pubstatus": "stat:canceled"}
        added = archive.add([notice])
        assert (len(added), added.stats["canceled"]) == (0, {"ours": 1})
        assert archive.get("ours")["text"] == STORY
        (later,) = archive.add([{"id": "later", "text": STORY + " It left."}])
        assert later["flags"][0]["withdrawn"][0]["id"] == "ours"


def test_old_spans_expire(path):
    with retold.Archive.open(path, create=True, span=7) as archive:
        archive.add(EARLY, seen="seen")
        archive.add(LATE)
        assert archive.expire("2024-05-01") == {"articles": 0, "kept": 0, "segments": 0}
        assert len(archive) == 3
        assert archive.expire("90d") == {"articles": 2, "kept": 0, "segments": 1}
        assert len(archive) == 1 and archive.get("ours") is None and "theirs" in archive
        assert [match["a"] for match in archive.query(STORY)[0]["matches"]] == ["theirs"]
        assert archive.verify()["damage"] == []
        assert len(archive.add(EARLY)) == 2
        with pytest.raises(retold.SettingError, match="before="):
            archive.expire("soon")
    with retold.Archive.open(path, read_only=True) as reader:
        with pytest.raises(retold.ArchiveError, match="read_only"):
            reader.expire("90d")
    with retold.Archive.open(path.with_name("whole"), create=True, span="all") as whole:
        with pytest.raises(retold.ArchiveError, match="one span"):
            whole.expire("90d")


def test_damage_is_found_and_the_rest_is_saved(archive, path, tmp_path):
    saved = tmp_path / "saved.jsonl"
    assert archive.export(saved) == {"articles": 2, "damage": []}
    exported = [json.loads(line) for line in saved.read_text("utf-8").splitlines()]
    assert exported == [archive.get("ours"), archive.get("music")]
    with pytest.raises(retold.FileError, match="overwrite=True") as error:
        archive.export(saved)
    assert error.value.file == str(saved)
    assert archive.export(saved, overwrite=True, versions=True)["articles"] == 2
    with pytest.raises(retold.FileError, match="inside the archive"):
        archive.export(path / "segments" / "export.jsonl")
    assert archive.verify() == {"segments": 1, "records": 2, "damage": []}
    archive.close()
    (segment,) = (path / "segments").iterdir()
    broken = bytearray(segment.read_bytes())
    broken[len(broken) // 2] ^= 1
    segment.write_bytes(broken)
    with pytest.raises(retold.ArchiveDamagedError) as error:
        with retold.Archive.open(path, read_only=True) as damaged:
            assert damaged.verify()["damage"]
            assert damaged.export(tmp_path / "whole.jsonl")["articles"] == 2
            damaged.query(STORY)
    assert error.value.file == str(segment)


def test_threads_take_turns(archive):
    texts = [{"id": f"t{at}", "text": text} for at, text in enumerate(corpus(160))]
    parts = [texts[at : at + 20] for at in range(0, 160, 20)]
    threads = [threading.Thread(target=archive.add, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(archive) == 162 and archive.verify()["damage"] == []


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="there are no forks"
)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_leaves_the_archive_alone(archive):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        said = pool.apply(ask, (archive._opened.path,))
    assert said == "ArchiveInUseError"
    pid = os.fork()
    if pid == 0:
        refused = 1
        try:
            archive.add(LATE)
        except retold.ArchiveError as error:
            refused = 0 if "forked" in str(error) else 2
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(archive.add(LATE)) == 1


def ask(path) -> str:
    try:
        retold.Archive.open(path)
    except retold.Error as error:
        return type(error).__name__
    return "opened"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_and_adds_all_or_nothing(path):
    code = """
        import sys, threading, os, signal
        import retold
        from test_runs import corpus
        texts = [{"id": str(at), "text": text} for at, text in enumerate(corpus(20000))]
        archive = retold.Archive.open(sys.argv[1], create=True)
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            archive.add(texts)
        except KeyboardInterrupt:
            print("stopped")
        print(len(archive) in (0, len(texts)), archive.verify()["damage"])
        """
    line = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(__file__)}
    said = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    assert said.stdout.split() == ["stopped", "True", "[]"], said.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_writer_is_no_matter(path):
    code = f"""
        import retold
        from conftest import STORY
        archive = retold.Archive.open({str(path)!r}, create=True)
        archive.add([{{"id": "a", "text": STORY}}])
        print("added", flush=True)
        import time
        time.sleep(60)
        """
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(__file__)}
    line = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment, text=True) as child:
        assert child.stdout.readline() == "added\n"
        with pytest.raises(retold.ArchiveInUseError) as error:
            retold.Archive.open(path)
        assert error.value.pid == child.pid
        child.send_signal(signal.SIGKILL)
    time.sleep(0.1)
    with retold.Archive.open(path) as archive:
        assert len(archive) == 1 and len(archive.query(STORY).pairs) == 1


def test_hostile_names_are_text(path):
    hostile = "<script>alert(1)</script>"
    with retold.Archive.open(path, create=True) as archive:
        archive.add([{"id": hostile, "text": STORY, "title": hostile}])
        shown = archive.query([{"id": "x", "text": STORY}])._repr_html_()
        assert hostile not in shown and "&lt;script&gt;" in shown
