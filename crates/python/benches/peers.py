"""Deduplicates the same texts with retold, datasketch and rensa, and with the command.

    python benches/peers.py TEXTS.jsonl [COPIES]

Each text (field `text`) gets COPIES (default 4) copies, in which one word in fifty is replaced. For
each tool: seconds from a polars frame to what to drop, and how much of the copies was dropped. The
datasketch rows share one program, with word trigrams, 128 permutations and a threshold of 0.7.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars
import retold


def corpus(path: str, copies: int) -> polars.DataFrame:
    """Originals first, each followed by its copies; `of` is the number of the original."""
    choose = random.Random(1)
    rows = []
    originals = dict.fromkeys(json.loads(line)["text"] for line in open(path, encoding="utf-8"))
    for number, text in enumerate(originals):
        words = text.split()
        for _ in range(copies + 1):
            rows.append({"id": str(len(rows)), "of": number, "text": " ".join(words)})
            words = [
                w if choose.random() > 0.02 else f"x{choose.randrange(10**6)}" for w in text.split()
            ]
    return polars.DataFrame(rows)


def trigrams(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def with_retold(frame: polars.DataFrame) -> set[int]:
    kept = set(retold.dedup(frame, keep="first").kept_rows)
    return set(range(len(frame))) - kept


def with_datasketch(module):
    def run(frame: polars.DataFrame) -> set[int]:
        lsh, dropped = module.MinHashLSH(threshold=0.7, num_perm=128), set()
        for row, text in enumerate(frame["text"]):
            minhash = module.MinHash(num_perm=128)
            minhash.update_batch(gram.encode() for gram in trigrams(text))
            if lsh.query(minhash):
                dropped.add(row)
            else:
                lsh.insert(row, minhash)
        return dropped

    return run


def with_rensa(frame: polars.DataFrame) -> set[int]:
    from rensa import RMinHash, RMinHashLSH

    lsh, dropped = RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16), set()
    for row, text in enumerate(frame["text"]):
        minhash = RMinHash(num_perm=128, seed=1)
        minhash.update(list(trigrams(text)))
        if lsh.query(minhash):
            dropped.add(row)
        else:
            lsh.insert(row, minhash)
    return dropped


def with_the_command(frame: polars.DataFrame) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        line = [
            sys.executable,
            "-m",
            "retold",
            "dedup",
            f"{folder}/in.jsonl",
            "-o",
            str(out),
            "--keep",
            "first",
            "--quiet",
        ]
        frame.write_ndjson(f"{folder}/in.jsonl")
        global started
        started = time.perf_counter()
        subprocess.run(line, check=True)
        dropped = (out / "dropped.jsonl").read_text("utf-8").splitlines()
        return {int(json.loads(record)["id"]) for record in dropped}


def main() -> None:
    frame = corpus(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4)
    first = frame.with_row_index("row").group_by("of").agg(polars.col("row").min())["row"]
    copies = set(range(len(frame))) - set(first)
    megabytes = frame["text"].str.len_bytes().sum() / 1e6
    print(f"{len(frame)} texts, {megabytes:.1f} MB, {len(copies)} copies")
    tools = {"retold.dedup": with_retold, "the command, with reading and writing": with_the_command}
    try:
        import retold.datasketch

        tools["retold.datasketch"] = with_datasketch(retold.datasketch)
        import datasketch

        tools["datasketch"] = with_datasketch(datasketch)
        tools["rensa"] = with_rensa
    except ImportError as error:
        print(error)
    global started
    for name, tool in tools.items():
        started = time.perf_counter()
        try:
            dropped = tool(frame)
        except ImportError as error:
            print(f"{name}: {error}")
            continue
        seconds = time.perf_counter() - started
        found, others = len(dropped & copies) / max(1, len(copies)), len(dropped - copies)
        speed = f"{seconds:.2f} s, {megabytes / seconds:.1f} MB/s"
        print(f"{name}: {speed}, {found:.4f} of the copies, {others} others")


started = 0.0
if __name__ == "__main__":
    main()
