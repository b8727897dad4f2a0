"""Deduplicates the same texts with retold, datasketch, rensa and semhash, and with the command.

    python benches/peers.py TEXTS.jsonl [--texts N] [--copies 4] [--rounds 3] [--sample 500]
        [--semhash-model FOLDER] [--only TOOL,TOOL]

Each text (field `text`) gets copies, in which one word in fifty is replaced, until there are N
texts. Tools take turns; each run is a process of its own, so that its peak memory is its own. Of
each tool: the median of the seconds from a polars frame to the rows to drop, and of its ratios to
retold in the same round, which are for a machine with nothing else to do; the processor time, which
is not; the peak memory, and how much that is above the interpreter with the frame
and the tool's modules; and recall: of a sample of rows that have an earlier row with an exact
Jaccard index of word trigrams of 0.7 or more, the share that was dropped.

The command reads a file and writes the corpus that is left, which is in its time. datasketch and
rensa share one program, with word trigrams, 128 permutations and a threshold of 0.7, and verify
nothing. semhash drops at its own threshold of 0.9 of its vectors' cosine. Its default encoder is
downloaded, so it has a row only with a model at hand; one made by tools/peers/stand_in_model.py has
random vectors, and only its time says something.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

THRESHOLD = 0.7


def corpus(path: Path, texts: int | None, copies: int) -> polars.DataFrame:
    """Originals, each followed by its copies."""
    # Not at the top: the process that the command runs in has no use for it.
    import polars

    choose = random.Random(1)
    rows: list[str] = []
    lines = path.read_text("utf-8").splitlines()
    for text in dict.fromkeys(json.loads(line)["text"] for line in lines):
        words = text.split()
        rows.append(" ".join(words))
        for _ in range(copies):
            changed = (
                f"x{choose.randrange(10**6)}" if choose.random() < 0.02 else w for w in words
            )
            rows.append(" ".join(changed))
        if texts is not None and len(rows) >= texts:
            rows = rows[:texts]
            break
    return polars.DataFrame({"id": [str(row) for row in range(len(rows))], "text": rows})


def trigrams(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def with_retold(frame: polars.DataFrame) -> list[int]:
    import retold

    kept = set(retold.dedup(frame, keep="first").kept_rows)
    return [row for row in range(len(frame)) if row not in kept]


def with_lsh(make_index, make_minhash):
    def run(frame: polars.DataFrame) -> list[int]:
        index, dropped = make_index(), []
        for row, text in enumerate(frame["text"]):
            minhash = make_minhash(trigrams(text))
            if index.query(minhash):
                dropped.append(row)
            else:
                index.insert(row, minhash)
        return dropped

    return run


def with_datasketch(module):
    def minhash(grams: set[str]):
        minhash = module.MinHash(num_perm=128)
        minhash.update_batch([gram.encode() for gram in grams])
        return minhash

    return with_lsh(lambda: module.MinHashLSH(threshold=THRESHOLD, num_perm=128), minhash)


def with_rensa():
    from rensa import RMinHash, RMinHashLSH

    def minhash(grams: set[str]):
        minhash = RMinHash(num_perm=128, seed=1)
        minhash.update(list(grams))
        return minhash

    return with_lsh(lambda: RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=16), minhash)


def with_semhash(folder: str):
    from model2vec import StaticModel
    from semhash import SemHash

    model = StaticModel.from_pretrained(folder)

    def run(frame: polars.DataFrame) -> list[int]:
        records = frame.select("id", "text").to_dicts()
        index = SemHash.from_records(records, columns=["text"], model=model)
        kept = {int(record["id"]) for record in index.self_deduplicate().selected}
        return [row for row in range(len(frame)) if row not in kept]

    return run


def tool(name: str, model: str | None):
    if name == "retold":
        import retold  # noqa: F401

        return with_retold
    if name == "semhash":
        return with_semhash(str(model))
    if name == "rensa":
        return with_rensa()
    module = "retold.datasketch" if name == "retold.datasketch" else "datasketch"
    return with_datasketch(importlib.import_module(module))


def run_one(name: str, folder: Path, model: str | None) -> dict[str, object]:
    """One run, in this process; the command is one below it."""
    if name == "the command":
        line = [sys.executable, __file__, f"{folder}/in.jsonl", "--one", "its process", "--into"]
        with tempfile.TemporaryDirectory() as out:
            started, before_cpu = time.perf_counter(), processor_time()
            said = subprocess.run([*line, f"{out}/out"], check=True, stdout=subprocess.PIPE)
            seconds, cpu = time.perf_counter() - started, processor_time() - before_cpu
            records = Path(out, "out", "dropped.jsonl").read_text("utf-8").splitlines()
        dropped = [int(json.loads(record)["id"]) for record in records]
        peak = above = int(said.stdout)
    else:
        import polars

        # It is compressed, so it is not mapped: the texts are in memory now.
        frame = polars.read_ipc(folder / "in.arrow")
        run = tool(name, model)
        # Until polars has given back what it needed to read.
        time.sleep(3)
        first = peak_memory()
        before = forget_peak()
        started, before_cpu = time.perf_counter(), processor_time()
        dropped = run(frame)
        seconds, cpu = time.perf_counter() - started, processor_time() - before_cpu
        above, peak = peak_memory() - before, max(first, peak_memory())
    return {"seconds": seconds, "cpu": cpu, "peak": peak, "above": above, "dropped": dropped}


def run_command(texts: Path, out: str) -> None:
    """The command, in this process, which then says its peak memory."""
    from retold import _command

    sys.argv = ["retold", "dedup", str(texts), "--keep", "first", "--quiet", "-o", out]
    with contextlib.suppress(SystemExit):
        _command.main()
    print(peak_memory())


def processor_time() -> float:
    """Seconds of this process and of those that it has waited for, on all processors."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def forget_peak() -> int:
    """Bytes in use. On Linux the peak is that of what comes, from here on."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    """Bytes. On Linux since the process began its program: `ru_maxrss` is at least its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def duplicates(texts: list[str], sample: int) -> list[int]:
    """Of a sample of rows those with an earlier row of an exact Jaccard index of 0.7 or more."""
    rows = set(random.Random(2).sample(range(len(texts)), min(sample, len(texts))))
    wanted = set().union(*(trigrams(texts[row]) for row in rows))
    having: dict[str, list[int]] = {}
    sizes, found = [], []
    for row, text in enumerate(texts):
        grams = trigrams(text)
        sizes.append(len(grams))
        if row in rows:
            shared = Counter(other for gram in grams for other in having.get(gram, ()))
            index = (n / (len(grams) + sizes[other] - n) for other, n in shared.items())
            if max(index, default=0) >= THRESHOLD:
                found.append(row)
        for gram in grams & wanted:
            having.setdefault(gram, []).append(row)
    return found


