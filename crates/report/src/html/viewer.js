// Which view is open, and the keys.

const TITLE = document.title;

/** `#pair-12` is a pair, `#pair-12-3` its third match, anything else the overview. */
function route() {
  const [, row, match] = /^#pair-(\d+)(?:-(\d+))?$/.exec(location.hash) || [];
  const known = row !== undefined && Number(row) < source.index.pairs.length;
  const open = !$("pair").hidden;
  $("overview").hidden = known;
  $("pair").hidden = !known;
  if (known) {
    if (!open || pairView.row() !== Number(row)) {
      pairView.open(Number(row));
      scrollTo(0, 0);
      $("pair-title").focus({ preventScroll: true });
    }
    if (match) pairView.selectNumber(Number(match));
    return;
  }
  document.title = TITLE;
  if (open) overview.focus(pairView.row());
}

function close() {
  location.hash = "";
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target.closest?.("input:not([type=checkbox])");
  const inPair = !$("pair").hidden;
  if (event.key === "Escape") {
    if (inField) inField.blur();
    else if (inPair) close();
    return;
  }
  if (inField) return;
  const steps = { n: 1, j: 1, p: -1, k: -1 };
  if (event.key in steps) (inPair ? pairView : overview).step(steps[event.key]);
  else if (event.key === "/" && !inPair) $("search").focus();
  else return;
  event.preventDefault();
});

addEventListener("hashchange", route);

// A report of one pair is about that pair.
if (source.index.pairs.length === 1 && !location.hash) history.replaceState(null, "", "#pair-0");
route();
