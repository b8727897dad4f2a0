"""Uses HTML reports as a person would, in a headless Chromium.

    python3 tests/browser/check_report.py REPORT... [--hostile REPORT...] [--screenshots FOLDER]

REPORT: any HTML report of at least one pair. --hostile: reports of articles made of the payloads in
payloads.py; every pair is opened. Needs chromium and chromedriver on the PATH and Python 3.9, nothing
else. Exit status 1 if something is wrong, with all that is.
"""

import argparse
import pathlib
import re
import sys

from webdriver import ENTER, ESCAPE, Browser

# Runs before the page: whoever calls this has run a script out of an article.
TRAP = """
window.ran = [];
for (const name of ["hacked", "alert", "confirm", "prompt"]) window[name] = (...x) => window.ran.push(name);
"""

UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]")


class Checks:
    """What was wrong, and how much was right."""

    def __init__(self):
        self.wrong = []
        self.right = 0

    def that(self, fact, words):
        if fact:
            self.right += 1
        else:
            self.wrong.append(words)
            print(f"  wrong: {words}", flush=True)

    def same(self, found, wanted, words):
        self.that(found == wanted, f"{words}: {found!r}, not {wanted!r}")


# --- what must be true, worked out the slow way ---


def shown(text):
    """Text as the report shows it."""
    text = re.sub("\r\n?|\u2028|\u2029", "\n", text)
    return UNSAFE.sub(lambda match: "\\u{%x}" % ord(match[0]), text)


def within(inner, outer):
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def bytes_of(spans):
    return {at for start, end in spans for at in range(start, end)}


def percent(share):
    exact = share * 100
    whole = int(exact + 0.5)
    if whole >= 100 and exact < 100:
        whole = 99
    if whole <= 0 and exact > 0:
        whole = 1
    return f"{whole} %"


def expected_share(pair, side, kinds, quotations=False, words=0):
    """Share of one article inside passages under these filters: byte by byte, as docs/report.md says."""
    text = pair["sides"][side]["text"].encode()
    quoted = {s: bytes_of(pair["sides"][s]["quotations"]) if quotations else set() for s in "ab"}

    def says_something(match):
        for s in "ab":
            raw = pair["sides"][s]["text"].encode()
            left = bytes(raw[at] for at in range(*match[s]) if at not in quoted[s])
            if not re.search(r"[^\W_]", left.decode(errors="ignore")):
                return False
        return True

    all_bytes, counted = set(), set()
    for passage, counts in zip(pair["passages"], pair["passage_words"]):
        span = bytes_of([passage[side]])
        all_bytes |= span
        if min(counts) < words:
            continue
        own = [m for m in pair["sentences"] if within(m["a"], passage["a"]) and within(m["b"], passage["b"])]
        own = own or [passage]
        on = [m for m in own if m["kind"] in kinds and (not quotations or says_something(m))]
        off = bytes_of([m[side] for m in own if m not in on]) - bytes_of([m[side] for m in on])
        if on:
            counted |= span - off
    recorded = pair[f"coverage_{side}"]
    return recorded * len(counted - quoted[side]) / len(all_bytes) if all_bytes else recorded


# --- one report, used ---


def rows(browser):
    return browser.run("return [...document.querySelectorAll('#rows tr')].map(row => row.innerText)")


def visit(browser, row):
    browser.run("location.hash = arguments[0]", f"pair-{row}")
    # The page learns of it later than the address bar.
    return browser.wait(f"return !document.getElementById('pair').hidden && pairView.row() === {row}")


