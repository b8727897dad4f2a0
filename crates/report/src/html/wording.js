// Figures, dates and relations in words. Shares are rounded neither to nothing nor to all, and a
// similarity is never 1: it is an estimate.

/** Whole percents, but neither down to 0 nor up to 100. */
function percent(share) {
  const exact = share * 100;
  const whole = Math.round(exact);
  if (whole >= 100 && exact < 100) return ">99 %";
  if (whole <= 0 && exact > 0) return "<1 %";
  return `${whole} %`;
}

/** Two decimals, but neither down to 0 nor up to 1. */
function fraction(share) {
  if (share > 0 && share < 0.005) return "<0.01";
  return share >= 0.995 && share < 1 ? ">0.99" : share.toFixed(2);
}

/** Two decimals, but not up to 1. */
const score = (value) => Math.min(value, 0.99).toFixed(2);

/** How alike two sentences are, in words, and whether both have it from a third; what is identical needs no number. */
function alike({ kind, score: value, shared_source: isShared }) {
  const alike = kind === "identical" ? kind : `${kind}, similarity ${score(value)}`;
  return isShared ? `${alike}, shared source` : alike;
}

/** `1 pair`, `2 pairs`. */
const counted = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;

const wording = (() => {
  const DAY = 86400;
  const FEW_WORDS = 10;
  const { articles, pairs, meanings } = source.index;
  const isRelated = (pair) => pair.relation !== "unrelated";
  const hasSides =
    pairs.length > 0 &&
    pairs.every((pair) => articles[pair.a].owner === "ours" && articles[pair.b].owner === "theirs");
  const sideNames = hasSides ? { a: "Ours", b: "Theirs" } : { a: "A", b: "B" };

  /** What the relation of a pair is called and what it means. */
  function relation(pair) {
    const name = pair.relation[0].toUpperCase() + pair.relation.slice(1);
    const other = { a: "B", b: "A" };
    const meaning = pair.contained
      ? `${pair.contained.toUpperCase()} is nearly all in ${other[pair.contained]}`
      : meanings[pair.relation];
    return { name, meaning };
  }

  /** What a related pair has in common that no number shows. */
  function instead(pair) {
    if (pair.retold) return `few shared words; ${counted(pair.retold, "sentence")} retold`;
    if (pair.sentences) return `few shared words; ${counted(pair.sentences, "sentence")} alike`;
    if (pair.passages) return `few shared words; ${counted(pair.passages, "passage")} alike`;
    return "few shared words";
  }

  /** How much of one side the other has too; `share` is that of the pair unless given. */
  function share(pair, side, share = pair[`coverage_${side}`]) {
    const other = side === "a" ? "B" : "A";
    if (share <= 0) return isRelated(pair) ? instead(pair) : `no passage also in ${other}`;
    if (share >= 1) return `all of it also in ${other}`;
    return `${percent(share)} also in ${other}`;
  }

  /** The words in common as a number, if that says enough, and what else there is. */
  function inCommon(pair) {
    const sentences = pair.sentences ? counted(pair.sentences, "sentence") : counted(pair.passages, "passage");
    const detail = pair.retold ? `${sentences}, ${pair.retold.toLocaleString("en")}\u00a0retold` : sentences;
    if (pair.words === null) return { number: "–", detail: "texts not read again" };
    if (pair.words >= FEW_WORDS) return { number: pair.words.toLocaleString("en"), detail };
    if (!isRelated(pair)) return { number: String(pair.words), detail };
    return { number: "few", detail: instead(pair).replace(/^few shared words(; )?/, "") };
  }

  /** Seconds since 1970 as a date, or a time where it is not midnight; UTC. */
  function date(seconds) {
    const at = new Date(seconds * 1000);
    if (Number.isNaN(at.getTime())) return make("span", "", "no date");
    const options = { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" };
    if (seconds % DAY) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
    const element = make("time", "", new Intl.DateTimeFormat("en-GB", options).format(at));
    element.dateTime = seconds % DAY ? at.toISOString() : at.toISOString().replace(/T.*/, "");
    return element;
  }

  /** How long it was from one time to another, to the minute, or to the day where one is a day. */
  function span(from, to) {
    if (from % DAY === 0 || to % DAY === 0) {
      const days = Math.abs(Math.floor(to / DAY) - Math.floor(from / DAY));
      return days ? counted(days, "day") : "";
    }
    const minutes = Math.round(Math.abs(to - from) / 60);
    if (minutes < 90) return minutes ? `${minutes} min` : "";
    if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
    return counted(Math.round(minutes / 1440), "day");
  }

  /** Seconds from A to B; not a number where one has no date. */
  const seconds = (pair) => (articles[pair.b].published ?? NaN) - (articles[pair.a].published ?? NaN);

  /** Which of a pair came later, and by how much. */
  function lag(pair) {
    const by = seconds(pair);
    if (Number.isNaN(by)) return "";
    const long = span(articles[pair.a].published, articles[pair.b].published);
    const isDay = [pair.a, pair.b].some((at) => articles[at].published % DAY === 0);
    if (!long) return isDay ? "same day" : "same time";
    return `${by < 0 ? sideNames.a : sideNames.b} ${long} later`;
  }

  return {
    relation,
    share,
    inCommon,
    date,
    span,
    lag,
    seconds,
    hasSides,
    sideNames,
    /** What each article is called: its headline, or else its id. */
    names: articles.map((article) => shownName(article.title ?? article.id)),
    /** Which of a pair came earlier, `a` or `b`; nothing where that is not known. */
    earlier(pair) {
      const by = seconds(pair);
      return by > 0 ? "a" : by < 0 ? "b" : "";
    },
    /** Source and date of an article, and its id below a headline, as one line. */
    about(article) {
      const parts = [];
      if (article.source) parts.push(make("bdi", "source", shownName(article.source)));
      if (article.published !== undefined) parts.push(wording.date(article.published));
      if (article.title !== undefined && !parts.length) parts.push(make("bdi", "", shownName(article.id)));
      return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
    },
  };
})();
