"""The errors of retold: one tree, so that ``except retold.Error`` catches them all."""

from __future__ import annotations


class Error(Exception):
    """Something that retold could not do; the message says where, and what to do about it.

    ``record`` is the row that it is about, from 0, and ``file`` the file, where they are known.
    """

    file: str | None = None
    record: int | None = None


class SettingError(Error, ValueError):
    """A setting that is unknown or out of its range."""


class DataError(Error, ValueError):
    """Data that cannot be used: no such column, no strings in it, no such id."""


class MemoryLimitError(Error):
    """The ``memory`` that was given is too little."""


class FileError(Error, OSError):
    """A file could not be read or written."""


class ArchiveError(Error):
    """Something that an archive cannot do: there is none, it is closed, or it is another version's.

    ``file`` is its folder where that is known.
    """


class ArchiveInUseError(ArchiveError):
    """Somebody else writes to the archive; ``pid`` is the process where that is known."""

    pid: int | None = None


class ArchiveDamagedError(ArchiveError):
    """A file of the archive is not as it was written; ``Archive.verify()`` lists all damage."""


class FaultError(Error, RuntimeError):
    """A fault of retold itself, or of the machine. The interpreter goes on."""
