//! One HTML file that shows everything: open it from disk, send it, print it.
//!
//! The file needs no network and its Content-Security-Policy allows none: only the one style sheet
//! and the one script inside it, by their hashes. What the run read and found is written into the
//! page by a template that escapes; articles and pairs stand in it as JSON, which the script reads
//! when somebody looks at a pair, and shows as text nodes. So foreign text is never markup, and a
//! report of 10,000 pairs opens as fast as one of ten.
//!
//! | file | what it is |
//! |---|---|
//! | `opening.html`, `closing.html` | templates around the data |
//! | `viewer.rs` | `viewer.css` and `*.js`: look and behaviour, one after another |
//! | `data.rs` | articles and pairs as JSON |
//! | `rows.rs` | what the tables of the first screen say of them |
//! | `timeline.rs` | clusters in the order of publication |
//! | `picture.rs` | groups of articles, drawn where a drawing says something |

mod data;
mod page;
mod picture;
mod rows;
mod timeline;
mod viewer;

use std::io::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::{Error, Findings, Format};
use data::Data;
use viewer::{SCRIPT, STYLE};

/// The report as one HTML file.
#[derive(Debug, Clone, Copy)]
pub struct Html {
    /// Bytes of articles and aligned sentences that the file may hold. Beyond it the weakest pairs
    /// are listed without their texts, and the file says so.
    pub budget: u64,
}

impl Default for Html {
    /// 64 MiB, which browsers open in a few seconds and most mail servers no longer take.
    fn default() -> Self {
        Self { budget: 64 << 20 }
    }
}

impl Format for Html {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let groups = picture::groups(findings);
        out.write_all(page::opening(findings, &groups, &policy())?.as_bytes())?;
        Data::new(findings, self.budget).write(out)?;
        out.write_all(page::closing(findings)?.as_bytes())?;
        Ok(out.flush()?)
    }
}

/// Nothing is allowed but our own style sheet and script.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash_source(STYLE),
        hash_source(SCRIPT)
    )
}

fn hash_source(inline: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(inline)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, written};

    fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
        let from = text.find(start).expect(start) + start.len();
        &text[from..from + text[from..].find(end).expect(end)]
    }

    #[test]
    fn the_policy_names_what_the_page_holds() {
        let page = written(&Html::default(), &Sample::two_reports().findings());
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
        let style = between(&page, "<style>", "</style>");
        let script = between(&page, "<script>", "</script>");
        assert!(policy.starts_with("default-src &#x27;none&#x27;"), "{policy}");
        for inline in [style, script] {
            let hash = hash_source(inline).replace('/', "&#x2f;");
            assert!(policy.contains(&hash), "{hash} is not in {policy}");
        }
        assert!(
            !page.contains("http://")
                || page.matches("http://").count()
                    == page.matches("http://www.w3.org/2000/svg").count()
        );
        assert!(!page.contains("https://"));
    }

    #[test]
    fn foreign_text_is_never_markup() {
        let attack = "</script></style><!--<script>alert(1)</script><img src=x onerror=alert(1)>\"' onclick=x";
        let mut sample = Sample::hostile(&[attack]);
        let harmless = written(&Html::default(), &Sample::hostile(&["nothing"]).findings());
        let page = written(&Html::default(), &sample.findings());
        assert_eq!(page.matches('<').count(), harmless.matches('<').count());
        let mut findings = sample.findings();
        findings.run.options = vec![(attack.into(), attack.into())];
        findings.skipped.listed[0].path = attack.into();
        findings.run.started = attack.into();
        let metadata = written(&Html::default(), &findings);
        assert!(!metadata.contains("<img") && !metadata.contains("</style></"));
        sample.pairs.clear();
        assert!(written(&Html::default(), &sample.findings()).contains("\"pairs\":[]"));
    }

    #[test]
    fn beyond_the_budget_the_weakest_pairs_have_no_view() {
        let sample = Sample::two_reports();
        let cut = |budget| {
            let page = written(&Html { budget }, &sample.findings());
            let index = between(&page, "id=\"index\">", "</script>").to_owned();
            serde_json::from_str::<serde_json::Value>(&index).expect("JSON")
        };
        let whole = cut(u64::MAX);
        assert_eq!(whole["cut"]["views"], 0);
        let small = cut(1);
        assert_eq!(small["cut"]["views"], 5);
        assert_eq!(small["pairs"][0]["view"], serde_json::json!([0, 0]));
        assert!(small["pairs"][1]["view"].is_null());
        let scores = |of: &serde_json::Value| {
            let rows = of["pairs"].as_array().expect("rows").clone();
            rows.iter().map(|row| row["score"].as_f64().expect("a score")).collect::<Vec<_>>()
        };
        assert_eq!(scores(&whole), scores(&small));
        assert!(scores(&whole).is_sorted_by(|x, y| x >= y));
    }

    #[test]
    fn every_text_stands_in_the_file_once() {
        let sample = Sample::two_reports();
        let page = written(&Html::default(), &sample.findings());
        assert_eq!(page.matches("spokesman, Tom Weller").count(), 2, "an original and a copy");
    }
}
