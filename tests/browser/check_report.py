"""Uses HTML reports as a person would, in a headless Chromium.

    python3 tests/browser/check_report.py REPORT... [--axe FILE] [--hostile REPORT...] [--screenshots FOLDER]

REPORT: any HTML report of at least one pair. --axe: axe.min.js of axe-core, which looks for what keeps people
with disabilities out. --hostile: reports of articles made of the payloads in
payloads.py; every pair is opened. Needs chromium and chromedriver on the PATH and Python 3.9, nothing
else. Exit status 1 if something is wrong, with all that is.
"""

import argparse
import base64
import datetime
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
        return ">99 %"
    if whole <= 0 and exact > 0:
        return "<1 %"
    return f"{whole} %"


def share_words(share, recorded, related):
    """How the share of an article under filters begins, beside that of the record."""
    if recorded <= 0:
        return "few shared words" if related else "no passage"
    if share <= 0:
        return "nothing left by the filters"
    return "all of it also" if share >= 1 else f"{percent(share)} also"


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


def choose(browser, selector, value):
    """Sets a control, as a choice would."""
    browser.run(
        "const of = document.querySelector(arguments[0]); of.value = arguments[1]; of.dispatchEvent(new Event('input'))",
        selector, value,
    )


def order(browser):
    return browser.run("return overview.order()")


def check_overview(browser, index, check):
    entries, articles = index["pairs"], index["articles"]
    check.same(len(rows(browser)), min(len(entries), 100), "rows of the pair table")
    words = [-1 if entry["words"] is None else entry["words"] for entry in entries]
    shown_words = [words[row] for row in order(browser)]
    check.same(shown_words, sorted(words, reverse=True), "the pair with most words in common comes first")
    check.same(browser.run("return document.querySelector('[aria-sort]').ariaSort"), "descending", "aria-sort")
    browser.press("/")
    check.same(browser.run("return document.activeElement.id"), "search", "/ goes to the search")
    last = articles[entries[-1]["b"]]
    name = shown(last.get("title") or last["id"]).replace("\n", "\\n").replace("\t", "\\t")
    browser.type("#search", name)
    found = browser.run(
        "return [...document.querySelectorAll('#rows tr')].every(row =>"
        " row.textContent.toLowerCase().includes(arguments[0]))",
        name.strip().lower(),
    )
    check.that(found and rows(browser), "the search leaves the rows that have the name")
    choose(browser, "#search", "")
    browser.press(ESCAPE)
    check.that(browser.run("return document.activeElement.id") != "search", "Esc leaves the search")
    relation = entries[0]["relation"]
    browser.click(f"[data-relation='{relation}']")
    left = {entries[row]["relation"] for row in order(browser)}
    check.that(relation not in left, f"without {relation} no such row is left")
    browser.click("#clear")
    check.same(sorted(order(browser)), list(range(len(entries))), "without filters all rows are there")
    browser.click("[data-sort='name_a']")
    names = browser.run("return overview.order().map(row => overview.names[source.index.pairs[row].a].toLowerCase())")
    check.that(all(x <= y for x, y in zip(names, names[1:])), "sorted by name")
    check.same(browser.run("return document.querySelector('[aria-sort]').ariaSort"), "ascending", "aria-sort")
    browser.click("[data-sort='words']")
    browser.press("j", "j")
    check.that(browser.run("return document.activeElement.classList.contains('open')"), "j goes to a row")
    check_metadata(browser, index, check)
    check_words(browser, check)
    check_timelines(browser, index, check)
    check_drawings(browser, check)


