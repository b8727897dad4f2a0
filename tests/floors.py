#!/usr/bin/env python3
"""Hold the command to its floors of quality, on labelled corpora that are not part of the repository.

    tests/floors.py [--bin PATH] [--shared DIR]

DIR (default: ../shared beside the repository, or $RETOLD_SHARED) holds eval/evaluate.py, eval/wide.py and data/. The floors, and the
ceilings on false findings, lie a little beside what docs/evaluation.md reports: move one when a change beats it for good. Ends with
status 1 where one is not kept.
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
    (("corpus", "ari"), 0.94),
    (("candidates", "recall"), 0.995),
    (("pan13", "all", "plagdet"), 0.92),
    (("pan13", "none", "plagdet"), 0.98),
    (("pan13", "summary", "plagdet"), 0.80),
    (("clough", "binary_f1"), 0.94),
    (("polish", "recall"), 0.98),
    (("separation", "auc"), 0.985),
    (("separation", "recall_at_1pct_fpr"), 0.93),
]

# For each corpus of another kind: the least share of reuse that must be found, and the greatest share of other pairs that may be.
WIDE = {
    "asset": (0.94, 0.005),
    "detectrl": (0.94, 0.002),
    "coaid": (0.58, 0.03),
    "earnings": (0.85, 0.03),
    "hart": (0.96, 0.03),
    "hppt": (0.99, 0.005),
    "multinews": (0.92, 0.03),
    "ocr": (0.965, 0.005),
    "onestop": (0.985, 0.005),
    "turku_fi": (0.90, 0.16),
}


def evaluate(binary, shared, name):
    """What one of the scripts reports."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        script = os.path.join(shared, "eval", name)
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
    binary = os.path.abspath(args.bin)
    report = evaluate(binary, args.shared, "evaluate.py")
    has_wide = os.path.exists(os.path.join(args.shared, "eval", "wide.py"))
    wide = evaluate(binary, args.shared, "wide.py") if has_wide else {}
    print()
    missed = 0
    for path, floor in FLOORS:
        found = figure(report, path)
        reached = found is not None and found >= floor
        missed += not reached
        print("%-6s %-24s %-8s floor %s" % ("ok" if reached else "MISSED", " ".join(path), show(found), show(floor)))
    for name, (floor, ceiling) in WIDE.items():
        if name not in wide:
            print("%-6s %-24s is not there" % ("-", name))
            continue
        recall, false, groundless = (wide[name][key] for key in ("recall", "false", "groundless"))
        kept = recall >= floor and false <= ceiling and groundless == 0
        missed += not kept
        limits = (show(recall), floor, show(false), ceiling, show(groundless))
        print("%-6s %-24s recall %s floor %s  false %s ceiling %s  groundless %s ceiling 0" % ("ok" if kept else "MISSED", name, *limits))
    # Not held to a limit: a busy machine is no fault of the code.
    print("%.0f s of processor time in all" % processor_seconds(report))
    sys.exit(1 if missed else 0)


def show(value):
    return "%.4f" % value if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