def check_overview(browser, index, check):
    entries = index["pairs"]
    check.same(len(rows(browser)), min(len(entries), 100), "rows of the pair table")
    scores = browser.run("return [...document.querySelectorAll('#rows a')].map(a => Number(a.textContent))")
    check.same(scores, sorted(scores, reverse=True), "the strongest pair comes first")
    browser.press("/")
    check.same(browser.run("return document.activeElement.id"), "search", "/ goes to the filter")
    name = shown(index["articles"][entries[-1]["b"]]["id"])
    browser.type("#search", name)
    found = browser.run(
        "return [...document.querySelectorAll('#rows tr')].every(row =>"
        " row.textContent.toLowerCase().includes(arguments[0]))",
        name.strip().lower(),
    )
    check.that(found and rows(browser), "the filter leaves the rows that have the name")
    browser.run("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'))")
    browser.press(ESCAPE)
    check.that(browser.run("return document.activeElement.id") != "search", "Esc leaves the filter")
    relation = entries[0]["relation"]
    browser.click(f"[data-relation='{relation}']")
    left = browser.run("return [...document.querySelectorAll('#rows .relation')].map(of => of.textContent)")
    check.that(relation not in left, f"without {relation} no such row is left")
    browser.click(f"[data-relation='{relation}']")
    browser.click("[data-sort='name_a']")
    names = browser.run("return [...document.querySelectorAll('#rows .name.a')].map(of => of.textContent)")
    check.that(all(x <= y for x, y in zip(names, names[1:])), "sorted by name")
    check.same(browser.run("return document.querySelector('[aria-sort]').ariaSort"), "ascending", "aria-sort")
    browser.click("[data-sort='score']")


def check_sentences(browser, pair, check):
    """A click on a sentence brings its partner into view; keys go on from there."""
    n = len(pair["sentences"])
    last = browser.run("return document.querySelectorAll('#text-a .unit').length")
    browser.run("document.querySelectorAll('#text-a .unit')[arguments[0]].id = 'chosen'", last - 1)
    browser.run("document.getElementById('chosen').scrollIntoView({block: 'center'})")
    browser.click("#chosen")
    partner = "#text-b .unit.selected"
    inside = f"""const box = document.getElementById('pane-b').getBoundingClientRect();
        const unit = document.querySelector('{partner}')?.getBoundingClientRect();
        return unit && unit.top >= box.top - 1 && unit.top < box.bottom"""
    check.that(browser.wait(inside), "a click brings the partner into view")
    both = browser.run("return [...document.querySelectorAll('.pane .unit.selected')].map(of => of.dataset.matches)")
    check.that(len(both) == 2 and set(both[0].split()) & set(both[1].split()), "both sides are highlighted")
    check.that(browser.text("#announce").startswith("Match "), "the choice is said aloud")
    before = browser.run("return location.hash")
    browser.press("n")
    check.that(browser.run("return location.hash") != before or n == 1, "n goes on")
    browser.press("p")
    check.same(browser.run("return location.hash"), before, "p goes back")
    browser.press("j", "k")
    check.same(browser.run("return location.hash"), before, "j and k do the same")
    browser.run("document.querySelector('#text-b .unit').focus()")
    browser.press(ENTER)
    check.that(browser.run("return document.activeElement.classList.contains('selected')"), "Enter chooses a sentence")


def check_filters(browser, pair, check):
    """Percentages follow the filters, and come back."""
    kinds = {"identical", "edited", "paraphrased"}

    def compare(what, **filters):
        chosen = filters.pop("kinds", kinds)
        for side in "ab":
            want = percent(expected_share(pair, side, chosen, **filters))
            check.that(browser.text(f"#share-{side}").startswith(want + " also"), f"{what}, {side}: {browser.text(f'#share-{side}')!r}, not {want}")

    compare("no filter")
    for kind in sorted(kinds):
        browser.click(f"[data-kind='{kind}']")
        compare(f"without {kind}", kinds=kinds - {kind})
        check.same(browser.run("return document.querySelectorAll(arguments[0]).length", f".pane .unit.{kind}"), 0, f"{kind} left")
        browser.click(f"[data-kind='{kind}']")
    browser.click("#quotations")
    compare("without quotations", quotations=True)
    browser.click("#quotations")
    for least in sorted({min(counts) + 1 for counts in pair["passage_words"]})[:3]:
        browser.run("const w = document.getElementById('words'); w.value = arguments[0]; w.dispatchEvent(new Event('input'))", str(least))
        compare(f"passages of {least} words", words=least)
    browser.run("const w = document.getElementById('words'); w.value = 0; w.dispatchEvent(new Event('input'))")
    compare("no filter again")


