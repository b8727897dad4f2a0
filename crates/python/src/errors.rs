//! The errors of the package, which `retold/_errors.py` defines.

use pyo3::prelude::*;

mod types {
    pyo3::import_exception!(retold._errors, Error);
    pyo3::import_exception!(retold._errors, SettingError);
    pyo3::import_exception!(retold._errors, DataError);
    pyo3::import_exception!(retold._errors, MemoryLimitError);
    pyo3::import_exception!(retold._errors, FileError);
    pyo3::import_exception!(retold._errors, FaultError);
}

/// A setting that cannot be.
pub fn setting(message: impl Into<String>) -> PyErr {
    types::SettingError::new_err(message.into())
}

/// Data that cannot be used.
pub fn data(message: impl Into<String>) -> PyErr {
    types::DataError::new_err(message.into())
}

/// Data that cannot be used because of one record, by its row from 0.
pub fn record(py: Python<'_>, row: usize, message: impl Into<String>) -> PyErr {
    with(py, data(message), "record", row)
}

/// A panic, with what it said.
pub fn fault(payload: &(dyn std::any::Any + Send)) -> PyErr {
    let said = payload.downcast_ref::<&str>().copied();
    let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    types::FaultError::new_err(format!(
        "stopped by a fault of retold, or of this machine: {}",
        said.unwrap_or("it said nothing")
    ))
}

/// An error of the library or of a run.
pub fn of(py: Python<'_>, error: &anyhow::Error) -> PyErr {
    use retold_pipeline::Error as Run;
    let message = in_words(error);
    let engine = error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(Run::Engine(engine)) => Some(engine),
        _ => cause.downcast_ref::<retold::Error>(),
    });
    let run = error.chain().find_map(|cause| cause.downcast_ref::<Run>());
    let io = error.chain().any(|cause| cause.is::<std::io::Error>());
    match (engine, run) {
        (Some(retold::Error::OutOfRange { .. }), _) => setting(message),
        (Some(retold::Error::Text { text, .. }), _) => record(py, *text, message),
        (
            Some(retold::Error::MalformedFingerprint { .. } | retold::Error::SchemeMismatch { .. }),
            _,
        )
        | (_, Some(Run::NoDates(_))) => data(message),
        (Some(retold::Error::TooManyPairs { .. } | retold::Error::TooMuchShared { .. }), _)
        | (
            _,
            Some(
                Run::TooLittleMemory { .. } | Run::TooManyPairs { .. } | Run::TooMuchShared { .. },
            ),
        ) => types::MemoryLimitError::new_err(message),
        (_, Some(Run::TemporaryFile { folder, .. })) => {
            with(py, types::FileError::new_err(message), "file", folder.display().to_string())
        }
        _ if io => types::FileError::new_err(message),
        _ => types::Error::new_err(message),
    }
}

/// A file that could not be written.
pub fn file(py: Python<'_>, path: &std::path::Path, error: &anyhow::Error) -> PyErr {
    with(py, types::FileError::new_err(in_words(error)), "file", path.display().to_string())
}

fn in_words(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        // Transparent errors say what their source says.
        if said.last() != Some(&cause) {
            said.push(cause);
        }
    }
    said.join(": ")
}

fn with<'py>(py: Python<'py>, error: PyErr, name: &str, value: impl IntoPyObject<'py>) -> PyErr {
    match error.value(py).setattr(name, value) {
        Ok(()) => error,
        Err(other) => other,
    }
}
