"""Frames of all kinds, in and out."""

from __future__ import annotations

import collections
import datetime

import datasets
import duckdb
import pandas
import polars
import pyarrow
import pytest
import retold
from conftest import CELLO, RETOLD, STORY

TEXTS = [STORY, CELLO, "PORT - " + STORY, None, RETOLD]
IDS = ["one", "two", "three", "four", "five"]
WIDE = {"url": IDS, "body": TEXTS, "n": [1, 2, 3, 4, 5]}


def rows():
    return [dict(zip(WIDE, row)) for row in zip(*WIDE.values())]


def pairs(found):
    return [(pair["a"], pair["b"]) for pair in found.pairs]


EXPECTED = [("one", "three"), ("one", "five"), ("three", "five")]
TABLE = pyarrow.table(WIDE)
KINDS = {
    "pandas": lambda: pandas.DataFrame(WIDE),
    "pandas, other index": lambda: pandas.DataFrame(WIDE, index=[9, 8, 9, 8, 9]),
    "pandas, objects": lambda: pandas.DataFrame(WIDE).astype(object),
    "polars": lambda: polars.DataFrame(WIDE),
    "polars, lazy": lambda: polars.LazyFrame(WIDE),
    "polars, chunks": lambda: polars.concat(
        [polars.DataFrame(WIDE)[:2], polars.DataFrame(WIDE)[2:]], rechunk=False
    ),
    "polars, categories": lambda: polars.DataFrame(WIDE).with_columns(
        polars.col("body", "url").cast(polars.Categorical)
    ),
    "pyarrow": lambda: TABLE,
    "pyarrow, chunks": lambda: pyarrow.concat_tables([TABLE[:1], TABLE[1:4], TABLE[4:]]),
    "pyarrow, large_string": lambda: TABLE.set_column(
        1, "body", TABLE["body"].cast(pyarrow.large_string())
    ),
    "pyarrow, string_view": lambda: TABLE.set_column(
        1, "body", TABLE["body"].cast(pyarrow.string_view())
    ),
    "pyarrow, dictionary": lambda: TABLE.set_column(1, "body", TABLE["body"].dictionary_encode()),
    "pyarrow, batch": lambda: TABLE.combine_chunks().to_batches()[0],
    "pyarrow, sliced": lambda: pyarrow.concat_tables([TABLE, TABLE])[0:5],
    "duckdb": lambda: duckdb.from_arrow(TABLE),
    "mappings": rows,
    "tuple": lambda: tuple(rows()),
    "other mappings": lambda: [collections.ChainMap(row) for row in rows()],
    "retold": lambda: retold.Table(TABLE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_gives_the_same_and_is_given_back(kind):
    frame = KINDS[kind]()
    found = retold.scan(frame, text="body", id="url")
    assert pairs(found) == EXPECTED
    assert found.stats["skipped"]["total"] == 1
    assert found.rows == [0, 1, 2, 4]
    decided = retold.dedup(KINDS[kind]() if kind == "duckdb" else frame, text="body", id="url")
    assert decided.kept_rows == [1, 2, 3, 4]
    kept = decided.kept
    assert type(kept) is type(frame)
    if kind == "duckdb":
        kept = kept.to_arrow_table() if hasattr(kept, "to_arrow_table") else kept.arrow()
    kept = kept.collect() if kind == "polars, lazy" else kept
    ids = [row["url"] for row in kept] if isinstance(kept, (list, tuple)) else list(kept["url"])
    assert [getattr(id, "as_py", lambda id=id: id)() for id in ids] == [
        "two",
        "three",
        "four",
        "five",
    ]


SERIES = {
    "list": lambda: TEXTS,
    "pandas": lambda: pandas.Series(TEXTS, name="x"),
    "polars": lambda: polars.Series("x", TEXTS),
    "pyarrow": lambda: pyarrow.array(TEXTS),
    "pyarrow, string_view": lambda: pyarrow.array(TEXTS, type=pyarrow.string_view()),
    "pyarrow, chunks": lambda: pyarrow.chunked_array([TEXTS[:2], TEXTS[2:]]),
}


@pytest.mark.parametrize("kind", SERIES)
def test_columns_alone_have_rows_for_ids(kind):
    data = SERIES[kind]()
    assert pairs(retold.scan(data)) == [("0", "2"), ("0", "4"), ("2", "4")]
    kept = retold.dedup(data).kept
    assert type(kept) is type(data) and len(kept) == 4


def test_generators_are_read_once():
    assert pairs(retold.scan(text for text in TEXTS)) == [("0", "2"), ("0", "4"), ("2", "4")]
    assert retold.dedup(iter([STORY, STORY])).kept == [STORY]


def test_no_rows_are_no_pairs():
    for empty in (
        [],
        polars.DataFrame({"text": []}, schema={"text": polars.String}),
        pandas.DataFrame({"text": []}, dtype=str),
    ):
        found = retold.scan(empty)
        assert (len(found.pairs), len(found.clusters)) == (0, 0)
        assert len(retold.dedup(empty).kept) == 0
    assert len(retold.scan([None, "", "  \n"]).pairs) == 0


def test_ids_are_numbers_or_strings_and_stay_apart():
    frame = polars.DataFrame({"id": [7, 7, None], "text": [STORY] * 3})
    found = retold.scan(frame)
    assert [row["id"] for row in found.clusters] == ["7", "7#1", "#2"]
    assert found.stats["repaired"]["total"] == 1
    whole = retold.scan(frame[1:2])
    assert [row["id"] for row in whole.clusters] == [7]


def test_text_is_found_where_only_one_column_can_be_it():
    assert len(retold.scan(polars.DataFrame({"n": [1, 2], "body": [STORY, STORY]})).pairs) == 1
    with pytest.raises(retold.DataError, match="name the column"):
        retold.scan(polars.DataFrame({"x": [STORY], "y": [STORY]}))


def test_other_columns_of_polars_may_hold_anything():
    frame = polars.DataFrame(WIDE).with_columns(
        nothing=None,
        objects=polars.Series([object()] * 5, dtype=polars.Object),
        nested=polars.lit([[1]]).implode(),
        large=polars.lit(1).cast(polars.Int128),
    )
    assert pairs(retold.scan(frame, text="body", id="url")) == EXPECTED
    assert len(retold.scan(frame.drop("url")).pairs) == 3
    assert retold.dedup(frame, text="body").kept.columns == frame.columns
    table = pyarrow.table({"body": TEXTS, "nothing": pyarrow.nulls(5)})
    assert len(retold.scan(table).pairs) == 3
    for untyped in (frame.select("nothing"), frame["nothing"], table.select(["nothing"])):
        assert retold.scan(untyped).stats["skipped"]["total"] == 5


def test_streams_are_held_as_they_come():
    batches = [TABLE[:2].to_batches()[0], TABLE[2:].to_batches()[0]]
    reader = pyarrow.RecordBatchReader.from_batches(TABLE.schema, batches)
    kept = retold.dedup(reader, text="body", id="url").kept
    assert isinstance(kept, pyarrow.RecordBatchReader)
    assert kept.read_all()["url"].to_pylist() == ["two", "three", "four", "five"]


def test_lone_surrogates_are_repaired_and_counted():
    found = retold.scan([STORY + " \ud800", STORY])
    assert len(found.pairs) == 1 and found.stats["repaired"]["total"] == 1


def test_results_go_to_any_library():
    found = retold.scan(polars.DataFrame(WIDE), text="body", id="url")
    for table in (found.pairs, found.clusters, retold.dedup(rows(), text="body", id="url").dropped):
        expected = table.to_pylist()
        assert pyarrow.table(table).to_pylist() == expected
        assert table.to_arrow().to_pylist() == expected
        assert polars.DataFrame(table).to_dicts() == expected == table.to_polars().to_dicts()
        assert len(table.to_pandas()) == len(table) == len(expected)
        arrow = table.to_arrow()
        assert duckdb.from_arrow(arrow).count("*").fetchall() == [(len(expected),)]
        assert pyarrow.schema(table).names == table.column_names
        assert [table[at] for at in range(len(table))] == expected and table[-1] == expected[-1]
        assert table[table.column_names[0]] == [row[table.column_names[0]] for row in expected]
        with pytest.raises(IndexError):
            table[len(table)]
        with pytest.raises(KeyError):
            table["no such column"]


def test_across_two_sides():
    found = retold.scan(
        [STORY, CELLO], against=[{"id": "new", "text": STORY}, {"id": "0", "text": CELLO}]
    )
    assert pairs(found) == [("0", "new"), ("1", "0#against")]


def test_dates_of_all_kinds_say_what_is_earliest():
    days = [
        datetime.datetime(2024, 5, 2),
        datetime.datetime(2024, 5, 1),
        datetime.datetime(2024, 5, 3),
    ]
    for dates in (
        days,
        [day.date() for day in days],
        ["2 May 2024", "1 May 2024", "3 May 2024"],
        [2, 1, 3],
    ):
        frame = polars.DataFrame({"text": [STORY] * 3, "published": dates})
        assert retold.dedup(frame, keep="earliest:published").kept_rows == [1]
    with pytest.raises(retold.DataError, match="is a date, such as \"soon\""):
        retold.dedup(
            polars.DataFrame({"text": [STORY], "published": ["soon"]}), keep="earliest:published"
        )


def test_what_to_keep():
    data = [{"id": "a/1", "text": STORY}, {"id": "b/1", "text": "PORT - " + STORY}]
    kept = {
        str(keep): retold.dedup(data, keep=keep).kept_rows
        for keep in ("longest", "first", ["b/", "a/"])
    }
    assert kept == {"longest": [1], "first": [0], "['b/', 'a/']": [1]}
    decided = retold.dedup(data, reference=[{"id": "a/1", "text": STORY}])
    assert decided.kept == []
    assert [(row["kept_id"], row["why"]) for row in decided.dropped] == [
        ("a/1#reference", "reference")
    ] * 2


def test_another_threshold_without_another_run():
    data = [STORY, "PORT - " + STORY, STORY.upper(), CELLO]
    decided = retold.dedup(data, jaccard=0.5)
    for threshold in (0.5, 0.9, 1.0):
        again = retold.dedup(data, jaccard=threshold)
        assert decided.rethreshold(threshold).dropped.to_pylist() == again.dropped.to_pylist()
    with pytest.raises(retold.SettingError, match="0.5"):
        decided.rethreshold(0.3)
    least = decided.least_similar(1)[0]
    assert (
        least["score"] == min(decided.dropped["score"]) and least["kept_text"] == "PORT - " + STORY
    )
    rewrites = retold.dedup([STORY, RETOLD], rewrites=True)
    assert rewrites.rethreshold(1.0).stats["kept"] >= rewrites.stats["kept"]


def test_datasets_of_hugging_face():
    data = datasets.Dataset.from_dict({"id": ["a", "b", "c"], "text": [STORY, STORY, None]})
    for rows, kept in ((data, ["a", "c"]), (data.select([2, 1, 0]), ["c", "b"])):
        decided = retold.dedup(rows, keep="first")
        assert type(decided.kept) is type(data) and list(decided.kept["id"]) == kept
        assert pairs(retold.scan(rows)) == [tuple(sorted("ab", reverse=rows is not data))]


def test_iterable_datasets_of_hugging_face():
    table = datasets.Dataset.from_dict({"id": ["a", "b", "c"], "text": [STORY, STORY, None]})
    for data in (table.to_iterable_dataset(), table.to_iterable_dataset().filter(lambda _: True)):
        kept = retold.dedup(data, keep="first").kept
        assert type(kept) is type(data) and [row["id"] for row in kept] == ["a", "c"]
        assert kept.features == data.features or data.features is None
        assert pairs(retold.scan(data)) == [("a", "b")]
