// The table of pairs: filtered, sorted, a page at a time.

const overview = (() => {
  const PAGE = 100;
  /** Rows of a printed page: a printer does not turn them. */
  const PRINTED = 2000;
  const { articles, pairs, cut } = source.index;
  const { names } = wording;
  const strength = ["identical", "near-duplicate", "excerpt", "rewrite", "partial", "template", "unrelated"];
  const values = {
    words: (pair) => pair.words ?? -1,
    name_a: (pair) => names[pair.a].toLowerCase(),
    name_b: (pair) => names[pair.b].toLowerCase(),
    relation: (pair) => strength.indexOf(pair.relation),
    // Those without dates come last, whichever the direction.
    lag: (pair) => Math.abs(wording.seconds(pair)),
  };
  const ascends = new Set(["name_a", "name_b", "relation", "lag"]);
  let order = [];
  let page = 0;
  let rows = PAGE;
  let sort = { by: "words", down: true };

  function choose() {
    const wanted = filters.wanted();
    const value = values[sort.by] || ((pair) => pair[sort.by]);
    order = pairs.map((_, row) => row).filter((row) => wanted(pairs[row]));
    const keys = order.map((row) => value(pairs[row]));
    const isMissing = (key) => Number.isNaN(key);
    const compare = (x, y) => (x < y ? -1 : x > y ? 1 : 0);
    const at = order.map((_, place) => place);
    at.sort((x, y) => {
      const missing = isMissing(keys[x]) - isMissing(keys[y]);
      const by = compare(keys[x], keys[y]);
      return missing || (sort.down ? -by : by) || order[x] - order[y];
    });
    order = at.map((place) => order[place]);
    page = 0;
    draw();
  }

  function cell(className, ...children) {
    const element = make("td", className, ...children);
    element.setAttribute("role", "cell");
    return element;
  }

  function articleCell(pair, side) {
    const article = articles[pair[side]];
    const letter = make("span", "letter", side.toUpperCase());
    const fill = make("span", "fill");
    fill.style.width = `${Math.min(pair[`coverage_${side}`], 1) * 100}%`;
    const track = make("span", "track", fill);
    track.setAttribute("aria-hidden", "true");
    const headline = make("p", "headline", letter, " ", make("bdi", "", names[pair[side]]));
    headline.title = shownName(article.id);
    const about = wording.about(article);
    return cell(
      `article ${side}`,
      headline,
      ...(about.length ? [make("p", "about", ...about)] : []),
      make("p", "also", track, wording.share(pair, side)),
    );
  }

  function rowOf(row) {
    const pair = pairs[row];
    const { name, meaning } = wording.relation(pair);
    const { number, detail } = wording.inCommon(pair);
    const link = make("a", "open", name);
    link.href = `#pair-${row}`;
    link.setAttribute("aria-label", `${name}: ${names[pair.a]} and ${names[pair.b]}`);
    const line = make(
      "tr",
      "",
      cell("common", make("span", "n", number), " ", make("span", "unit-name", number === "–" ? "" : "words"), make("p", "detail", detail)),
      cell(`relation ${pair.relation}`, link, make("p", "meaning", meaning)),
      articleCell(pair, "a"),
      articleCell(pair, "b"),
      cell("lag", wording.lag(pair) || make("span", "none", "date missing")),
      cell("number similarity", pair.relation === "identical" ? "identical" : score(pair.score)),
    );
    line.setAttribute("role", "row");
    line.addEventListener("click", (event) => {
      if (!event.target.closest("a") && !String(getSelection())) link.click();
    });
    return line;
  }

  function draw() {
    const from = page * rows;
    const to = Math.min(from + rows, order.length);
    $("rows").replaceChildren(...order.slice(from, to).map(rowOf));
    const count = order.length.toLocaleString("en");
    const all = pairs.length.toLocaleString("en");
    $("page-position").textContent = !order.length
      ? pairs.length ? "No pair fits the filters" : "No pair was found"
      : order.length <= rows
        ? order.length === pairs.length ? counted(order.length, "pair") : `${count} of ${all} pairs`
        : `${(from + 1).toLocaleString("en")} to ${to.toLocaleString("en")} of ${count} pairs`;
    $("page-previous").disabled = page === 0;
    $("page-next").disabled = to >= order.length;
    $("page-previous").hidden = $("page-next").hidden = order.length <= rows;
    $("clear").hidden = !filters.isSet();
  }

  function turn(pages) {
    page += pages;
    draw();
    $("pairs-title").scrollIntoView({ block: "start" });
  }

  function sortBy(by, down) {
    sort = { by, down };
    for (const button of document.querySelectorAll("[data-sort]")) {
      const head = button.parentElement;
      if (button.dataset.sort === by) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    $("sort").value = by;
    choose();
  }

  /** Says what the file does not show. */
  function sayCut() {
    const n = (count, what) => `${count.toLocaleString("en")} ${what}`;
    const parts = [];
    if (cut.views) parts.push(`${n(cut.views, "of the weaker pairs are listed without their texts, to keep the file small")}`);
    if (cut.unreadable) parts.push(n(cut.unreadable, "pairs are listed without their texts, which could not be read again"));
    if (cut.rows) parts.push(n(cut.rows, "of the weakest pairs are not listed"));
    $("cut").textContent = parts.length ? `This file is not complete: ${parts.join("; ")}.` : "";
    $("cut").hidden = !parts.length;
  }

  /** Names for the drawings, which hold numbers only. */
  function nameDrawings() {
    const title = (element, text) => {
      const tag = document.createElementNS("http://www.w3.org/2000/svg", "title");
      tag.textContent = text;
      element.append(tag);
    };
    for (const link of document.querySelectorAll("[data-row]")) {
      const pair = pairs[link.dataset.row];
      if (!pair) continue;
      title(link, `${wording.relation(pair).name}: ${names[pair.a]} and ${names[pair.b]}`);
      link.addEventListener("click", () => (location.hash = `pair-${link.dataset.row}`));
    }
    for (const node of document.querySelectorAll("[data-pair]")) {
      const pair = pairs[node.dataset.pair];
      if (pair) title(node, names[pair[node.dataset.side]]);
    }
  }

  filters.watch(choose);
  for (const button of document.querySelectorAll("[data-sort]")) {
    const by = button.dataset.sort;
    button.addEventListener("click", () => sortBy(by, sort.by === by ? !sort.down : !ascends.has(by)));
    if (wording.hasSides && by.startsWith("name_")) {
      const side = by.slice(-1);
      button.textContent = `${wording.sideNames[side]} (${side.toUpperCase()})`;
    }
  }
  $("sort").addEventListener("input", () => sortBy($("sort").value, !ascends.has($("sort").value)));
  $("page-previous").addEventListener("click", () => turn(-1));
  $("page-next").addEventListener("click", () => turn(1));
  for (const [event, size] of [["beforeprint", PRINTED], ["afterprint", PAGE]]) {
    addEventListener(event, () => {
      rows = size;
      page = 0;
      draw();
    });
  }
  const isDated = pairs.some((pair) => !Number.isNaN(wording.seconds(pair)));
  document.querySelector(".pairs").classList.toggle("undated", !isDated);
  sayCut();
  nameDrawings();
  sortBy("words", true);

  return {
    names,
    /** The rows as filtered and sorted. */
    order: () => order,
    /** Puts the focus on the next or previous row of the page. */
    step(by) {
      const links = [...$("rows").querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
      if (next) next.focus();
    },
    /** Puts the focus back on a row, where it is on the page. */
    focus(row) {
      const link = $("rows").querySelector(`a[href="#pair-${Number(row)}"]`);
      if (link) link.focus();
    },
  };
})();