def versions(names: list[str]) -> str:
    packages = [name for name in ("retold", "rensa", "datasketch", "semhash") if name in names]
    said = [f"{name} {importlib.metadata.version(name)}" for name in [*packages, "polars"]]
    return ", ".join([f"Python {platform.python_version()}", *said])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("texts", type=Path)
    arguments.add_argument("--texts", dest="count", type=int)
    arguments.add_argument("--copies", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--sample", type=int, default=500)
    arguments.add_argument("--semhash-model", help="a folder with a model2vec model")
    arguments.add_argument("--only", help="names of tools")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    arguments.add_argument("--into", help=argparse.SUPPRESS)
    args = arguments.parse_args()
    if args.into:
        run_command(args.texts, args.into)
        return
    if args.one:
        print(json.dumps(run_one(args.one, args.texts, args.semhash_model)))
        return
    names = ["retold", "the command"]
    if importlib.util.find_spec("numpy"):
        names.append("retold.datasketch")
    names += [name for name in ("datasketch", "rensa") if importlib.util.find_spec(name)]
    if args.semhash_model:
        names.append("semhash")
    if args.only:
        names = [name for name in names if name == "retold" or name in args.only.split(",")]
    frame = corpus(args.texts, args.count, args.copies)
    megabytes = frame["text"].str.len_bytes().sum() / 1e6
    print(f"{len(frame)} texts, {megabytes:.1f} MB; {versions(names)}", flush=True)
    truth = duplicates(frame["text"].to_list(), args.sample)
    runs: dict[str, list[dict]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        frame.write_ipc(f"{folder}/in.arrow", compression="lz4")
        frame.write_ndjson(f"{folder}/in.jsonl")
        for _ in range(args.rounds):
            for name in names:
                line = [sys.executable, __file__, folder, "--one", name]
                if args.semhash_model:
                    line += ["--semhash-model", args.semhash_model]
                said = subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout
                runs[name].append(json.loads(said))
    for name, all_runs in runs.items():
        times = [run["seconds"] for run in all_runs]
        cpu = statistics.median(run["cpu"] for run in all_runs)
        ratios = sorted(a / b["seconds"] for a, b in zip(times, runs["retold"]))
        peak, above = (max(run[of] for run in all_runs) / 1e6 for of in ("peak", "above"))
        dropped = set(all_runs[0]["dropped"])
        recall = sum(row in dropped for row in truth) / max(1, len(truth))
        print(
            f"{name}: {statistics.median(times):.2f} s, {statistics.median(ratios):.1f} × retold "
            f"({ratios[0]:.1f} to {ratios[-1]:.1f}), {cpu:.2f} s of processors, "
            f"{peak:.0f} MB (above the frame {above:.0f}), "
            f"recall {recall:.4f} of {len(truth)}, {len(dropped)} dropped"
        )


if __name__ == "__main__":
    main()
