// Where the data comes from, and foreign text made fit to show.

/** One element by id. */
const $ = (id) => document.getElementById(id);

/** A new element with a class and children; strings become text nodes, never markup. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/**
 * Reads what the report holds. Chunks of JSON are parsed when first looked into, and the last few
 * kept: a large report need not be in memory as a whole.
 */
const source = (() => {
  const MOST_CHUNKS = 12;
  const parsed = new Map();
  function chunk(name) {
    if (!parsed.has(name)) {
      if (parsed.size >= MOST_CHUNKS) parsed.delete(parsed.keys().next().value);
      parsed.set(name, JSON.parse($(name).textContent));
    }
    return parsed.get(name);
  }
  const index = JSON.parse($("index").textContent);
  const place = (kind, [at, item]) => chunk(`${kind}-${at}`)[item];
  return {
    index,
    /** The record and both texts of a row of the pair table; null where the file does not hold them. */
    pair(row) {
      const entry = index.pairs[row];
      if (!entry || !entry.view) return null;
      const article = (at) => ({ ...index.articles[at], ...place("texts", index.articles[at].text) });
      return { ...place("pairs", entry.view), sides: { a: article(entry.a), b: article(entry.b) } };
    },
  };
})();

// Control characters, and what reorders a line: written out, as on the terminal.
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text of an article as shown: its line ends, and every trick in it made visible. */
function shown(text) {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(UNSAFE, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

/** A name as shown: on one line. */
function shownName(name) {
  return shown(name).replace(/[\n\t]/g, (character) => (character === "\n" ? "\\n" : "\\t"));
}

/** Offsets in a JavaScript string, which counts UTF-16 units, for offsets in UTF-8 bytes. */
function unitOffsets(text) {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes === text.length) return (byte) => byte;
  const table = new Uint32Array(bytes + 1);
  let byte = 0;
  for (let unit = 0; unit < text.length; ) {
    const code = text.codePointAt(unit);
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    table.fill(unit, byte, byte + width);
    byte += width;
    unit += code > 0xffff ? 2 : 1;
  }
  table[bytes] = text.length;
  return (at) => table[at];
}
