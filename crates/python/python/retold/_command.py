"""The command ``retold``."""

from __future__ import annotations

import sys

from retold._retold import run_command


def main() -> int:
    """Runs the command with the arguments of this process; its exit status."""
    return run_command(["retold", *sys.argv[1:]])
