#!/usr/bin/env python3
"""Hold the command to its floors of quality, on labelled corpora that are not part of the repository.

    tests/floors.py [--bin PATH] [--shared DIR]

DIR (default: ../shared beside the repository, or $RETOLD_SHARED) holds eval/evaluate.py and data/. The floors lie a
little below what docs/evaluation.md reports: raise one when a change beats it for good. Ends with status 1 where one is not reached.
It needs Python 3.9 or newer and nothing else.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Where the figure stands in the report, and the least that it may be.
FLOORS = [
    (("seeds", "only_000_001"), True),
    (("seeds", "sentences", "f1"), 0.90),
    (("corpus", "f1"), 0.96),
    (("corpus", "ari"), 0.95),
    (("candidates", "recall"), 0.995),
    (("pan13", "all", "plagdet"), 0.91),
    (("clough", "binary_f1"), 0.95),
    (("polish", "recall"), 0.98),
    (("separation", "auc"), 0.985),
    (("separation", "recall_at_1pct_fpr"), 0.95),
]


def evaluate(binary, shared):
    """The report of all tasks."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        script = os.path.join(shared, "eval", "evaluate.py")
        subprocess.run([sys.executable, script, "--bin", binary, "--json", report], check=True)
        with open(report, encoding="utf-8") as file:
            return json.load(file)


def figure(report, path):
    """The figure at that place; None where the task did not run."""
    for key in path:
        if not isinstance(report, dict) or key not in report:
            return None
        report = report[key]
    return report


def processor_seconds(report):
    """Seconds of processor time that all tasks took together."""
    own = report.get("cpu_s", 0)
    return own + sum(processor_seconds(part) for part in report.values() if isinstance(part, dict))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(ROOT, "target", "release", "retold"))
    parser.add_argument("--shared", default=os.environ.get("RETOLD_SHARED", os.path.join(ROOT, "..", "shared")))
    args = parser.parse_args()
    report = evaluate(os.path.abspath(args.bin), args.shared)
    print()
    missed = 0
    for path, floor in FLOORS:
        found = figure(report, path)
        reached = found is not None and found >= floor
        missed += not reached
        print("%-6s %-24s %-8s floor %s" % ("ok" if reached else "MISSED", " ".join(path), show(found), show(floor)))
    # Not held to a limit: a busy machine is no fault of the code.
    print("%.0f s of processor time in all" % processor_seconds(report))
    sys.exit(1 if missed else 0)


def show(value):
    return "%.4f" % value if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
