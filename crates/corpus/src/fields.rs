//! The fields that a reading looks for.

use std::fmt::Write;

use super::ReadOptions;
use super::article::TEXT;

/// What stands between texts of several fields.
const BETWEEN_TEXTS: &str = "\n\n";

/// The fields that a reading looks for, by name: the id, those of the text, an extra one, and those
/// to keep. One field may be wanted for several.
#[derive(Debug, Clone)]
pub(super) struct Wanted<'o> {
    names: Vec<&'o str>,
    texts: usize,
    has_extra: bool,
    has_paths: bool,
}

/// Where a wanted field is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which of the wanted fields.
    pub(super) field: usize,
    /// Where the rest of its path begins, if it is inside the value of this name.
    pub(super) rest: Option<usize>,
}

impl<'o> Wanted<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Self {
        let extra = options.extra_field.as_slice();
        let names: Vec<&str> = std::iter::once(&options.id_field)
            .chain(&options.text_fields)
            .chain(extra)
            .chain(&options.keep_fields)
            .map(String::as_str)
            .collect();
        let has_paths = names.iter().any(|name| name.contains('.'));
        Self { names, texts: options.text_fields.len(), has_extra: !extra.is_empty(), has_paths }
    }

    /// What is wanted of articles whose fields have names of their own: the text is
    /// [`TEXT`](super::article::TEXT), unless the fields of the text name that one, too.
    pub(super) fn of_named(options: &'o ReadOptions) -> Self {
        let mut wanted = Self::new(options);
        if !options.text_fields.iter().any(|name| name == TEXT) {
            wanted.names.splice(1..=wanted.texts, [TEXT]);
            wanted.texts = 1;
        }
        wanted
    }

    /// Names and paths of all of them.
    pub(super) fn names(&self) -> &[&'o str] {
        &self.names
    }

    /// One value for each of the names, to the parts of a record that they are wanted for.
    pub(super) fn split<T: Copy>(&self, values: &[T]) -> Parts<T> {
        let (texts, rest) = values[1..].split_at(self.texts);
        let (extra, kept) = rest.split_at(usize::from(self.has_extra));
        let (texts, kept) = (texts.to_vec(), kept.to_vec());
        Parts { id: values[0], texts, extra: extra.first().copied(), kept }
    }

    /// Which wanted fields a name stands for, or contains.
    pub(super) fn hits(&self, name: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        for (field, wanted) in self.names.iter().enumerate() {
            if *wanted == name {
                hits.push(Hit { field, rest: None });
            } else if self.has_paths && rest_of(wanted, name).is_some() {
                hits.push(Hit { field, rest: Some(name.len() + 1) });
            }
        }
    }
}

/// Something about each wanted field.
#[derive(Debug, Clone)]
pub(super) struct Parts<T> {
    pub(super) id: T,
    pub(super) texts: Vec<T>,
    pub(super) extra: Option<T>,
    pub(super) kept: Vec<T>,
}

/// What follows the name of an object in a path that leads into it.
pub(super) fn rest_of<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    path.strip_prefix(name)?.strip_prefix('.')
}

/// The texts of several fields as one; blank ones are left out, if not all are.
pub(super) fn joined<T: AsRef<str>>(texts: &[T]) -> String {
    let said = texts.iter().map(AsRef::as_ref).filter(|text| !text.trim().is_empty());
    said.collect::<Vec<_>>().join(BETWEEN_TEXTS)
}

/// The names that a message lists, at most.
const LISTED: usize = 20;

/// What was looked for and what is there, shortened: a binary file may have any heading.
pub(super) fn none_among(
    what: &str,
    wanted: &[String],
    names: impl Iterator<Item = impl AsRef<str>>,
) -> String {
    let wanted: Vec<_> = wanted.iter().map(|name| format!("{name:?}")).collect();
    let mut said = format!("no {what} {} among", wanted.join(" or "));
    let mut count = 0;
    for name in names {
        if count < LISTED {
            let name: String = name.as_ref().chars().take(40).collect();
            let comma = if count == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(said, "{comma} {name:?}");
        }
        count += 1;
    }
    if count > LISTED {
        let _ = write!(said, " and {} more", count - LISTED);
    }
    if count == 0 {
        return format!("no {what} {}, and no other", wanted.join(" or "));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_field_may_be_wanted_for_several() {
        let options = ReadOptions::default()
            .text_fields(vec!["title".into(), "doc.body".into()])
            .extra_field(Some("id".into()))
            .keep_fields(vec!["doc".into()]);
        let wanted = Wanted::new(&options);
        let mut hits = Vec::new();
        wanted.hits("doc", &mut hits);
        assert_eq!(hits, [Hit { field: 2, rest: Some(4) }, Hit { field: 4, rest: None }]);
        wanted.hits("id", &mut hits);
        assert_eq!(hits, [Hit { field: 0, rest: None }, Hit { field: 3, rest: None }]);
        wanted.hits("docs", &mut hits);
        assert!(hits.is_empty());
        let parts = wanted.split(&[0, 1, 2, 3, 4]);
        assert_eq!((parts.id, parts.extra), (0, Some(3)));
        assert_eq!((parts.texts, parts.kept), (vec![1, 2], vec![4]));
    }

    #[test]
    fn a_message_names_what_is_there() {
        let wanted = ["text".to_owned()];
        let said = |n: usize| none_among("field", &wanted, (0..n).map(|n| format!("f{n}")));
        assert_eq!(said(2), "no field \"text\" among \"f0\", \"f1\"");
        assert!(said(25).ends_with("\"f19\" and 5 more"));
        assert_eq!(said(0), "no field \"text\", and no other");
    }
}
