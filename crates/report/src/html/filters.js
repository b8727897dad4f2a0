// Which pairs the filters of the first screen leave.

const filters = (() => {
  const DAY = 86400;
  /** Sources that can be chosen; with more, the search finds them. */
  const MOST_SOURCES = 500;
  const { articles, pairs } = source.index;
  const chips = [...document.querySelectorAll("[data-relation]")];
  const controls = ["search", "side", "earlier", "source", "from", "to"].map($);
  // What the search looks into.
  const said = articles.map(({ title, id, source: of, url }) =>
    [title, id, of, url].map((text) => shownName(text ?? "")).join("\n").toLowerCase(),
  );

  const day = (value) => (value ? Date.parse(`${value}T00:00:00Z`) / 1000 : NaN);

  /** A test of pairs: one article of a pair must fit all of search, side, source and dates. */
  function wanted() {
    const on = new Set(chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.relation));
    const [search, side, earlier, from] = ["search", "side", "earlier", "source"].map((id) => $(id).value);
    const words = search.trim().toLowerCase();
    const [start, end] = [day($("from").value), day($("to").value) + DAY];
    const fits = (at) => {
      const { owner, published = NaN, source: of } = articles[at];
      return (
        (!side || owner === side) &&
        (!from || of === from) &&
        (Number.isNaN(start) || published >= start) &&
        (Number.isNaN(end) || published < end) &&
        said[at].includes(words)
      );
    };
    return (pair) =>
      on.has(pair.relation) &&
      (!earlier || wording.earlier(pair) === earlier) &&
      (fits(pair.a) || fits(pair.b));
  }

  /** Offers what there is to choose from; hides the rest. */
  function offer() {
    const counts = new Map();
    for (const pair of pairs) {
      for (const of of new Set([articles[pair.a].source, articles[pair.b].source])) {
        if (of) counts.set(of, (counts.get(of) ?? 0) + 1);
      }
    }
    const known = [...counts.keys()].sort((x, y) => counts.get(y) - counts.get(x) || (x < y ? -1 : 1));
    for (const of of known.slice(0, MOST_SOURCES)) {
      const option = make("option", "", `${shownName(of)} (${counts.get(of).toLocaleString("en")})`);
      option.value = of;
      $("source").append(option);
    }
    const isDated = pairs.some((pair) => [pair.a, pair.b].some((at) => articles[at].published !== undefined));
    const isOrdered = pairs.some((pair) => wording.earlier(pair));
    $("by-source").hidden = known.length < 2;
    $("by-date").hidden = !isDated;
    $("by-side").hidden = !wording.hasSides;
    $("by-earlier").hidden = !wording.hasSides || !isOrdered;
  }

  const isSet = () =>
    controls.some((control) => control.value !== "") || chips.some((chip) => chip.ariaPressed !== "true");

  // On a telephone they would fill the screen: they are folded away there.
  const isWide = matchMedia("(min-width: 761px)");
  const fold = () => ($("more-filters").open = isWide.matches);
  isWide.addEventListener("change", fold);

  offer();
  fold();
  return {
    wanted,
    isSet,
    /** Calls `then` whenever a filter is changed. */
    watch(then) {
      for (const control of controls) control.addEventListener("input", then);
      for (const chip of chips) {
        chip.addEventListener("click", () => {
          chip.ariaPressed = String(chip.ariaPressed !== "true");
          then();
        });
      }
      $("clear").addEventListener("click", () => {
        for (const control of controls) control.value = "";
        for (const chip of chips) chip.ariaPressed = "true";
        then();
        $("search").focus();
      });
    },
  };
})();
