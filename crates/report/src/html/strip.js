// The map of a pair: where in each article the matches lie, and what goes with what.

const strip = (() => {
  const WIDE = 1000;
  const HIGH = 84;
  const BAR = 12;
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  let windows = {};
  let ribbons = new Map();

  /** Draws the matches that the filters leave. */
  function draw(pair, { matches, left, choose }) {
    const scale = (side, at) => (pair.sides[side].length ? (at / pair.sides[side].length) * WIDE : 0);
    const box = $("strip");
    box.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
    const top = { a: 0, b: HIGH - BAR };
    const nodes = ["a", "b"].map((side) => svg("rect", { class: "ground", x: 0, y: top[side], width: WIDE, height: BAR }));
    ribbons = new Map();
    matches.forEach((match, at) => {
      if (!left.on[at]) return;
      const [a, b] = ["a", "b"].map((side) => match[side].map((end) => scale(side, end)));
      // A match of few words must still be seen.
      for (const ends of [a, b]) ends[1] = Math.max(ends[1], ends[0] + 1.5);
      const [y, v, middle] = [BAR, HIGH - BAR, HIGH / 2];
      const ribbon = svg("path", {
        class: `ribbon ${match.kind}`,
        d: `M${a[0]} ${y}C${a[0]} ${middle} ${b[0]} ${middle} ${b[0]} ${v}L${b[1]} ${v}C${b[1]} ${middle} ${a[1]} ${middle} ${a[1]} ${y}Z`,
      });
      const ends = [a, b].map((span, side) =>
        svg("rect", { class: `end ${match.kind}`, x: span[0], y: side ? top.b : top.a, width: span[1] - span[0], height: BAR }),
      );
      const group = svg("g", { "data-match": at });
      const title = svg("title", {});
      title.textContent = `match ${at + 1}, ${alike(match)}`;
      group.append(title, ribbon, ...ends);
      group.addEventListener("click", () => choose([at], "a"));
      ribbons.set(at, group);
      nodes.push(group);
    });
    windows = Object.fromEntries(
      ["a", "b"].map((side) => [side, svg("rect", { class: "window", y: top[side] + 0.5, height: BAR - 1, x: 0, width: 0 })]),
    );
    box.replaceChildren(...nodes, windows.a, windows.b);
    const n = left.on.filter(Boolean).length;
    box.setAttribute("aria-label", `Where ${n} matches lie in A (above) and B (below)`);
  }

  return {
    draw,
    /** Shows which match is chosen. */
    select(chosen) {
      for (const [at, group] of ribbons) {
        group.classList.toggle("selected", chosen.includes(at));
        if (chosen.includes(at)) group.parentNode.insertBefore(group, windows.a);
      }
    },
    /** Shows which part of an article is in view. */
    follow(side, pane) {
      const whole = pane.scrollHeight || 1;
      const partly = pane.scrollHeight > pane.clientHeight + 1;
      windows[side]?.setAttribute("visibility", partly ? "visible" : "hidden");
      windows[side]?.setAttribute("x", (pane.scrollTop / whole) * WIDE);
      windows[side]?.setAttribute("width", Math.min(pane.clientHeight / whole, 1) * WIDE);
    },
  };
})();
