//! One interpreter of a process may have the module.

use std::sync::OnceLock;

use pyo3::exceptions::PyImportError;
use pyo3::ffi::{PyInterpreterState_Get, PyInterpreterState_GetID};
use pyo3::prelude::*;

/// The interpreter that imported the module first.
static OWNER: OnceLock<i64> = OnceLock::new();

/// An error in any interpreter but the first: types and exceptions would be shared between them.
pub fn check(_py: Python<'_>) -> PyResult<()> {
    // SAFETY: the caller is attached to an interpreter, which is all that both need.
    let id = unsafe { PyInterpreterState_GetID(PyInterpreterState_Get()) };
    if *OWNER.get_or_init(|| id) == id {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "retold cannot be imported into a second interpreter (a subinterpreter) of one process; \
         use threads or processes",
    ))
}
