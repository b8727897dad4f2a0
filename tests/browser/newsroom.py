"""Writes the seeds as a newsroom has them: records with headline, source, address and date.

    python3 tests/browser/newsroom.py FOLDER

ours.jsonl holds the articles of one invented paper, theirs.jsonl those of the others: the seeds, and some
that take a part of one, as a paper takes a part of what an agency sends. One article has no date.
"""

import json
import pathlib
import sys

SEEDS = pathlib.Path(__file__).resolve().parents[2] / "seeds"

OURS = "Estuary Gazette"

# Seed, headline (none: its first line), source, published, paragraphs (none: all of them).
ARTICLES = [
    ("000", "Halvia pauses the Wenlow turbines for 120 days", OURS, "2026-03-11T17:20:00Z", None),
    ("001", "Tidal dam: no more turbines until July", "Halvian Mail", "2026-03-12T05:45:00Z", None),
    ("002", None, "Coastal News Agency", "2026-03-13T09:12:00Z", None),
    ("005", None, "Port Ellary Post", "2026-03-13T11:40:00Z", None),
    ("002", "Boats close Sandry, and mean to stay", "Northshore Online", "2026-03-13T15:05:00Z", slice(3, 14)),
    ("002", "Sandry: the fishermen’s demands", OURS, "2026-03-14T06:00:00Z", slice(8, None)),
    ("003", None, "Brannock Courier", "2026-03-10", None),
    ("004", None, OURS, "2026-02-21", None),
    ("006", None, OURS, "2026-03-15T10:00:00Z", None),
    ("007", None, "Coastal News Agency", "2026-03-12T13:30:00Z", None),
    ("008", None, "Harbour & Trade", "2026-03-16", None),
    ("009", None, "埃拉里港日报", "2026-03-12T01:00:00Z", None),
    ("010", None, "温洛财经", "2026-03-12T08:20:00Z", None),
    ("011", None, "Wendersieler Bote", "2026-03-12", None),
    ("012", None, "Nordküste Heute", None, None),
    ("013", None, "Wendersieler Bote", "2026-03-14", None),
    ("014", None, "埃拉里港日报", "2026-03-16T02:00:00Z", None),
    ("015", None, OURS, "2026-03-09", None),
]


def record(at, seed, title, source, published, part):
    text = next(SEEDS.glob(f"{seed}_*.txt")).read_text(encoding="utf-8").replace("\r\n", "\n")
    paragraphs = text.split("\n\n")
    title = title or paragraphs[0].split("\n")[0]
    # Names that are reserved for examples: nobody has them.
    site = f"paper{sorted({of[2] for of in ARTICLES}).index(source)}.example"
    found = {"id": at, "title": title, "source": source, "url": f"https://{site}/{at}"}
    if published:
        found["published"] = published
    return {**found, "text": "\n\n".join(paragraphs[part] if part else paragraphs)}


def write(folder):
    folder.mkdir(parents=True)
    for name, is_ours in [("ours", True), ("theirs", False)]:
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as records:
            for at, article in enumerate(ARTICLES, 4100):
                if (article[2] == OURS) == is_ours:
                    print(json.dumps(record(at, *article), ensure_ascii=False), file=records)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
