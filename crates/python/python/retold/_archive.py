"""An archive that remembers articles, and says of each new one what it shares with earlier ones."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from retold import _frames, _retold
from retold._errors import FileError
from retold._retold import Matches


class Archive:
    """An archive on disk: the folder that ``retold archive`` makes and reads.

    ``with retold.Archive.open("news", create=True) as archive`` closes it at the end. One writes to
    it at a time; any number may read it meanwhile (``read_only=True``), each as it was when it was
    opened. May be used by several threads, one after the other.
    """

    def __init__(self, opened: _retold.OpenArchive) -> None:
        self._opened = opened

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        span: int | str | None = None,
        articles: int | None = None,
        threads: int | None = None,
        **settings: Any,
    ) -> Archive:
        """Opens the archive in the folder ``path``; with ``create`` makes it if there is none.

        What decides which pairs are looked at is fixed when it is made: ``language``, ``channel``,
        ``ngram``, ``lanes``, ``seed``, ``max_df``, ``min_shared``, and ``span``, days of first-seen
        time that stand in segments of their own (default 30, or ``"all"``). ``articles`` is how
        many are expected in a span (default 100,000). To give another of these later is a
        ``SettingError``. How pairs are judged (``threshold``, ...) can differ each time.

        Raises ``ArchiveInUseError``, which names the process, if another one writes to it, and
        ``ArchiveError`` if there is none.
        """
        settings.update(threads=threads)
        opening = {
            "create": create,
            "read_only": read_only,
            "span": None if span is None else str(span),
            "articles": articles,
        }
        return cls(_retold.open_archive(path, opening, settings))

    def add(
        self,
        data: Any,
        *,
        text: str | None = None,
        id: str | None = None,
        source: str | None = None,
        title: str | None = None,
        url: str | None = None,
        published: str | None = None,
        seen: str | None = None,
        default_source: str | None = None,
        replace: bool = False,
        since: Any = None,
        sources: str | Iterable[str] = (),
        relations: str | Iterable[str] = (),
    ) -> Matches:
        """Adds articles, and gives for each that was added what it matches among all earlier ones.

        ``data`` is what ``scan`` takes. Articles need ids that last: strings or whole numbers in
        the column ``id``; rows without one are skipped and counted. One whose id is there is left
        out, and counted as ``known`` in ``stats``; with ``replace`` it is a new version of the same
        story instead. One whose column ``pubstatus`` is ``canceled`` withdraws the article of its
        id, and ``stats["canceled"]`` says how many are derived from it. One call is one durable
        commit: after an error nothing was added. So give
        some thousands of articles at a time, not one.

        ``source``, ``title``, ``url`` and ``published`` name columns (default: those of these
        names, if there are such), ``seen`` that of when an article was first seen (default: now).
        ``default_source`` is the source of articles that state none. ``since`` (a date, or days
        such as ``"7d"``), ``sources`` and ``relations`` leave out all other matches.
        """
        about = _about(source, title, url, published, seen, default_source)
        call = _call(data, text, id, about)
        return self._opened.add(call, about, _asked(since, sources, relations, replace))

    def query(
        self,
        data: Any,
        *,
        text: str | None = None,
        id: str | None = None,
        source: str | None = None,
        title: str | None = None,
        url: str | None = None,
        published: str | None = None,
        seen: str | None = None,
        default_source: str | None = None,
        since: Any = None,
        sources: str | Iterable[str] = (),
        relations: str | Iterable[str] = (),
    ) -> Matches:
        """What articles, or one string, match in the archive; adds nothing.

        As ``add``, but ids are not needed: without one an article is called by its row, such as
        ``#0``. An archived article of the same id is not matched.
        """
        about = _about(source, title, url, published, seen, default_source)
        call = _call([data] if isinstance(data, str) else data, text, id, about)
        return self._opened.query(call, about, _asked(since, sources, relations))

    def remove(self, ids: str | int | Iterable[str | int]) -> list[bool]:
        """Removes articles with all their versions; says for each id whether it was there."""
        if isinstance(ids, (str, int)):
            ids = [ids]
        return self._opened.remove([str(id) for id in ids])

    def expire(self, before: Any) -> dict[str, int]:
        """Lets whole spans of first-seen time expire that ended by ``before``, a date, or days such
        as ``"90d"``: their articles are not found any more, and their texts go.

        Gives how many ``articles`` that are, how many of these are ``kept`` as the evidence of a
        flag or a withdrawal, and how many ``segments`` went. Stopped, it leaves part of a span
        expired, and the next call goes on. An archive that was made with ``span="all"`` has
        nothing that could expire: ``ArchiveError``.
        """
        return self._opened.expire(str(before))

    def get(self, id: str | int) -> dict[str, Any] | None:
        """The article of an id with its text, as ``export`` writes it; None if there is none."""
        return self._opened.get(str(id))

    def stats(self) -> dict[str, Any]:
        """How much it holds, by span of time, and its settings."""
        return self._opened.stats()

    def verify(self) -> dict[str, Any]:
        """Reads everything: ``segments`` and ``records`` that were read, and ``damage``, a list."""
        return self._opened.verify()

    def export(
        self, path: str | os.PathLike[str], *, versions: bool = False, overwrite: bool = False
    ) -> dict[str, Any]:
        """Writes all articles as JSON Lines, with ``versions`` earlier versions too.

        Gives how many (``articles``) and what is lost (``damage``): what is whole of a damaged
        archive is written. A file that is there is left alone unless ``overwrite`` is true.
        """
        _check_free(path, overwrite)
        if Path(path).resolve().is_relative_to(self._opened.path.resolve()):
            raise FileError(f"{os.fspath(path)}: this is inside the archive; name another place")
        return self._opened.export(path, versions)

    def compact(self) -> int:
        """Merges segments, and erases what is left of removed articles; how many segments went."""
        return self._opened.compact()

    def close(self) -> None:
        """Closes it, so that others can write to it. Closing it again does nothing."""
        self._opened.close()

    def __len__(self) -> int:
        return len(self._opened)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, id: object) -> bool:
        return isinstance(id, (str, int)) and str(id) in self._opened

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<retold.Archive in {str(self._opened.path)!r}>"


def _about(
    source: str | None,
    title: str | None,
    url: str | None,
    published: str | None,
    seen: str | None,
    default_source: str | None,
) -> dict[str, str | None]:
    return {
        "source": source,
        "title": title,
        "url": url,
        "published": published,
        "seen": seen,
        "default_source": default_source,
    }


def _call(
    data: Any, text: str | None, id: str | None, about: dict[str, str | None]
) -> dict[str, Any]:
    fields = [about[name] or name for name in ("source", "title", "url", "published")]
    data = _frames.narrowed(_frames.held(data), [text, id, *fields, "embargoed", about["seen"]])
    return {"data": data, "other": None, "text": text, "id": id, "progress": None}


def _asked(
    since: Any,
    sources: str | Iterable[str],
    relations: str | Iterable[str],
    replace: bool = False,
) -> dict[str, Any]:
    return {
        "since": None if since is None else str(since),
        "sources": [sources] if isinstance(sources, str) else list(sources),
        "relations": [relations] if isinstance(relations, str) else list(relations),
        "replace": replace,
    }


def _check_free(path: str | os.PathLike[str], overwrite: bool) -> None:
    """An error if there is a file already that is not to be replaced."""
    if os.path.lexists(path) and not overwrite:
        error = FileError(f"{os.fspath(path)}: this is there already; overwrite=True replaces it")
        error.file = os.fspath(path)
        raise error
