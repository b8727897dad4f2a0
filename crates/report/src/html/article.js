// One article as text nodes and spans, in its original wording.

const SIGNS = { identical: "=", edited: "~", paraphrased: "≈" };

/** An article of a pair, with slices by byte offsets. */
function readable(article) {
  const unit = unitOffsets(article.text);
  return {
    ...article,
    length: new TextEncoder().encode(article.text).length,
    slice: (start, end) => article.text.slice(unit(start), unit(end)),
  };
}

/**
 * The stretches of one side that matches stand on, in order and disjoint. Several matches may
 * share one: a long sentence that the other article has in two.
 */
function unitsOf(matches, left, side) {
  const bySpan = new Map();
  matches.forEach((match, at) => {
    if (!left.on[at]) return;
    const key = match[side].join();
    if (!bySpan.has(key)) bySpan.set(key, { start: match[side][0], end: match[side][1], matches: [] });
    bySpan.get(key).matches.push(at);
  });
  const units = [...bySpan.values()].sort((x, y) => x.start - y.start || y.end - x.end);
  let end = 0;
  for (const unit of units) {
    unit.start = Math.max(unit.start, end);
    end = Math.max(unit.start, unit.end);
    unit.end = end;
  }
  return units;
}

/** Cuts `start..end` where any of the `layers` begins or ends; each piece says which hold it. */
function pieces(start, end, layers) {
  const cuts = new Set([start, end]);
  for (const spans of Object.values(layers)) {
    for (const span of spans) for (const at of span) if (at > start && at < end) cuts.add(at);
  }
  const ends = [...cuts].sort((x, y) => x - y);
  return ends.slice(1).map((to, i) => {
    const piece = { start: ends[i], end: to };
    for (const [name, spans] of Object.entries(layers)) {
      piece[name] = spans.some((span) => inside([ends[i], to], span));
    }
    return piece;
  });
}

/**
 * Draws one side into `box`. Returns for each match its `element`, and `show`, which marks the words
 * that changed in this match and no other: a shared sentence has other words for each counterpart.
 */
function drawArticle(box, pair, side, { matches, left, filters, choose }) {
  const text = pair.sides[side];
  const quoted = filters.quotations ? text.quotations : [];
  const drawn = new Map();
  const nodes = [];
  const plain = (start, end) => {
    const counted = left.spans[side].filter((span) => span[1] > start && span[0] < end);
    for (const piece of pieces(start, end, { counted })) {
      const words = shown(text.slice(piece.start, piece.end));
      nodes.push(piece.counted && words.trim() ? make("span", "passage", words) : words);
    }
  };
  let at = 0;
  for (const unit of unitsOf(matches, left, side)) {
    plain(at, unit.start);
    const element = make("span", "unit");
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.setAttribute("aria-pressed", "false");
    element.dataset.matches = unit.matches.join(" ");
    element.addEventListener("click", () => choose(unit.matches, side));
    const show = (match) => fillUnit(element, text, unit, { match: matches[match], side, quoted });
    show(unit.matches.reduce((x, y) => (matches[y].score > matches[x].score ? y : x)));
    for (const match of unit.matches) drawn.set(match, { element, show: () => show(match) });
    nodes.push(element);
    at = unit.end;
  }
  plain(at, text.length);
  box.replaceChildren(...nodes);
  return drawn;
}

/** Fills the element of a sentence that has a counterpart. */
function fillUnit(element, text, unit, { match, side, quoted }) {
  const near = (spans) => spans.filter((span) => span[1] > unit.start && span[0] < unit.end);
  const number = unit.matches.map((at) => at + 1).join(", ");
  const mark = make("span", "mark");
  // Signs are drawn by the style sheet: who copies the sentence gets the original wording.
  mark.dataset.mark = `${SIGNS[match.kind]} ${number}${match.shared_source ? " shared source" : ""}`;
  mark.setAttribute("aria-hidden", "true");
  const words = pieces(unit.start, unit.end, { changed: near(match.changed[side]), quoted: near(quoted) }).map((piece) => {
    const style = [piece.changed && "changed", piece.quoted && "quoted"].filter(Boolean).join(" ");
    const piecewise = shown(text.slice(piece.start, piece.end));
    return style ? make("span", style, piecewise) : piecewise;
  });
  element.classList.remove(...Object.keys(SIGNS));
  element.classList.add(match.kind);
  element.setAttribute("aria-description", `match ${number}, ${alike(match)}`);
  element.replaceChildren(mark, ...words);
}
