"""Makes the pictures of the documentation from what the command writes about seeds/.

    python3 tests/browser/pictures.py [RETOLD]

Writes docs/pairs.png (the first screen of the HTML report), docs/report.png (a pair in it) and
docs/terminal.svg (a scan in a terminal). The articles of the report are those of newsroom.py.
Needs what run.sh installs. RETOLD is the command (default: target/release/retold).
"""

import html
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

import newsroom
from webdriver import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a terminal shows for the codes that retold writes: bold, dim, underlined, and five colours.
PAPER, INK = "#1e1d19", "#e8e4db"
LOOKS = {
    "1": "font-weight:bold", "2": "opacity:.6", "4": "text-decoration:underline",
    "31": "fill:#f0876c", "32": "fill:#7dd3a8", "33": "fill:#f2c66d", "34": "fill:#86b7f0", "35": "fill:#d6a3e8", "36": "fill:#7fcfd8",
}
CELL, LINE, MARGIN = 8.4, 19, 22


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def pieces(line):
    """Stretches of one look, with the column where each begins."""
    looks, column = [], 0
    for code, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if text:
            yield column, looks, text
            column += columns(text)
        elif code in ("", "0"):
            looks = []
        else:
            looks = looks + [LOOKS[one] for one in code.split(";")]


def terminal(command, output):
    """Terminal output with colour codes as SVG, each stretch in its columns whatever the font."""
    lines = [f"\x1b[32m$\x1b[0m {command}", "", *output.rstrip("\n").split("\n")]
    width = max(80, *(columns(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)) * CELL + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = []
    for row, line in enumerate(lines):
        y = MARGIN + row * LINE + 14
        for column, looks, text in pieces(line):
            style = f' style="{";".join(looks)}"' if looks else ""
            # Blanks side by side would be drawn as one, and the rest stretched to fill the place.
            for part in re.finditer(r"\S+(?: \S+)*", text):
                x = MARGIN + (column + columns(text[: part.start()])) * CELL
                rows.append(f'<text x="{x:.1f}" y="{y}" textLength="{columns(part[0]) * CELL:.1f}"{style}>{html.escape(part[0])}</text>')
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
        f' font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14" fill="{INK}">',
        f"<title>{html.escape(command)}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>',
        *rows,
        "</svg>",
        "",
    ])


def main():
    retold = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/retold").resolve()

    def run(*arguments):
        return subprocess.run([retold, *arguments, "--no-config", "--quiet"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    output = run("scan", "seeds", "--color", "always")
    (ROOT / "docs/terminal.svg").write_text(terminal("retold scan seeds", output), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, Browser(1280, 860) as browser:
        report, news = pathlib.Path(folder) / "report.html", pathlib.Path(folder) / "news"
        newsroom.write(news)
        run("scan", str(news), "--format", "html", "--output", str(report))
        browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
        browser.open(report.as_uri())
        # The moment and the duration of the run would be new in each picture.
        browser.run("document.getElementById('took').remove()")
        browser.screenshot(ROOT / "docs/pairs.png")
        row = """const { articles, pairs } = source.index, of = (at, title) => articles[at].title.startsWith(title);
            return pairs.findIndex((pair) => of(pair.a, "Halvia pauses") && of(pair.b, "Tidal dam"))"""
        browser.run("location.hash = arguments[0]", f"pair-{browser.run(row)}-3")
        browser.wait("return document.querySelectorAll('.pane .unit.selected').length == 2")
        browser.screenshot(ROOT / "docs/report.png")


if __name__ == "__main__":
    main()
