//! What all pictures begin with.

use std::fmt::Write;

use crate::markup::escaped;
use crate::printable::printable;

const STYLE: &str = "\
.retold-plot{color-scheme:light dark;--paper:#ffffff;--ink:#1f1d1a;--soft:#5d5850;--rule:#e2ddd3;\
--bar:#1b5e9e;--none:#f1eee8}\
@media(prefers-color-scheme:dark){.retold-plot{--paper:#1e1d19;--ink:#e8e4db;--soft:#a8a195;\
--rule:#35322c;--bar:#8cc0f0;--none:#2a2823}}\
.retold-plot .paper{fill:var(--paper)}.retold-plot text{fill:var(--ink);font:13px system-ui,\
-apple-system,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif;\
font-variant-numeric:tabular-nums}\
.retold-plot .title{font-size:17px;font-weight:600}.retold-plot .soft{fill:var(--soft)}\
.retold-plot .grid{stroke:var(--rule)}.retold-plot .axis{stroke:var(--soft)}\
.retold-plot .bar{fill:var(--bar)}.retold-plot .none{fill:var(--none)}\
.retold-plot .small{font-size:11px}.retold-plot .on{fill:var(--paper)}";

/// Begins a picture of that size, with its title.
pub(super) fn begin((width, height): (f64, f64), title: &str, said: &str) -> String {
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"retold-plot\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{}\">\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"24\" y=\"32\">{}</text>\n",
        text(said),
        text(title)
    );
    svg
}

/// Foreign text as the text of an element or an attribute: control characters are shown, not kept.
pub(super) fn text(foreign: &str) -> String {
    escaped(&printable(foreign))
}
