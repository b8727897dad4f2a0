//! What publishers say of the use of their articles, in records.

use retold_archive::About;
use serde::Serialize;

/// What its publisher says of the use of an article; what is not known is left out.
#[derive(Debug, Serialize)]
pub struct RightsRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pubstatus: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copyrightholder: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usageterms: Option<&'a str>,
}

impl<'a> RightsRecord<'a> {
    /// Of what is known of an article.
    pub fn new(about: &'a About) -> Self {
        Self {
            pubstatus: about.status.as_deref(),
            copyrightholder: about.copyright_holder.as_deref(),
            usageterms: about.usage_terms.as_deref(),
        }
    }
}
