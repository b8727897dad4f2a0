#!/usr/bin/env python3
"""Whether time and memory grow with the input: makes inputs of n, 2n, 4n … and runs retold on them.

    growth.py [--bin PATH] [--keep DIR] [--steps N] [--timeout SECONDS] [SHAPE ...]

Without SHAPE all are measured; `--list` names them. Every input is a function of the shape and of n alone.
What is printed is a table in Markdown: the bytes of the input, seconds of the processor, and the peak
memory of the process. `--keep DIR` leaves the inputs there.

It needs Python 3.9 or newer and nothing else, and works where there is `wait4` (Linux, macOS, BSD).
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

FUNCTION_WORDS = (
    "the of to and a in that is for on was said with he as it at by from his have be has are an who not "
    "but had will they this were their which been more after its about we or one would she out up when her "
    "all new two some than there if what so no can into last time people over first could also other"
).split()
ONSETS = ["", "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pr", "ch"]
VOWELS = ["a", "e", "i", "o", "u", "ea", "io", "ou", "ai"]
CODAS = ["", "n", "r", "s", "t", "l", "nd", "ck", "rs"]


class Words:
    """Invented words with the frequencies of real ones (Zipf's law)."""

    def __init__(self, count=1 << 16):
        rng = random.Random(1)
        words, known = list(FUNCTION_WORDS), set(FUNCTION_WORDS)
        while len(words) < count:
            syllables = 1 + rng.randrange(1 + len(words).bit_length() // 8)
            parts = (rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(syllables))
            word = "".join(parts)
            if word not in known:
                known.add(word)
                words.append(word)
        self.words = words
        total, self.sums = 0.0, []
        for rank in range(count):
            total += 1 / (rank + 2.7)
            self.sums.append(total)

    def pick(self, rng, count):
        return rng.choices(range(len(self.words)), cum_weights=self.sums, k=count)

    def write(self, ranks):
        words = [self.words[rank] for rank in ranks]
        words = [word.capitalize() if rank > 1000 and rank % 10 == 0 else word for rank, word in zip(ranks, words)]
        return words[0][:1].upper() + words[0][1:] + (" " if words[1:] else "") + " ".join(words[1:]) + "."


WORDS = Words()


def sentences(rng, size):
    """Sentences, as ranks of words, that come to so many bytes."""
    found, written = [], 0
    while written < size:
        ranks = WORDS.pick(rng, rng.randrange(8, 32))
        found.append(ranks)
        written += sum(len(WORDS.words[rank]) + 1 for rank in ranks) + 1
    return found


def text(parts):
    """Sentences to text: some of them end a paragraph."""
    written = [WORDS.write(ranks) for ranks in parts]
    ends = ("\n\n" if at % 5 == 4 else " " for at in range(len(written)))
    return "".join(sentence + end for sentence, end in zip(written, ends))


def retold_sentence(rng, ranks):
    """A sentence of which half of the words are replaced by others that are as frequent."""
    few = len(FUNCTION_WORDS)
    return [rank ^ 1 if rank > few and rng.random() < 0.5 else rank for rank in ranks]


def retold(rng, parts):
    """One sentence of five is dropped, neighbours change places, half of the words are others."""
    parts = list(parts)
    for at in range(1, len(parts)):
        if rng.random() < 0.33:
            parts[at - 1], parts[at] = parts[at], parts[at - 1]
    return [retold_sentence(rng, ranks) for ranks in parts if rng.random() < 0.8]


def reordered(rng, parts):
    """The same paragraphs in another order."""
    blocks = [parts[at : at + 5] for at in range(0, len(parts), 5)]
    rng.shuffle(blocks)
    return [ranks for block in blocks for ranks in block]


def half(rng, parts):
    """Every other sentence is the same."""
    return [ranks if rng.random() < 0.5 else WORDS.pick(rng, len(ranks)) for ranks in parts]


def runs(rng, parts):
    """Runs of 200 sentences are the same, with as much between them that is not."""
    return [ranks if at // 200 % 2 else WORDS.pick(rng, len(ranks)) for at, ranks in enumerate(parts)]


def independent(rng, parts):
    """Nothing is the same but the words."""
    return [WORDS.pick(rng, len(ranks)) for ranks in parts]


def two_texts(change):
    def make(folder, size):
        rng = random.Random(7)
        parts = sentences(rng, size)
        write(folder, "a.txt", text(parts))
        write(folder, "b.txt", text(change(rng, parts)))
        return ["compare", "a.txt", "b.txt", "--format", "jsonl"]

    return make


def many_books(folder, count):
    """So many texts of 1.3 MB in one scan: each retells half of the one before."""
    rng = random.Random(7)
    before = sentences(rng, 1_300_000)
    os.makedirs(os.path.join(folder, "books"))
    for at in range(count):
        write(folder, f"books/{at:03}.txt", text(before))
        own = sentences(rng, 650_000)
        before = own + retold(rng, before[: len(before) // 2])
    return ["scan", "books", "--format", "jsonl"]


def repeated(folder, count):
    """One sentence so many times, in two texts that differ by their first sentences."""
    rng = random.Random(7)
    sentence = WORDS.write(WORDS.pick(rng, 12)) + " "
    for name in ("a.txt", "b.txt"):
        write(folder, name, WORDS.write(WORDS.pick(rng, 15)) + " " + sentence * count)
    return ["compare", "a.txt", "b.txt", "--format", "jsonl"]


def one_sentence(folder, count):
    """One sentence of so many words, and the same with every tenth word another."""
    rng = random.Random(7)
    ranks = WORDS.pick(rng, count)
    other = [rank if rng.random() < 0.9 else WORDS.pick(rng, 1)[0] for rank in ranks]
    for name, own in (("a.txt", ranks), ("b.txt", other)):
        write(folder, name, " ".join(WORDS.words[rank] for rank in own) + ".")
    return ["compare", "a.txt", "b.txt", "--format", "jsonl"]


def common_sentences(folder, count):
    """Ten sentences in any order, so many in each of two texts."""
    rng = random.Random(7)
    few = [WORDS.write(WORDS.pick(rng, 12)) for _ in range(10)]
    for name in ("a.txt", "b.txt"):
        write(folder, name, " ".join(rng.choice(few) for _ in range(count)))
    return ["compare", "a.txt", "b.txt", "--format", "jsonl"]


def page(body):
    def make(folder, count):
        words = text(sentences(random.Random(7), 2000))
        write(folder, "a.html", f"<html><body>{body(count)}<p>{words}</p></body></html>")
        write(folder, "b.html", f"<html><body><p>{words}</p></body></html>")
        return ["compare", "a.html", "b.html", "--format", "jsonl"]

    return make


def corpus(write_article):
    def make(folder, count):
        rng = random.Random(7)
        state = {}
        with open(os.path.join(folder, "corpus.jsonl"), "w", encoding="utf-8") as out:
            for at in range(count):
                out.write(json.dumps({"id": str(at), "text": write_article(rng, at, state, count)}) + "\n")
        return ["scan", "corpus.jsonl", "--format", "jsonl"]

    return make


def template(rng, at, state, count):
    """One text of 300 words, with three words of ten others in each article."""
    parts = state.setdefault("parts", sentences(rng, 1700))
    return text([[r if rng.random() < 0.7 else WORDS.pick(rng, 1)[0] for r in ranks] for ranks in parts])


def below_the_cap(rng, at, state, count):
    """Every sentence stands in 26 articles, two fewer than would make it too common."""
    if not state:
        state["pool"] = [WORDS.write(WORDS.pick(rng, 14)) for _ in range(max(count * 20 // 26, 20))]
    return " ".join(rng.sample(state["pool"], 20))


def near_identical(rng, at, state, count):
    """One text of 300 words, with one word of a hundred another in each article."""
    parts = state.setdefault("parts", sentences(rng, 1700))
    return text([[r if rng.random() < 0.99 else WORDS.pick(rng, 1)[0] for r in ranks] for ranks in parts])


def identical(rng, at, state, count):
    """One text."""
    return state.setdefault("text", text(sentences(rng, 1700)))


def related_pairs(rng, at, state, count):
    """Groups of ten articles that share half of their sentences: many pairs for few articles."""
    if at % 10 == 0:
        state["parts"] = sentences(rng, 900)
    return text(half(rng, state["parts"]))


def long_record(folder, size):
    """One line of so many bytes, and a short one."""
    with open(os.path.join(folder, "long.jsonl"), "w", encoding="utf-8") as out:
        piece = text(sentences(random.Random(7), 100_000)).replace("\n", "\\n")
        out.write('{"id": "long", "text": "')
        for _ in range(size // len(piece)):
            out.write(piece)
        out.write('"}\n' + json.dumps({"id": "short", "text": piece[:2000]}) + "\n")
    return ["scan", "long.jsonl", "--format", "jsonl", "--memory", "100M"]


def write(folder, name, words):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        out.write(words)


SIZES = [200_000, 400_000, 800_000, 1_600_000, 3_200_000]
COUNTS = [1_000, 2_000, 4_000, 8_000, 16_000]
TAGS = [75_000, 150_000, 300_000, 600_000]
SHAPES = {
    "retold": (two_texts(retold), SIZES),
    "reordered": (two_texts(reordered), SIZES),
    "half": (two_texts(half), SIZES),
    "runs": (two_texts(runs), SIZES),
    "independent": (two_texts(independent), SIZES),
    "books": (many_books, [2, 5, 11, 22]),
    "repeated": (repeated, [2_000, 4_000, 8_000, 16_000, 32_000]),
    "one-sentence": (one_sentence, [87_500, 175_000, 350_000, 700_000]),
    "common-sentences": (common_sentences, [2_000, 4_000, 8_000, 16_000, 32_000]),
    "attributes": (page(lambda n: "<p " + " ".join(f"a{at}=1" for at in range(n)) + ">"), TAGS),
    "same-attribute": (page(lambda n: "<p " + "a=1 " * n + ">"), TAGS),
    "nested": (page(lambda n: "<div>" * n + "deep" + "</div>" * n), TAGS),
    "unclosed": (page(lambda n: "<b><p>word <i>" * n), TAGS),
    "wrongly-closed": (page(lambda n: "<div>" * 500 + "</b>word " * n), TAGS),
    "entities": (page(lambda n: "&amp;&eacute;&nosuch;&#65;&#x;" * n), TAGS),
    "articles": (page(lambda n: "<article>word" * n + "</article>" * n), TAGS),
    "less-than": (page(lambda n: "<" * n + "<!" * n + "</" * n), TAGS),
    "comments": (page(lambda n: "<!--" * n), TAGS),
    "template": (corpus(template), COUNTS),
    "below-the-cap": (corpus(below_the_cap), COUNTS),
    "near-identical": (corpus(near_identical), COUNTS),
    "identical": (corpus(identical), COUNTS),
    "related-pairs": (corpus(related_pairs), COUNTS),
    "long-record": (long_record, [50 << 20, 100 << 20, 200 << 20, 400 << 20]),
}


def measure(command, folder, timeout):
    """Runs a command; gives seconds of the processor, seconds, bytes of memory, exit status, lines."""
    start = time.monotonic()
    with open(os.path.join(folder, "out"), "wb") as out, open(os.path.join(folder, "err"), "wb") as err:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        previous = signal.signal(signal.SIGALRM, lambda *_: process.kill())
        signal.alarm(timeout)
        _, status, usage = os.wait4(process.pid, 0)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with open(os.path.join(folder, "out"), "rb") as out:
        lines = sum(1 for _ in out)
    seconds = usage.ru_utime + usage.ru_stime
    return seconds, time.monotonic() - start, peak, process.returncode, lines


def bytes_in(folder):
    """Bytes of all files of a folder."""
    sizes = (os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)
    return sum(sizes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release/retold")
    parser.add_argument("--keep", help="folder for the inputs; else they are temporary")
    parser.add_argument("--steps", type=int, default=9, help="sizes of each shape that are measured, at most")
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("--memory", help="is handed to retold")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE")
    args = parser.parse_args()
    if args.list:
        print("\n".join(SHAPES))
        return
    binary = os.path.abspath(args.bin)
    print("| shape | n | input | processor | grows by | wall clock | peak memory | records |")
    print("|---|---|---|---|---|---|---|---|")
    for shape in args.shapes or SHAPES:
        make, counts = SHAPES[shape]
        before = None
        for count in counts[: args.steps]:
            with tempfile.TemporaryDirectory() as folder:
                if args.keep:
                    folder = os.path.join(args.keep, f"{shape}-{count}")
                    os.makedirs(folder)
                command = make(folder, count)
                size = bytes_in(folder)
                memory = ["--memory", args.memory] if args.memory else []
                seconds, wall, peak, status, lines = measure([binary, *command, *memory], folder, args.timeout)
            grows = f"{seconds / before:.1f}" if before else ""
            before = seconds
            failed = "" if status in (0, 1) else f" (exit status {status})"
            print(
                f"| {shape} | {count:,} | {size / 1e6:.1f} MB | {seconds:.2f} s | {grows} | {wall:.1f} s "
                f"| {peak / 1e6:.0f} MB | {lines}{failed} |",
                flush=True,
            )
            if status < 0:
                break


if __name__ == "__main__":
    main()
