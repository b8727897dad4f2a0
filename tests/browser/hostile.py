"""Writes a corpus made of the payloads in payloads.py, for the command to read.

    python3 tests/browser/hostile.py FOLDER

Each payload stands in the text, the id, the headline, the source, the address or the file name of articles that come in pairs, so that a scan
shows all of them; files that cannot be read as they stand carry some in their names.
"""

import json
import pathlib
import random
import sys

from payloads import payloads

SYLLABLES = ["ba", "del", "fi", "gor", "hu", "ka", "lem", "mi", "nor", "pa", "rus", "sel", "ti", "vor", "wen", "zu"]

# The field that holds the texts: options stand in the report, too.
FIELD = "</script><script>hacked()</script>\u202e\x1b[2J"

# Times as data has them: usable, and of years that no calendar on a page can show.
DATES = ["2026-03-04T09:30:00Z", "2026-03-04", 0, -62135596800, 99999999999, "</script>", "0001-01-01", None]


def article(seed, payload):
    """Nine sentences of words that no article of another seed has, with the payload among them."""
    words = random.Random(seed)
    sentences = []
    for _ in range(9):
        sentence = " ".join("".join(words.choices(SYLLABLES, k=3)) for _ in range(12))
        sentences.append(sentence.capitalize() + ".")
    sentences[1] += f" {payload} "
    sentences[4] = f"“{payload} {sentences[4]}”"
    sentences[7] = f"{payload}\n\n{sentences[7]}"
    return " ".join(sentences)


def edited(text):
    """The article with a sentence less and a few words changed."""
    sentences = text.split(". ")
    changed = [" ".join("changed" if at == 5 else word for at, word in enumerate(of.split(" "))) for of in sentences[::3]]
    sentences[::3] = changed
    return ". ".join(sentences[:-1]) + "."


def file_name(payload, seed):
    """As much of the payload as a file system takes, and a number that keeps names apart."""
    name = payload.replace("/", "\u2215").replace("\0", "")
    while len(name.encode()) > 200:
        name = name[:-1]
    return f"{name}{seed}.txt"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True)
    names = folder / "names"
    names.mkdir()
    texts = payloads()
    with open(folder / "records.jsonl", "w", encoding="utf-8") as records:
        for seed, payload in enumerate(texts):
            text = article(seed, payload)
            for id, text in [(payload, text), (f"{payload} again", edited(text))]:
                about = {"title": f"{payload} {seed}", "source": payload, "url": payload, "published": DATES[seed % len(DATES)]}
                print(json.dumps({"id": id, **about, FIELD: text}), file=records)
            if seed % 3 == 0:
                (names / file_name(payload, f"-{seed}")).write_text(edited(article(seed, payload)), encoding="utf-8", newline="")
            if seed % 11 == 0:
                # Not JSON: skipped, and the report says which file it was.
                (names / file_name(payload, f"-{seed}").replace(".txt", ".json")).write_text("{", encoding="utf-8")
    print(f"{len(texts)} payloads")


if __name__ == "__main__":
    sys.exit(main())
