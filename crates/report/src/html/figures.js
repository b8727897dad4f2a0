// What the filters leave, and the percentages that follow.

/** Sorted and disjoint spans that hold the same bytes. */
function union(spans) {
  const merged = [];
  for (const [start, end] of [...spans].sort((x, y) => x[0] - y[0])) {
    const last = merged[merged.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (start < end) merged.push([start, end]);
  }
  return merged;
}

/** The bytes of `spans` that no span of `holes` holds. */
function subtract(spans, holes) {
  const rest = [];
  const sorted = union(holes);
  for (let [start, end] of union(spans)) {
    for (const [from, to] of sorted) {
      if (to <= start) continue;
      if (from >= end) break;
      if (from > start) rest.push([start, from]);
      start = Math.max(start, to);
    }
    if (start < end) rest.push([start, end]);
  }
  return rest;
}

const size = (spans) => union(spans).reduce((sum, [start, end]) => sum + end - start, 0);
const inside = (inner, outer) => outer[0] <= inner[0] && inner[1] <= outer[1];

/**
 * The matches of a pair: its aligned sentences, and passages in which no sentence is aligned. Each
 * has its passage (`home`, -1 outside of any), and its changed words as offsets into the texts.
 */
function matchesOf(pair) {
  const walk = (start, steps) => {
    const spans = [];
    for (let at = start, i = 0; i < steps.length; i += 2) {
      const from = at + steps[i];
      at = from + steps[i + 1];
      spans.push([from, at]);
    }
    return spans;
  };
  const homeOf = (match) =>
    pair.passages.findIndex((passage) => inside(match.a, passage.a) && inside(match.b, passage.b));
  const matches = pair.sentences.map((match, at) => ({
    ...match,
    home: homeOf(match),
    changed: {
      a: walk(match.a[0], pair.changed[at][0]),
      b: walk(match.b[0], pair.changed[at][1]),
    },
  }));
  const peopled = new Set(matches.map((match) => match.home));
  pair.passages.forEach((passage, home) => {
    if (!peopled.has(home)) matches.push({ ...passage, home, changed: { a: [], b: [] } });
  });
  return matches.sort((x, y) => x.a[0] - y.a[0] || x.b[0] - y.b[0]);
}

/**
 * Which matches the filters leave, and what share of each article they cover.
 *
 * Filters: `kinds` (a set), `quotations` (true leaves them out), `words` (the least a passage has
 * on both sides). A passage counts whole, but for its sentences that are filtered away; one without
 * any sentence left does not count. Shares stay those of the record while nothing is filtered.
 */
function filtered(pair, matches, filters) {
  const words = (text) => (text.match(/[\p{L}\p{N}]+/gu) || []).length;
  const enough = pair.passage_words.map((counts) => Math.min(...counts) >= filters.words);
  const quotations = (side) => (filters.quotations ? pair.sides[side].quotations : []);
  const stands = (match, side) => {
    const text = pair.sides[side];
    return subtract([match[side]], quotations(side)).some(([start, end]) => words(text.slice(start, end)) > 0);
  };
  const on = matches.map((match) => {
    if (!filters.kinds.has(match.kind)) return false;
    const long =
      match.home >= 0 ? enough[match.home] : words(pair.sides.a.slice(...match.a)) >= filters.words;
    return long && (!filters.quotations || (stands(match, "a") && stands(match, "b")));
  });
  const covered = (side) => {
    const spans = pair.passages.flatMap((passage, home) => {
      const those = matches.map((match, at) => ({ span: match[side], on: on[at], home: match.home }));
      const own = those.filter((match) => match.home === home);
      const left = own.filter((match) => match.on).map((match) => match.span);
      const gone = own.filter((match) => !match.on).map((match) => match.span);
      return left.length ? subtract([passage[side]], subtract(gone, left)) : [];
    });
    return subtract(spans, quotations(side));
  };
  const share = (side, spans) => {
    const all = size(pair.passages.map((passage) => passage[side]));
    return all ? (pair[`coverage_${side}`] * size(spans)) / all : pair[`coverage_${side}`];
  };
  const spans = { a: covered("a"), b: covered("b") };
  return { on, spans, share: { a: share("a", spans.a), b: share("b", spans.b) } };
}
