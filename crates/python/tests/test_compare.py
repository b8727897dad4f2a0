"""Two texts, and what a notebook shows."""

from __future__ import annotations

import html.parser

import pytest
import retold
from conftest import CELLO, RETOLD, STORY
from hypothesis import given, settings, strategies


def test_spans_become_slices_of_python_strings():
    a = "Ünïcödé 😀 first. " + STORY
    b = "😀😀 " + STORY
    compared = retold.compare(a, b)
    assert compared.sentences
    for match in compared.sentences + compared.passages:
        for span, text in ((match.a, a), (match.b, b)):
            assert (
                span.of(text)
                == text[span.slice(text)]
                == text.encode()[span.start : span.end].decode()
            )
    with pytest.raises(retold.DataError):
        retold.Span(1, 2).of("Ü")


def test_a_comparison_says_what_its_record_says():
    compared = retold.compare(STORY, RETOLD)
    record = compared.to_dict()
    for name, value in record.items():
        if name not in ("a", "b", "passages", "sentences"):
            assert getattr(compared, name) == value
    assert compared.contained is None and compared.alignment is None
    assert [[match.a.start, match.a.end] for match in compared.sentences] == [
        match["a"] for match in record["sentences"]
    ]
    assert compared.features and repr(compared).startswith("<retold.Comparison")


@settings(max_examples=60, deadline=None)
@given(strategies.text(max_size=300), strategies.text(max_size=300))
def test_any_two_strings_can_be_compared(a, b):
    try:
        compared = retold.compare(a, b)
    except retold.DataError:
        assert any("\ud800" <= c <= "\udfff" for c in a + b)
        return
    assert 0 <= compared.score <= 1
    assert retold.compare(b, a).score == compared.score
    for match in compared.passages:
        assert match.a.of(a) in a and match.b.of(b) in b


@settings(max_examples=30, deadline=None)
@given(
    strategies.lists(
        strategies.one_of(strategies.none(), strategies.text(max_size=80), strategies.just(STORY)),
        max_size=12,
    )
)
def test_any_list_of_strings_can_be_deduplicated(texts):
    decided = retold.dedup(texts)
    assert decided.kept == [texts[row] for row in decided.kept_rows]
    assert len(decided.dropped) + len(decided.kept_rows) == len(texts)
    kept = {text for text in decided.kept if text}
    assert (
        all(text in kept or text.strip() == "" for text in set(texts) - {None}) or decided.dropped
    )
    assert retold.dedup(decided.kept).dropped.num_rows == 0


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' " + STORY


class Frames(html.parser.HTMLParser):
    """What stands in a page, and what stands in the pages of its frames."""

    def __init__(self):
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.sandboxes: list[str | None] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "iframe":
            self.sources.append(dict(attrs)["srcdoc"])
            self.sandboxes.append(dict(attrs)["sandbox"])


def test_hostile_text_stays_text():
    found = retold.scan(
        [{"id": "<b>1", "text": HOSTILE}, {"id": "2'\"", "text": HOSTILE + " More."}]
    )
    shown = [
        found._repr_html_(),
        found.pairs._repr_html_(),
        retold.compare(HOSTILE, HOSTILE + " x")._repr_html_(),
    ]
    for page in shown:
        outer = Frames()
        outer.feed(page)
        # A page of its own, which may run its own script (its policy says which) and nothing else.
        assert outer.tags == ["iframe"] and outer.sandboxes == ["allow-scripts"]
        inner = Frames()
        inner.feed(outer.sources[0])
        assert "img" not in inner.tags and "b" not in inner.tags
        assert "Content-Security-Policy" in outer.sources[0]
    table = found.clusters._repr_html_()
    assert "<b>" not in table and "&lt;b&gt;1" in table


def test_pairs_in_bulk_come_in_order():
    rows = [(STORY, RETOLD), (STORY, CELLO), (CELLO, CELLO)]
    table = retold.compare_pairs(rows)
    assert [row["relation"] for row in table] == [retold.compare(*row).relation for row in rows]
    assert retold.compare_pairs([]).num_rows == 0
    with pytest.raises(retold.DataError) as error:
        retold.compare_pairs([("0", "1"), ("0", "nobody")], corpus=[STORY, CELLO])
    assert error.value.record == 1 and "nobody" in str(error.value)
    with pytest.raises(retold.DataError) as error:
        retold.compare_pairs([(STORY, CELLO), (STORY,)])
    assert error.value.record == 1


def test_the_steps_of_a_scan_by_themselves_find_what_a_scan_finds(seeds):
    fingerprints = retold.batch.fingerprint(seeds)
    candidates = {(row["a"], row["b"]) for row in retold.batch.candidates(fingerprints)}
    places = {seed["id"]: at for at, seed in enumerate(seeds)}
    found = retold.scan(seeds).pairs.to_pylist()
    assert {(places[row["a"]], places[row["b"]]) for row in found} <= candidates
    rows = [
        {"a_text": seeds[places[row["a"]]]["text"], "b_text": seeds[places[row["b"]]]["text"]}
        for row in found
    ]
    verified = retold.batch.verify(rows)
    assert len(verified) == len(found)
    for ours, theirs in zip(verified, found):
        assert ours["score"] == theirs["score"]
    halves = [retold.batch.fingerprint(seeds[:5]), retold.batch.fingerprint(seeds[5:])]
    assert halves[0].to_pylist() + halves[1].to_pylist() == fingerprints.to_pylist()
    with pytest.raises(retold.DataError, match="scheme"):
        retold.batch.candidates(fingerprints, ngram=5)
