#!/usr/bin/env python3
"""The tables of README.md, from what `retold-peers --json` wrote.

summary.py NAME=FIGURES.json...; NAME says what the texts are.
"""

import json
import statistics
import sys


def shown(ratio):
    digits = 1 if ratio["median"] < 9.95 else 0
    median, lowest, highest = (f"{ratio[of]:.{digits}f}" for of in ("median", "lowest", "highest"))
    return f"{median} × ({lowest} to {highest})"


def row(cells):
    print("| " + " | ".join(cells) + " |")


def in_memory(runs):
    peers = [engine["name"] for engine in next(iter(runs.values()))["in_memory"][0]["engines"]][1:]
    faster = [f"faster than {peer}" for peer in peers]
    row(["one thread, texts to candidate pairs", "retold, MB/s", *faster])
    row(["---"] * (2 + len(peers)))
    ratios = []
    for name, figures in runs.items():
        for section in figures["in_memory"]:
            engines = {engine["name"]: engine for engine in section["engines"]}
            which = name if section["name"] == "all texts" else f"of these, {section['name']}"
            which += f": {section['texts']:,}, {section['bytes'] / 1e6:.0f} MB"
            cells = [shown(engines[peer]["ratio"]) for peer in peers]
            row([which, f"{engines['retold']['mb_s']:.0f}", *cells])
            ratios.append({peer: engines[peer]["ratio"] for peer in peers})
    extremes = []
    for peer in peers:
        lowest = min(of[peer]["lowest"] for of in ratios)
        highest = max(of[peer]["highest"] for of in ratios)
        extremes.append(f"{lowest:.0f} × to {highest:.0f} ×")
    row(["lowest and highest of all rounds", "", *extremes])


def recall(runs):
    for name, figures in runs.items():
        engines = figures["in_memory"][0]["engines"]
        kinds = list(engines[0]["recall"])
        print()
        row([f"{name}: recall of pairs of a Jaccard index of", *kinds])
        row(["---"] * (1 + len(kinds)))
        row(["pairs", *(f"{figures['truth'][kind]:,}" for kind in kinds)])
        for engine in engines:
            row([engine["name"], *(f"{engine['recall'][kind]:.3f}" for kind in kinds)])


def from_file(runs):
    names = list(runs)
    print()
    row(["from a JSON Lines file to what is kept, seconds", *names])
    row(["---"] * (1 + len(names)))
    processes = [[run["name"] for run in figures["from_file"]] for figures in runs.values()]
    for process in processes[0] if processes else []:
        cells = []
        for figures in runs.values():
            found = {run["name"]: run for run in figures["from_file"]}
            seconds = found.get(process, {}).get("seconds")
            cells.append(f"{statistics.median_high(seconds):.2f}" if seconds else "")
        row([process, *cells])


def main():
    runs = {}
    for argument in sys.argv[1:]:
        name, path = argument.rsplit("=", 1)
        with open(path, encoding="utf-8") as file:
            runs[name] = json.load(file)
    in_memory(runs)
    recall(runs)
    from_file(runs)


if __name__ == "__main__":
    main()
