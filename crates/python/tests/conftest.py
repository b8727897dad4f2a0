"""What the tests share."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SEEDS = ROOT / "seeds"

STORY = (
    "Forty ferries waited outside the harbour bar while divers searched the sunken barge. "
    "The port authority said that nobody was hurt, and that the channel would open at dawn."
)
CELLO = "A cellist left her instrument on the night train to the coast, and got it back by noon."
RETOLD = (
    "Divers searched the sunken barge while forty ferries waited outside the harbour bar. Nobody "
    "was hurt, the port authority said, and the channel would open at dawn."
)


@pytest.fixture(scope="session")
def seeds() -> list[dict[str, str]]:
    """The repository's own articles, as the command reads them."""
    paths = sorted(path for path in SEEDS.rglob("*.txt"))
    return [
        {"id": path.relative_to(SEEDS).as_posix(), "text": path.read_text("utf-8")}
        for path in paths
    ]


def as_record(row: dict) -> dict:
    """A row of a table as the command writes it: without what is null, or no shared source."""
    record = {name: value for name, value in row.items() if value is not None}
    for name in ("passages", "sentences"):
        for match in record.get(name, ()):
            if not match["shared_source"]:
                del match["shared_source"]
    return record


def command(*args: object) -> subprocess.CompletedProcess[str]:
    """Runs the command that comes with the package."""
    line = [sys.executable, "-m", "retold", *map(str, args)]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)
