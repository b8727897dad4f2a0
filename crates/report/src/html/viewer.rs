//! Look and behaviour of the page.

/// The style sheet.
pub(super) const STYLE: &str = include_str!("viewer.css");

/// All scripts, as one: they share one scope, and the policy needs one hash.
pub(super) const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("source.js"),
    include_str!("figures.js"),
    include_str!("wording.js"),
    include_str!("filters.js"),
    include_str!("overview.js"),
    include_str!("timeline.js"),
    include_str!("article.js"),
    include_str!("strip.js"),
    include_str!("pair.js"),
    include_str!("viewer.js"),
);