def check_page(browser, check):
    """What must hold of every page, whatever stands in it."""
    check.same(browser.run("return window.ran"), [], "scripts that ran")
    check.same(browser.errors(), [], "complaints of the browser")
    links = browser.run("return [...document.querySelectorAll('a, area, [href], [src], form')].map(of => of.getAttribute('href') ?? of.outerHTML)")
    check.same([link for link in links if not link.startswith("#")], [], "links that leave the page")
    loaded = browser.run("return performance.getEntriesByType('resource').map(of => of.name)")
    check.same(loaded, [], "what the page loaded")


def texts_whole(browser, pair, check):
    for side in "ab":
        found = browser.run(f"return document.getElementById('text-{side}').textContent")
        check.same(found, shown(pair["sides"][side]["text"]), f"the text of {side}, whole and unchanged")


def check_report(browser, path, check, screenshots):
    browser.open(path.as_uri())
    index = browser.run("return source.index")
    check_page(browser, check)
    if len(index["pairs"]) == 1:
        browser.press(ESCAPE)
    check_overview(browser, index, check)
    picture(browser, screenshots, path, "overview")
    seen = [row for row, entry in enumerate(index["pairs"]) if entry["view"] and entry["sentences"]]
    seen.sort(key=lambda row: index["pairs"][row]["relation"] != "rewrite")
    for row in seen[:3]:
        check.that(visit(browser, row), "a pair opens")
        pair = browser.run("return source.pair(arguments[0])", row)
        texts_whole(browser, pair, check)
        check_sentences(browser, pair, check)
        check_filters(browser, pair, check)
        check_page(browser, check)
        if row == seen[0]:
            picture(browser, screenshots, path, "pair")
    browser.press(ESCAPE)
    check.that(browser.wait("return !document.getElementById('overview').hidden"), "Esc goes back to the overview")
    check_page(browser, check)


def check_hostile(browser, path, check):
    browser.open(path.as_uri())
    check_page(browser, check)
    elements = browser.run("return document.querySelectorAll('script:not([type]), style, meta, head title').length")
    check.same(elements, 8, "scripts, styles and meta elements of the page itself")
    tags = "img, iframe, object, embed, video, audio, base, form, marquee, math, template, xss, plaintext, link, textarea, select"
    foreign = f"return [...document.querySelectorAll('{tags}')].map(of => of.outerHTML.slice(0, 80))"
    index = browser.run("return source.index")
    check.that(len(index["articles"]) >= 200, f"at least 200 hostile articles, not {len(index['articles'])}")
    for row in range(len(index["pairs"])):
        visit(browser, row)
        pair = browser.run("return source.pair(arguments[0])", row)
        texts_whole(browser, pair, check)
        visible = browser.run("return document.body.innerText + document.title")
        check.that(not UNSAFE.search(visible), f"pair {row}: {UNSAFE.findall(visible)!r} reaches the page")
        check.same(browser.run(foreign), [], f"pair {row}: elements out of an article")
        if row % 50 == 0:
            browser.press("n")
            check_page(browser, check)
    handlers = "return [...document.querySelectorAll('*')].flatMap(of => of.getAttributeNames()).filter(of => of.startsWith('on'))"
    check.same(browser.run(handlers), [], "attributes that run scripts")
    browser.run("location.hash = ''")
    browser.wait("return !document.getElementById('overview').hidden")
    check_page(browser, check)
    check.same(browser.run(foreign), [], "elements out of an article, in the overview")
    print(f"  {len(index['articles'])} hostile articles, {len(index['pairs'])} pairs opened")


def picture(browser, folder, path, name):
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        browser.screenshot(folder / f"{path.stem}-{name}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="*", type=pathlib.Path)
    parser.add_argument("--hostile", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    check = Checks()
    with Browser() as browser:
        browser.media(prefers_reduced_motion="reduce")
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", {"source": TRAP})
        for path in arguments.reports:
            print(path)
            check_report(browser, path.resolve(), check, arguments.screenshots)
        for path in arguments.hostile:
            print(path)
            check_hostile(browser, path.resolve(), check)
    print(f"{check.right} right, {len(check.wrong)} wrong")
    return 1 if check.wrong or not check.right else 0


if __name__ == "__main__":
    sys.exit(main())
