// The pair table: filtered, sorted, a page at a time.

const overview = (() => {
  const PAGE = 100;
  const { articles, pairs, cut } = source.index;
  const strength = ["identical", "near-duplicate", "excerpt", "rewrite", "partial", "template", "unrelated"];
  const names = articles.map((article) => shownName(article.id));
  const values = {
    name_a: (pair) => names[pair.a],
    name_b: (pair) => names[pair.b],
    relation: (pair) => strength.indexOf(pair.relation),
  };
  let order = [];
  let page = 0;
  let sort = { by: "score", down: true };
  const chips = [...document.querySelectorAll("[data-relation]")];

  function choose() {
    const wanted = $("search").value.trim().toLowerCase();
    const on = new Set(
      chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.relation),
    );
    const named = (pair) =>
      names[pair.a].toLowerCase().includes(wanted) || names[pair.b].toLowerCase().includes(wanted);
    const value = values[sort.by] || ((pair) => pair[sort.by]);
    order = pairs.map((_, row) => row).filter((row) => on.has(pairs[row].relation) && named(pairs[row]));
    const compare = (x, y) => (x < y ? -1 : x > y ? 1 : 0);
    order.sort((x, y) => {
      const by = compare(value(pairs[x]), value(pairs[y]));
      return (sort.down ? -by : by) || x - y;
    });
    page = 0;
    draw();
  }

  function bar(share) {
    const fill = make("span", "fill");
    fill.style.width = `${Math.min(share, 1) * 100}%`;
    return make("td", "bar-cell", make("span", "track", fill), make("span", "share", percent(share)));
  }

  function rowOf(row) {
    const pair = pairs[row];
    const link = make("a", "open", score(pair.score));
    link.href = `#pair-${row}`;
    link.setAttribute("aria-label", `${pair.relation}, score ${score(pair.score)}: ${names[pair.a]} and ${names[pair.b]}`);
    const name = (side, at) => make("td", `name ${side}`, make("bdi", "", names[at]));
    const line = make(
      "tr",
      "",
      make("td", "number", link),
      make("td", "", make("span", `relation ${pair.relation}`, pair.relation)),
      name("a", pair.a),
      bar(pair.coverage_a),
      name("b", pair.b),
      bar(pair.coverage_b),
      make("td", "number extra", pair.jaccard.toFixed(2)),
      make("td", "number extra", String(pair.sentences)),
    );
    line.addEventListener("click", (event) => {
      if (!event.target.closest("a") && !String(getSelection())) link.click();
    });
    return line;
  }

  function draw() {
    const from = page * PAGE;
    const to = Math.min(from + PAGE, order.length);
    $("rows").replaceChildren(...order.slice(from, to).map(rowOf));
    const count = order.length.toLocaleString("en");
    $("page-position").textContent = !order.length
      ? "No pair to show"
      : order.length <= PAGE
        ? `${count} of ${pairs.length.toLocaleString("en")}`
        : `${(from + 1).toLocaleString("en")} to ${to.toLocaleString("en")} of ${count}`;
    $("page-previous").disabled = page === 0;
    $("page-next").disabled = to >= order.length;
    $("page-previous").hidden = $("page-next").hidden = order.length <= PAGE;
  }

  function turn(pages) {
    page += pages;
    draw();
    $("pairs-title").scrollIntoView({ block: "start" });
  }

  function sortBy(button) {
    const by = button.dataset.sort;
    const words = by in values;
    sort = { by, down: sort.by === by ? !sort.down : !words };
    for (const head of document.querySelectorAll("[aria-sort]")) head.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
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
      title(link, `${pair.relation} ${score(pair.score)}: ${names[pair.a]} and ${names[pair.b]}`);
      link.addEventListener("click", () => (location.hash = `pair-${link.dataset.row}`));
    }
    for (const node of document.querySelectorAll("[data-pair]")) {
      const pair = pairs[node.dataset.pair];
      if (pair) title(node, names[pair[node.dataset.side]]);
    }
  }

  $("search").addEventListener("input", choose);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      choose();
    });
  }
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => sortBy(button));
  }
  $("page-previous").addEventListener("click", () => turn(-1));
  $("page-next").addEventListener("click", () => turn(1));
  sayCut();
  nameDrawings();
  choose();

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
