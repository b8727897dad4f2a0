// Clusters as timelines: the earliest article first, and what each has in common with earlier ones.

(() => {
  /** Clusters shown at first and with each click, and articles of one that are not folded away. */
  const PAGE = 20;
  const OPEN = 8;
  const { articles, pairs, clusters, more_clusters: more } = source.index;
  const box = $("clusters");
  if (!box) return;

  /** What an article shares with one that is before it, as a link to the pair. */
  function linkOf(row, own) {
    const pair = pairs[row];
    const other = pair.a === own ? pair.b : pair.a;
    const { number, detail } = wording.inCommon(pair);
    const { name } = wording.relation(pair);
    const words = number === "few" ? "few shared words" : number === "–" ? "words not counted" : `${number} words`;
    const link = make("a", "", [words, detail].filter(Boolean).join(", "));
    link.href = `#pair-${row}`;
    const item = make("li", "", link, " also in ", make("bdi", "", wording.names[other]), ` (${name.toLowerCase()})`);
    return item;
  }

  function memberOf(cluster, member, at) {
    const article = articles[member.article];
    const when = article.published === undefined ? make("span", "none", "no date") : wording.date(article.published);
    const first = articles[cluster.members[0].article].published;
    const after = at > 0 && article.published !== undefined && first !== undefined ? wording.span(first, article.published) : "";
    const headline = make("p", "headline", make("bdi", "", wording.names[member.article]));
    headline.title = shownName(article.id);
    if (member.article === cluster.keep) headline.append(" ", make("span", "badge", "keep"));
    const about = [];
    if (article.source) about.push(make("bdi", "", shownName(article.source)));
    if (after) about.push(`${after} after the first`);
    const item = make("li", "", make("p", "when", when), headline);
    if (about.length) item.append(make("p", "about", ...about.flatMap((part, i) => (i ? [" · ", part] : [part]))));
    if (member.pairs.length) {
      const links = make("ul", "takes", ...member.pairs.map((row) => linkOf(row, member.article)));
      if (member.more) links.append(make("li", "none", `and ${counted(member.more, "pair")} more`));
      item.append(links);
    } else if (at > 0) {
      item.append(make("p", "none", "no pair with the ones before it: linked through later ones"));
    }
    return item;
  }

  function clusterOf(cluster) {
    const n = cluster.members.length + cluster.more;
    const undated = cluster.members.filter((member) => articles[member.article].published === undefined).length;
    const items = cluster.members.map((member, at) => memberOf(cluster, member, at));
    const title = make("h3", "", counted(n, "article"));
    const element = make("li", "cluster", title);
    const said =
      undated === cluster.members.length
        ? "None has a date: they are in the order in which they were read."
        : undated
          ? `${undated === 1 ? "One has" : `${undated} have`} no date and ${undated === 1 ? "comes" : "come"} last.`
          : "";
    if (said) element.append(make("p", "hint", said));
    element.append(make("ol", "timeline", ...items.slice(0, OPEN)));
    if (items.length > OPEN || cluster.more) {
      const rest = make("ol", "timeline", ...items.slice(OPEN));
      if (cluster.more) rest.append(make("li", "none", `and ${counted(cluster.more, "later article")}, which the table has`));
      element.append(make("details", "", make("summary", "", `${n - OPEN} more`), rest));
    }
    return element;
  }

  let drawn = 0;
  function draw() {
    const next = clusters.slice(drawn, drawn + PAGE);
    box.append(...next.map(clusterOf));
    drawn += next.length;
    const left = clusters.length - drawn;
    $("more-clusters").hidden = !left;
    $("more-clusters").textContent = `Show ${Math.min(left, PAGE)} more of ${counted(left, "cluster")}`;
    $("no-more-clusters").hidden = left > 0 || !more;
    $("no-more-clusters").textContent = `${counted(more, "smaller cluster")} not listed; the table has all pairs.`;
  }
  $("more-clusters").addEventListener("click", () => {
    const at = drawn;
    draw();
    // The button may be gone: the focus goes to what it has brought.
    const link = box.children[at]?.querySelector("a, summary");
    if (link) link.focus();
  });
  draw();
})();
