//! What the functions of `retold/__init__.py` pass on.

use pyo3::prelude::*;

use crate::corpus::Columns;

/// A call, as a dict with these keys.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Call<'py> {
    /// What it is about.
    pub data: Bound<'py, PyAny>,
    /// What that is held against: the other side, the reference, the corpus of the ids.
    pub other: Option<Bound<'py, PyAny>>,
    pub text: Option<String>,
    pub id: Option<String>,
    pub progress: Option<Bound<'py, PyAny>>,
}

impl Call<'_> {
    /// The columns that are named.
    pub fn columns(&self) -> Columns {
        Columns { text: self.text.clone(), id: self.id.clone(), ..Columns::default() }
    }
}
