// One pair: both articles side by side, the figures, and what goes with what.

const pairView = (() => {
  const filters = { kinds: new Set(Object.keys(SIGNS)), quotations: false, words: 0 };
  let shownRow = -1;
  let pair = null;
  let matches = [];
  let left = null;
  let drawn = { a: new Map(), b: new Map() };
  let selected = -1;

  function open(row) {
    const entry = source.index.pairs[row];
    const found = source.pair(row);
    shownRow = row;
    selected = -1;
    head(entry, row);
    $("reader").hidden = $("why").hidden = !found;
    if (!found) {
      pair = null;
      matches = [];
      return;
    }
    pair = { ...found, sides: { a: readable(found.sides.a), b: readable(found.sides.b) } };
    matches = matchesOf(pair);
    features(pair.features, pair.more_features);
    $("reader").classList.toggle("empty", !matches.length);
    draw();
    for (const side of ["a", "b"]) {
      $(`pane-${side}`).scrollTop = 0;
      strip.follow(side, $(`pane-${side}`));
    }
  }

  function head(entry, row) {
    const names = { a: overview.names[entry.a], b: overview.names[entry.b] };
    const { meaning } = wording.relation(entry);
    const similarity = entry.relation === "identical" ? "" : ` · similarity ${score(entry.score)}`;
    $("pair-title").replaceChildren(
      make("span", `relation ${entry.relation}`, entry.relation),
      " ",
      make("span", "score", `${meaning}${similarity}`),
    );
    $("figures").textContent =
      `${common(entry)}Jaccard ${fraction(entry.jaccard)} · containment ${fraction(entry.containment_a)} of A, ` +
      `${fraction(entry.containment_b)} of B · ${entry.sentences} aligned sentence${entry.sentences === 1 ? "" : "s"}` +
      (entry.view ? "" : " · the texts of this pair are not in this file");
    for (const side of ["a", "b"]) {
      const article = source.index.articles[entry[side]];
      $(`name-${side}`).textContent = names[side];
      document.querySelector(`#pane-${side} bdi`).textContent = names[side];
      $(`about-${side}`).replaceChildren(...about(article));
      share(side, entry[`coverage_${side}`], entry[`coverage_${side}`]);
    }
    const order = overview.order();
    const at = order.indexOf(row);
    $("pair-position").textContent = at < 0 ? "" : `${at + 1} of ${order.length}`;
    for (const [id, other] of [["pair-previous", order[at - 1]], ["pair-next", at < 0 ? undefined : order[at + 1]]]) {
      $(id).hidden = other === undefined;
      if (other !== undefined) $(id).href = `#pair-${other}`;
    }
    document.title = `Similarity: ${names.a} and ${names.b}`;
  }

  /** Words in common, where their number is known. */
  function common(entry) {
    const { number } = wording.inCommon(entry);
    return number === "–" ? "" : `${number} words in common · `;
  }

  /** What is known of an article: source, date, address, fields, and what proves its text. */
  function about(article) {
    const { title, source: from, url, published } = article;
    const known = [title, from, url];
    const fields = (article.fields || []).filter(([, value]) => !known.includes(value));
    const parts = [
      ...(from ? [make("bdi", "", shownName(from))] : []),
      ...(published === undefined ? [] : [wording.date(published)]),
      ...(url ? [make("bdi", "", shownName(url))] : []),
      ...(title === undefined ? [] : [make("bdi", "", `id ${shownName(article.id)}`)]),
      ...fields.map(([name, value]) => make("bdi", "", `${shownName(name)}: ${shownName(value)}`)),
      `${article.bytes.toLocaleString("en")} bytes`,
      `XXH3-128 ${article.hash}`,
    ];
    return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
  }

  function share(side, now, recorded) {
    const entry = source.index.pairs[shownRow];
    const all = wording.share(entry, side, recorded);
    const isFiltered = percent(now) !== percent(recorded);
    const left = now > 0 ? wording.share(entry, side, now) : "nothing left by the filters";
    const without = recorded > 0 ? percent(recorded) : all;
    $(`share-${side}`).textContent = isFiltered ? `${left} (${without} without filters)` : all;
    $(`fill-${side}`).style.width = `${Math.min(now, 1) * 100}%`;
  }

  /**
   * Why this similarity: what weighs most first, a bar to the right for what speaks for reuse, to the
   * left for what against. The many that weigh little share the last row.
   */
  function features(list, [others, together]) {
    $("why").hidden = !list.length;
    const most = Math.max(Math.abs(list[0]?.weight ?? 0), 1e-9);
    const rest = others ? [{ name: `${others} more together`, weight: together }] : [];
    $("features").replaceChildren(
      ...[...list, ...rest].map((feature) => {
        const fill = make("span", feature.weight < 0 ? "weight minus" : "weight plus");
        fill.style.width = `${Math.min(Math.abs(feature.weight) / most, 1) * 50}%`;
        const sign = feature.weight < 0 ? "−" : "+";
        return make(
          "tr",
          "",
          make("td", "", feature.name.replaceAll("_", " ")),
          make("td", "number", feature.value?.toFixed(3) ?? ""),
          make("td", "number", sign + Math.abs(feature.weight).toFixed(2)),
          make("td", "", make("span", "balance", fill)),
        );
      }),
    );
  }

  /** Everything that depends on the filters. */
  function draw() {
    left = filtered(pair, matches, filters);
    const parts = { matches, left, filters, choose };
    for (const side of ["a", "b"]) {
      drawn[side] = drawArticle($(`text-${side}`), pair, side, parts);
      share(side, left.share[side], pair[`coverage_${side}`]);
    }
    strip.draw(pair, parts);
    for (const side of ["a", "b"]) strip.follow(side, $(`pane-${side}`));
    for (const chip of document.querySelectorAll("[data-kind]")) {
      const n = matches.filter((match) => match.kind === chip.dataset.kind).length;
      chip.querySelector(".count").textContent = n;
    }
    if (selected >= 0 && left.on[selected]) mark();
    else selected = -1;
    position();
  }

  /** Chooses a match; choosing a shared sentence again goes on to its next counterpart. */
  function choose(those, side) {
    const at = those.indexOf(selected);
    select(those[(at + 1) % those.length], side);
  }

  function select(match, from) {
    selected = match;
    mark();
    position();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const side of ["a", "b"]) {
      const there = drawn[side].get(match);
      // Who clicks a sentence wants it to stay where it is.
      if (there && side !== from) center($(`pane-${side}`), there.element, still ? "auto" : "smooth");
    }
    $("announce").textContent = `Match ${match + 1}, ${alike(matches[match])}`;
    history.replaceState(null, "", `#pair-${shownRow}-${match + 1}`);
  }

  /** Scrolls only the pane: the page stays where it is. */
  function center(pane, element, behavior) {
    const offset = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    const room = Math.max((pane.clientHeight - element.offsetHeight) / 2, 48);
    pane.scrollTo({ top: pane.scrollTop + offset - room, behavior });
  }

  function mark() {
    for (const side of ["a", "b"]) {
      for (const { element } of drawn[side].values()) {
        element.classList.remove("selected");
        element.setAttribute("aria-pressed", "false");
      }
      const there = drawn[side].get(selected);
      there?.show();
      there?.element.classList.add("selected");
      there?.element.setAttribute("aria-pressed", "true");
    }
    strip.select([selected]);
  }

  function position() {
    const visible = matches.map((_, at) => at).filter((at) => left.on[at]);
    const at = visible.indexOf(selected);
    $("position").textContent = !visible.length ? "no match" : at < 0 ? `${visible.length} matches` : `${at + 1} of ${visible.length}`;
    $("previous").disabled = $("next").disabled = !visible.length;
  }

  function step(by) {
    const visible = matches.map((_, at) => at).filter((at) => left?.on[at]);
    if (!pair || !visible.length) return;
    const at = visible.indexOf(selected);
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : (at + by + visible.length) % visible.length;
    select(visible[next], null);
  }

  for (const chip of document.querySelectorAll("[data-kind]")) {
    chip.addEventListener("click", () => {
      const on = chip.ariaPressed !== "true";
      chip.ariaPressed = String(on);
      filters.kinds[on ? "add" : "delete"](chip.dataset.kind);
      draw();
    });
  }
  $("quotations").addEventListener("change", (event) => {
    filters.quotations = event.target.checked;
    draw();
  });
  $("words").addEventListener("input", (event) => {
    filters.words = Math.max(Number(event.target.value) || 0, 0);
    draw();
  });
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  for (const side of ["a", "b"]) {
    const pane = $(`pane-${side}`);
    pane.addEventListener("scroll", () => strip.follow(side, pane), { passive: true });
    pane.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      const unit = event.target.closest(".unit");
      if (!unit) return;
      event.preventDefault();
      choose(unit.dataset.matches.split(" ").map(Number), side);
    });
  }
  addEventListener("resize", () => pair && ["a", "b"].forEach((side) => strip.follow(side, $(`pane-${side}`))));

  return {
    open,
    step,
    /** Chooses a match by its number, as links do. */
    selectNumber(number) {
      if (left?.on[number - 1]) select(number - 1, null);
    },
    row: () => shownRow,
  };
})();