def check_metadata(browser, index, check):
    """Filters by source, side and date leave what a naive search leaves; what has no data has no filter."""
    entries, articles = index["pairs"], index["articles"]
    both = [[articles[entry[side]] for side in "ab"] for entry in entries]

    def compare(what, is_wanted):
        expected = {row for row, two in enumerate(both) if any(is_wanted(article) for article in two)}
        check.same(set(order(browser)), expected, what)

    visible = lambda selector: browser.run("return !document.querySelector(arguments[0]).hidden", selector)
    sources = {article["source"] for two in both for article in two if "source" in article}
    dates = sorted({article["published"] for two in both for article in two if "published" in article})
    has_sides = all(a.get("owner") == "ours" and b.get("owner") == "theirs" for a, b in both)
    check.same(visible("#by-source"), len(sources) > 1, "there is a filter by source")
    check.same(visible("#by-date"), bool(dates), "there is a filter by date")
    check.same(visible("#by-side"), has_sides, "there is a filter by side")
    for source in sorted(sources)[:4]:
        choose(browser, "#source", source)
        compare(f"pairs of {source}", lambda of: of.get("source") == source)
        if has_sides:
            choose(browser, "#side", "theirs")
            compare(f"pairs with theirs of {source}", lambda of: of.get("source") == source and of["owner"] == "theirs")
            choose(browser, "#side", "")
        choose(browser, "#source", "")
    if dates:
        day = datetime.datetime.fromtimestamp(dates[len(dates) // 2], datetime.timezone.utc).date()
        start = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc).timestamp()
        choose(browser, "#from", day.isoformat())
        compare(f"pairs from {day}", lambda of: of.get("published", -1e99) >= start)
        choose(browser, "#to", day.isoformat())
        compare(f"pairs of {day}", lambda of: start <= of.get("published", -1e99) < start + 86400)
        browser.click("#clear")
    if has_sides and dates:
        choose(browser, "#earlier", "b")
        expected = {row for row, (a, b) in enumerate(both) if b.get("published", 1e99) < a.get("published", -1e99)}
        check.same(set(order(browser)), expected, "pairs of which theirs is earlier")
        choose(browser, "#earlier", "")
    for row, line in zip(order(browser), rows(browser)):
        for article in both[row]:
            for key in ("title", "source"):
                if key in article:
                    said = re.sub(r"\s+", " ", article[key])
                    check.that(said in re.sub(r"\s+", " ", line), f"row {row} shows {key} {said!r}")
            if "title" not in article:
                check.that(shown(article["id"]) in line, f"row {row} shows the id {article['id']!r}")


def check_words(browser, check):
    """No score is a certainty, and no pair of a relation has nothing in common."""
    text = browser.run("return document.getElementById('overview').innerText")
    for wrong in (r"\b100 %", r"\b1\.00\b", r"\b0\.99\d"):
        check.same(re.findall(wrong, text), [], f"{wrong} on the first screen")
    for row in rows(browser):
        if "Unrelated" not in row:
            check.that(not re.search(r"(?<![\d.,])0 (%|words)", row), f"nothing in common: {row!r}")


def check_timelines(browser, index, check):
    """In each cluster the earliest is first and those without a date are last; links are pairs with earlier ones."""
    for cluster in index["clusters"]:
        members = [member["article"] for member in cluster["members"]]
        dates = [index["articles"][at].get("published") for at in members]
        dated = [date for date in dates if date is not None]
        check.same(dates[: len(dated)], sorted(dated), "a timeline is in order, and undated articles last")
        for at, member in enumerate(cluster["members"]):
            for row in member["pairs"]:
                pair = index["pairs"][row]
                other = pair["b"] if pair["a"] == member["article"] else pair["a"]
                check.that(other in members[:at], "a link goes to an article before it")
        if None in dates:
            check.that("no date" in browser.text("#clusters"), "what has no date says so")
    links = browser.run("return [...document.querySelectorAll('#clusters a')].map(of => of.getAttribute('href'))")
    known = {f"#pair-{row}" for row in range(len(index["pairs"]))}
    check.that(set(links) <= known, "links of timelines open pairs")


def check_drawings(browser, check):
    """No drawing has more than can be followed."""
    sizes = browser.run(
        "return [...document.querySelectorAll('.group svg')].map(of => [of.querySelectorAll('circle').length, of.querySelectorAll('path').length])"
    )
    check.that(all(2 < nodes <= 24 and links <= 40 for nodes, links in sizes), f"drawings of {sizes}")


def check_access(browser, axe, check, what):
    """What axe-core finds, by light and by dark, on a screen and on a telephone."""
    if not axe:
        return
    audit = """const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => done(violations.map((of) =>
            `${of.id}: ${of.help}: ${of.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`)))"""
    browser.run(axe + "; return 1")
    for scheme in ("light", "dark"):
        browser.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        for width in (1280, 800, 360):
            browser.resize(width, 900)
            check.same(browser.run_async(audit), [], f"{what}, {scheme}, {width} columns of pixels: axe-core")
            wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
            check.that(wide <= 0, f"{what}, {width}: {wide} pixels are beyond the edge")
    browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    browser.resize(*browser.size)


def check_print(browser, index, check):
    """All rows are printed, and nothing that paper cannot do."""
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.media("print")
    check.same(len(rows(browser)), min(len(index["pairs"]), 2000), "rows on paper")
    tools = "return getComputedStyle(document.querySelector('.tools')).display"
    check.same(browser.run(tools), "none", "no filters on paper")
    # What A4 leaves between its margins.
    browser.resize(680, 1000)
    widths = browser.run("return [...document.querySelectorAll('#rows .article')].map(of => of.clientWidth)")
    check.that(min(widths, default=680) > 150, f"articles have columns of {min(widths, default=680)} pixels on paper")
    browser.resize(*browser.size)
    browser.devtools("Emulation.setEmulatedMedia", {"media": "", "features": []})
    pdf = base64.b64decode(browser.devtools("Page.printToPDF", {})["data"])
    check.that(pdf.startswith(b"%PDF") and len(pdf) > 5000, "it prints")
    browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    browser.run("dispatchEvent(new Event('afterprint'))")


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
            share, recorded = expected_share(pair, side, chosen, **filters), pair[f"coverage_{side}"]
            # A share that is shown as the recorded one is said as that.
            share = recorded if percent(share) == percent(recorded) else share
            want = share_words(share, recorded, pair["relation"] != "unrelated")
            check.that(browser.text(f"#share-{side}").startswith(want), f"{what}, {side}: {browser.text(f'#share-{side}')!r}, not {want}")

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


def check_report(browser, path, check, arguments):
    screenshots, axe = arguments.screenshots, arguments.axe_source
    browser.open(path.as_uri())
    index = browser.run("return source.index")
    check_page(browser, check)
    if len(index["pairs"]) == 1:
        browser.press(ESCAPE)
    check_overview(browser, index, check)
    check_access(browser, axe, check, "overview")
    check_print(browser, index, check)
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
            check_access(browser, axe, check, "pair")
            picture(browser, screenshots, path, "pair")
    browser.press(ESCAPE)
    check.that(browser.wait("return !document.getElementById('overview').hidden"), "Esc goes back to the overview")
    check_page(browser, check)


def check_hostile(browser, path, check):
    browser.open(path.as_uri())
    check_page(browser, check)
    elements = browser.run("return document.querySelectorAll('script:not([type]), style, meta, head title').length")
    check.same(elements, 8, "scripts, styles and meta elements of the page itself")
    tags = "img, iframe, object, embed, video, audio, base, form, marquee, math, template, xss, plaintext, link, textarea, select:not(#side, #source, #earlier, #sort)"
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
    # All that the first screen can show: every page of the table, every cluster.
    while browser.run("const more = document.getElementById('more-clusters'); if (!more.hidden) more.click(); return !more.hidden"):
        pass
    while True:
        visible = browser.run("return document.body.textContent")
        script = browser.run("return [...document.querySelectorAll('script, style')].map(of => of.textContent).join('')")
        check.that(not set(UNSAFE.findall(visible)) - set(UNSAFE.findall(script)), "what is unsafe reaches the first screen")
        names = browser.run("return [...document.querySelectorAll('#overview bdi, #overview option, [title]')].map(of => of.textContent + of.title).join(' ')")
        check.same(UNSAFE.findall(names), [], "what is unsafe in names on the first screen")
        check.same(browser.run(foreign), [], "elements out of an article, in the overview")
        if browser.run("const next = document.getElementById('page-next'); if (!next.disabled) next.click(); return next.disabled"):
            break
    check_page(browser, check)
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
    parser.add_argument("--axe", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.axe_source = arguments.axe.read_text(encoding="utf-8") if arguments.axe else ""
    check = Checks()
    with Browser() as browser:
        browser.media(prefers_reduced_motion="reduce")
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", {"source": TRAP})
        for path in arguments.reports:
            print(path)
            check_report(browser, path.resolve(), check, arguments)
        for path in arguments.hostile:
            print(path)
            check_hostile(browser, path.resolve(), check)
    print(f"{check.right} right, {len(check.wrong)} wrong")
    return 1 if check.wrong or not check.right else 0


if __name__ == "__main__":
    sys.exit(main())
