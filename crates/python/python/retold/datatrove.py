"""Blocks for datatrove: near-duplicates, excerpts and rewrites of a corpus that many tasks read.

Three pipelines, one after the other. The tasks of the first and the last must be as many, and read
the same documents in the same order, as for datatrove's own deduplication::

    [reader, Signature("work/signatures")]                     # any number of tasks
    [Decide("work/signatures", "work/decisions")]              # one task
    [reader, Filter("work/decisions"), writer]                 # as many tasks as the first

Nothing is dropped on an estimate: the texts of candidates are compared, and a document is dropped
only for one that is kept and that it, or an earlier document of the same words, was compared with.
Needs datatrove and pyarrow.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

try:
    import pyarrow
    import pyarrow.ipc
    from datatrove.data import DocumentsPipeline
    from datatrove.io import DataFolderLike, get_datafolder
    from datatrove.pipeline.base import PipelineStep
    from datatrove.utils.typeshelper import StatHints
except ImportError as error:
    raise ImportError(
        "retold.datatrove needs datatrove and pyarrow: pip install datatrove pyarrow"
    ) from error

from retold import batch
from retold._errors import DataError

__all__ = ["Decide", "Filter", "Signature"]

#: Characters of text that are signed, or compared, at once.
_BATCH = 4 << 20

_SCHEMA = pyarrow.schema(
    [
        ("id", pyarrow.string()),
        ("text", pyarrow.large_string()),
        ("text_hash", pyarrow.uint64()),
        ("fingerprint", pyarrow.large_binary()),
    ]
)


def _signatures(rank: int) -> str:
    return f"{rank:05d}.signatures.arrow"


def _dropped(rank: int) -> str:
    return f"{rank:05d}.dropped.jsonl"


class Signature(PipelineStep):
    """First step: what finds each document again, with its text, to ``output_folder``.

    One file for each task. ``settings`` are those of ``retold.scan`` and must be those of
    :class:`Decide`; memory is that of a few megabytes of text.
    """

    type = "🫂 - DEDUP"
    name = "🔁 retold stage 1: signatures"
    _requires_dependencies = ["pyarrow"]

    def __init__(self, output_folder: DataFolderLike, **settings: Any) -> None:
        super().__init__()
        self.output_folder = get_datafolder(output_folder)
        self.settings = settings

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
        with (
            self.track_time(),
            self.output_folder.open(_signatures(rank), "wb") as file,
            pyarrow.ipc.new_stream(file, _SCHEMA, options=options) as writer,
        ):
            for documents in _in_batches(data, lambda document: len(document.text)):
                self.stat_update(StatHints.total, value=len(documents))
                texts = [document.text for document in documents]
                found = batch.fingerprint(texts, **self.settings)
                found = pyarrow.table(found).select(["text_hash", "fingerprint"])
                found = found.add_column(0, "text", pyarrow.array(texts, pyarrow.large_string()))
                ids = [str(document.id) for document in documents]
                found = found.add_column(0, "id", pyarrow.array(ids, pyarrow.string()))
                writer.write_table(found.cast(_SCHEMA))


class Decide(PipelineStep):
    """Second step, one task: which documents are dropped, and for which others.

    Of near-duplicates, whose exact Jaccard index of word n-grams is at least ``jaccard``, the
    longest stays; of those of the same words the first. With ``rewrites`` also excerpts and
    rewrites are dropped. Holds the fingerprints of all documents, and the texts of those that have
    a candidate.

    ``output_folder`` gets a file for each task of the first step, with a line of JSON for each
    document that is dropped: ``document`` (its number in the task), ``id``, ``kept_id``,
    ``relation``, ``score`` and ``jaccard``.
    """

    type = "🫂 - DEDUP"
    name = "🔁 retold stage 2: decisions"
    _requires_dependencies = ["pyarrow"]

    def __init__(
        self,
        input_folder: DataFolderLike,
        output_folder: DataFolderLike,
        jaccard: float = 0.7,
        rewrites: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__()
        if not 0.0 < jaccard <= 1.0:
            raise ValueError("jaccard must be above 0 and up to 1")
        self.input_folder = get_datafolder(input_folder)
        self.output_folder = get_datafolder(output_folder)
        self.jaccard = jaccard
        self.rewrites = rewrites
        self.settings = settings

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        if world_size != 1:
            raise ValueError("Decide looks at all documents; run it as one task")
        with self.track_time():
            corpus = _Corpus(self.input_folder)
            pairs = pyarrow.table(batch.candidates(corpus.fingerprints(), **self.settings))
            pairs = [
                (corpus.firsts[a], corpus.firsts[b])
                for a, b in zip(pairs["a"].to_pylist(), pairs["b"].to_pylist())
            ]
            self.stat_update("candidate_pairs", value=len(pairs))
            self._write(corpus, self._decided(corpus, pairs))

    def _decided(self, corpus: _Corpus, pairs: list[tuple[int, int]]) -> dict[int, _Reason]:
        """The documents that are dropped, of those that are the first with their words."""
        texts = corpus.texts({number for pair in pairs for number in pair})
        related: dict[int, list[_Reason]] = defaultdict(list)
        for some in _in_batches(pairs, lambda pair: sum(len(texts[number]) for number in pair)):
            rows = [{"a_text": texts[a], "b_text": texts[b]} for a, b in some]
            for (a, b), row in zip(some, batch.verify(rows, **self.settings)):
                if self._counts(row):
                    related[a].append(_Reason(b, row))
                    related[b].append(_Reason(a, row))
        dropped: dict[int, _Reason] = {}
        seen: set[int] = set()
        # Whatever is kept instead comes first; what is contained in another is shorter.
        for number in sorted(related, key=lambda number: (-len(texts[number]), number)):
            kept = [of for of in related[number] if of.kept in seen and of.kept not in dropped]
            if kept:
                dropped[number] = max(kept, key=lambda of: (of.row["jaccard"], -of.kept))
            seen.add(number)
        return dropped

    def _counts(self, row: dict[str, Any]) -> bool:
        is_copy = row["relation"] == "identical" or row["jaccard"] >= self.jaccard
        return is_copy or self.rewrites and row["relation"] in ("excerpt", "rewrite")

    def _write(self, corpus: _Corpus, decided: dict[int, _Reason]) -> None:
        lines: dict[int, list[str]] = {task: [] for task in range(len(corpus.starts))}
        for number, first in enumerate(corpus.first_of):
            reason = decided.get(first)
            if reason is None:
                if first == number:
                    continue
                reason = _Reason(first, {"relation": "identical", "score": 1.0, "jaccard": 1.0})
            task, document = corpus.place(number)
            record = {"document": document, "id": corpus.ids[number]}
            record["kept_id"] = corpus.ids[reason.kept]
            record.update({name: reason.row[name] for name in ("relation", "score", "jaccard")})
            lines[task].append(json.dumps(record, ensure_ascii=False) + "\n")
            self.stat_update("to_remove", record["relation"])
        for task, records in lines.items():
            with self.output_folder.open(_dropped(task), "w", encoding="utf-8") as file:
                file.writelines(records)


class Filter(PipelineStep):
    """Third step: hands on what is kept.

    What is dropped goes to ``exclusion_writer``, if there is one, with the reason as ``retold`` in
    its metadata. Documents that come in another order than in the first step are an error.
    """

    type = "🫂 - DEDUP"
    name = "🔁 retold stage 3: filter"

    def __init__(self, input_folder: DataFolderLike, exclusion_writer: Any = None) -> None:
        super().__init__()
        self.input_folder = get_datafolder(input_folder)
        self.exclusion_writer = exclusion_writer

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        with self.input_folder.open(_dropped(rank), "r", encoding="utf-8") as file:
            dropped = {record["document"]: record for record in map(json.loads, file)}
        if self.exclusion_writer is None:
            yield from self._filtered(data, dropped, lambda document: None)
        else:
            with self.exclusion_writer as writer:
                yield from self._filtered(
                    data, dropped, lambda document: writer.write(document, rank)
                )

    def _filtered(
        self, data: DocumentsPipeline, dropped: dict[int, dict[str, Any]], exclude: Any
    ) -> DocumentsPipeline:
        for number, document in enumerate(data):
            self.stat_update(StatHints.total)
            record = dropped.pop(number, None)
            if record is None:
                self.stat_update(StatHints.forwarded)
                yield document
                continue
            if record["id"] != str(document.id):
                raise _other_order(f"document {number} is {document.id}, not {record['id']}")
            self.stat_update(StatHints.dropped)
            document.metadata["retold"] = {
                name: value for name, value in record.items() if name not in ("document", "id")
            }
            exclude(document)
        if dropped:
            raise _other_order(f"there is no document {min(dropped)}")


def _other_order(what: str) -> DataError:
    return DataError(
        f"{what}: the reader gives other documents than in the first step; use the same reader, "
        "with as many tasks"
    )


class _Reason:
    """The document that is kept instead, and what the two are to each other."""

    def __init__(self, kept: int, row: dict[str, Any]) -> None:
        self.kept = kept
        self.row = row


class _Corpus:
    """The signatures of all tasks. Documents are numbered from one task to the next."""

    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.ids: list[str] = []
        #: The number of the first document of each task.
        self.starts: list[int] = []
        #: For each document the first one with the same words.
        self.first_of: list[int] = []
        #: Those that are the first with their words: the rows of the fingerprints.
        self.firsts: list[int] = []
        self._chunks: list[pyarrow.Array] = []
        self.files = folder.list_files(glob_pattern="*.signatures.arrow")
        if self.files != [_signatures(task) for task in range(len(self.files))]:
            raise DataError(f"the signatures of some tasks are missing; there are {self.files}")
        known: dict[int, int] = {}
        for batches in map(self._batches, self.files):
            self.starts.append(len(self.ids))
            for found in batches:
                self._add(found, known)

    def _batches(self, file: str) -> Iterator[pyarrow.RecordBatch]:
        with self.folder.open(file, "rb") as opened:
            yield from pyarrow.ipc.open_stream(opened)

    def _add(self, found: pyarrow.RecordBatch, known: dict[int, int]) -> None:
        rows = []
        for row, text_hash in enumerate(found["text_hash"].to_pylist()):
            number = len(self.first_of)
            # Blank texts have no hash, and are like nothing.
            first = number if text_hash is None else known.setdefault(text_hash, number)
            self.first_of.append(first)
            if first == number:
                self.firsts.append(number)
                rows.append(row)
        self.ids += found["id"].to_pylist()
        self._chunks.append(found["fingerprint"].take(pyarrow.array(rows, pyarrow.int64())))

    def fingerprints(self) -> pyarrow.Table:
        """Those of the documents that are the first with their words."""
        column = pyarrow.chunked_array(self._chunks, pyarrow.large_binary())
        return pyarrow.table({"fingerprint": column})

    def texts(self, numbers: set[int]) -> dict[int, str]:
        """The texts of some documents, read once more."""
        texts: dict[int, str] = {}
        start = 0
        for found in (found for file in self.files for found in self._batches(file)):
            rows = [row for row in range(len(found)) if start + row in numbers]
            wanted = found["text"].take(pyarrow.array(rows, pyarrow.int64())).to_pylist()
            texts.update(zip((start + row for row in rows), wanted))
            start += len(found)
        return texts

    def place(self, number: int) -> tuple[int, int]:
        """The task of a document, and its number there."""
        task = bisect_right(self.starts, number) - 1
        return task, number - self.starts[task]


def _in_batches(items: Iterable[Any], size: Any) -> Iterator[list[Any]]:
    """Lists of items of some megabytes; at least one item each."""
    held: list[Any] = []
    held_size = 0
    for item in items or ():
        held.append(item)
        held_size += size(item)
        if held_size >= _BATCH:
            yield held
            held, held_size = [], 0
    if held:
        yield held
