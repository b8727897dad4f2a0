"""The steps of a scan as functions of record batches, for engines that distribute the work.

No state, no files, no threads: the same rows give the same rows wherever they are computed.

>>> from retold import batch
>>> texts = ["The minister signed the ferry contract on Monday night, before the vote.",
...          "Rain fell all day, and nobody in the harbour asked when the boats would leave.",
...          "On Monday night, before the vote, the minister signed the contract for the ferry."]
>>> fingerprints = batch.fingerprint(texts)
>>> [(pair["a"], pair["b"]) for pair in batch.candidates(fingerprints)]
[(0, 2)]
>>> rows = [{"a_text": texts[0], "b_text": texts[2]}]
>>> batch.verify(rows)[0]["relation"]
'rewrite'
"""

from __future__ import annotations

from typing import Any

from retold import _frames, _retold
from retold._retold import Table

__all__ = ["candidates", "fingerprint", "verify"]


def fingerprint(data: Any, text: str | None = None, **settings: Any) -> Table:
    """One row for each row of ``data``, in order: everything that finds its text again.

    ``fingerprint`` (bytes), ``words``, ``text_hash`` and ``signature`` (null where the text has no
    words), and the keys ``bands`` and ``features``. A null counts as an empty text.
    """
    data = _frames.narrowed(_frames.held(data), [text])
    return _retold.batch_fingerprint(data, text, settings)


def candidates(fingerprints: Any, articles: int | None = None, **settings: Any) -> Table:
    """The candidate pairs of fingerprints, by their rows: ``a`` and ``b``, the smaller first.

    ``articles`` is the size of the whole corpus, where these are a part of it: how common a feature
    may be depends on it. The settings must be those of the fingerprints.
    """
    return _retold.batch_candidates(fingerprints, articles, settings)


def verify(data: Any, a_text: str = "a_text", b_text: str = "b_text", **settings: Any) -> Table:
    """What the two texts of each row are to each other, in order, unrelated ones too."""
    data = _frames.held(data)
    if isinstance(data, (list, tuple)):
        data = _retold.string_table(
            [a_text, b_text], [[row[a_text] for row in data], [row[b_text] for row in data]]
        )
    elif not _frames.is_arrow(data):
        data = _frames.narrowed(data, [None])
    return _retold.batch_verify(data, a_text, b_text, settings)
