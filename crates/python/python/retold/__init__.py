"""Finds copies, excerpts and rewrites in any pile of texts, and shows which came from which.

>>> import retold
>>> story = "Forty ferries waited outside the harbour bar while divers searched the sunken barge."
>>> cello = "A cellist left her instrument on the night train."
>>> found = retold.scan([story, cello, "PORT - " + story])
>>> [(pair["a"], pair["b"], pair["relation"]) for pair in found.pairs]
[('0', '2', 'near-duplicate')]
>>> retold.dedup([story, story.upper()]).kept == [story]
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from retold import _frames, _retold
from retold import batch as batch
from retold._archive import Archive
from retold._errors import (
    ArchiveDamagedError,
    ArchiveError,
    ArchiveInUseError,
    DataError,
    Error,
    FaultError,
    FileError,
    MemoryLimitError,
    SettingError,
)
from retold._retold import Comparison, Match, Matches, Plot, Scan, Span, Table

__version__: str = _retold.VERSION

__all__ = [
    "Archive",
    "ArchiveDamagedError",
    "ArchiveError",
    "ArchiveInUseError",
    "Comparison",
    "DataError",
    "Dedup",
    "Error",
    "FaultError",
    "FileError",
    "Match",
    "Matches",
    "MemoryLimitError",
    "Plot",
    "Scan",
    "SettingError",
    "Span",
    "Table",
    "batch",
    "compare",
    "compare_pairs",
    "dedup",
    "scan",
]

#: Called with the stage, the steps that are done, and how many there are where that is known.
Progress = Callable[[str, int, int | None], object]


def scan(
    data: Any,
    *,
    text: str | None = None,
    id: str | None = None,
    against: Any = None,
    threshold: float | None = None,
    memory: int | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Scan:
    """Finds the related pairs of ``data``; with ``against`` only those across the two.

    ``data`` is a frame of any library that exports Arrow data, or an iterable of strings or
    mappings. ``text`` names the column of the text (default: ``text``, or the only one of strings),
    ``id`` that of the ids (default: ``id`` if there is one, else rows count from 0). Rows without a
    text are skipped and counted in ``stats``. No data gives no pairs.

    ``threshold`` is the least score of a related pair (default 0.5; 0 gives every candidate).
    Further settings are called as the options of the command are, with ``_`` for ``-``.
    """
    settings.update(threshold=threshold, memory=memory, threads=threads)
    columns = [text, id, *_retold.ABOUT_COLUMNS]
    data = _frames.narrowed(_frames.held(data), columns)
    if against is not None:
        against = _frames.narrowed(_frames.held(against), columns)
    return _retold.scan(_call(data, against, text, id, progress), settings)


def _call(data: Any, other: Any, text: str | None, id: str | None, progress: Any) -> dict[str, Any]:
    return {"data": data, "other": other, "text": text, "id": id, "progress": progress}


class Dedup:
    """What is kept and dropped, and why."""

    def __init__(self, decided: _retold.Decided, data: Any, original: Any) -> None:
        self._decided = decided
        self._data = data
        self._original = original

    @property
    def kept(self) -> Any:
        """The rows to keep, as the type that the data came in; those without a text are kept."""
        return _frames.take(self._data, self._decided.kept_rows, self._original)

    @property
    def kept_rows(self) -> list[int]:
        """The numbers of the rows to keep, from 0, ascending."""
        return self._decided.kept_rows

    @property
    def dropped(self) -> Table:
        """The dropped rows: ``id``, ``kept_id``, ``relation``, ``score``, ``why`` and ``row``."""
        return self._decided.dropped

    @property
    def threshold(self) -> float:
        """The threshold of these decisions: of the Jaccard index; with rewrites, of the score."""
        return self._decided.threshold

    @property
    def stats(self) -> dict[str, Any]:
        """How many rows there were, were kept, dropped by relation, skipped and repaired."""
        return self._decided.stats

    def rethreshold(self, threshold: float) -> Dedup:
        """What would be decided at a higher threshold, without another run."""
        return Dedup(self._decided.rethreshold(threshold), self._data, self._original)

    def least_similar(self, count: int = 20) -> Table:
        """The dropped rows that are least like what is kept instead, with both texts."""
        return self._decided.least_similar(count)

    def plot(self) -> Plot:
        """A picture: how many of the dropped rows there are of each score."""
        return self._decided.plot()

    def __repr__(self) -> str:
        return repr(self._decided)

    def _repr_html_(self) -> str:
        return self.dropped._repr_html_()


def dedup(
    data: Any,
    *,
    text: str | None = None,
    id: str | None = None,
    keep: str | Iterable[str] = "longest",
    reference: Any = None,
    rewrites: bool = False,
    jaccard: float | None = None,
    memory: int | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Dedup:
    """Decides which rows of ``data`` to keep: of near-duplicates one, with ``rewrites`` also of
    excerpts and rewrites.

    ``keep`` is ``"longest"``, ``"first"``, ``"earliest:COLUMN"`` (dates of any kind), or a list of
    ids or beginnings of ids, best first. Rows that are also in ``reference`` are dropped; nothing
    of the reference is. ``jaccard`` is the least exact Jaccard index of near-duplicates (default
    0.7). What is dropped was verified against the very row that is kept instead.
    """
    settings.update(jaccard=jaccard, memory=memory, threads=threads)
    policy = keep if isinstance(keep, str) else list(keep)
    field = (
        policy[len("earliest:") :]
        if isinstance(policy, str) and policy.startswith("earliest:")
        else None
    )
    kept = _frames.held(data)
    if reference is not None:
        reference = _frames.narrowed(_frames.held(reference), [text, id])
    narrow = _frames.narrowed(kept, [text, id, field])
    call = _call(narrow, reference, text, id, progress)
    decided = _retold.dedup(call, (policy, rewrites), settings)
    return Dedup(decided, kept, data)


def compare(a: str, b: str, **settings: Any) -> Comparison:
    """Says what two texts are to each other, sentence by sentence."""
    return _retold.compare(a, b, settings)


def compare_pairs(
    pairs: Any,
    corpus: Any = None,
    *,
    text: str | None = None,
    id: str | None = None,
    memory: int | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Table:
    """Compares many pairs: one row for each, in the same order, unrelated ones too.

    ``pairs`` has columns ``a_text`` and ``b_text``, or with a ``corpus`` the ids ``a`` and ``b`` of
    two of its texts; or is an iterable of two strings each.
    """
    settings.update(memory=memory, threads=threads)
    if not _frames.is_arrow(pairs):
        pairs = _pairs_of_rows(_frames.held(pairs), corpus is not None)
    if corpus is not None:
        corpus = _frames.narrowed(_frames.held(corpus), [text, id])
    return _retold.compare_pairs(_call(pairs, corpus, text, id, progress), settings)


def _pairs_of_rows(pairs: Any, are_ids: bool) -> Any:
    if _frames._is_known(pairs):
        return _frames.narrowed(pairs, [None])
    names = ["a", "b"] if are_ids else ["a_text", "b_text"]
    columns: list[list[Any]] = [[], []]
    for row, pair in enumerate(pairs):
        try:
            both = [pair[name] for name in names] if isinstance(pair, dict) else list(pair)
            columns[0].append(both[0])
            columns[1].append(both[1])
        except (KeyError, IndexError, TypeError):
            error = DataError(f"row {row} has no {names[0]} and {names[1]}")
            error.record = row
            raise error from None
    return _retold.string_table(names, columns)
