//! The errors of the package, which `retold/_errors.py` defines.

use pyo3::prelude::*;

mod types {
    pyo3::import_exception!(retold._errors, Error);
    pyo3::import_exception!(retold._errors, SettingError);
    pyo3::import_exception!(retold._errors, DataError);
    pyo3::import_exception!(retold._errors, MemoryLimitError);
    pyo3::import_exception!(retold._errors, FileError);
    pyo3::import_exception!(retold._errors, FaultError);
    pyo3::import_exception!(retold._errors, ArchiveError);
    pyo3::import_exception!(retold._errors, ArchiveInUseError);
    pyo3::import_exception!(retold._errors, ArchiveDamagedError);
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
    if let Some(archive) = error.downcast_ref::<retold_archive::Error>() {
        return of_archive(py, archive, in_words(error));
    }
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

/// Something that an archive cannot do.
pub fn archive(message: impl Into<String>) -> PyErr {
    types::ArchiveError::new_err(message.into())
}

fn of_archive(py: Python<'_>, error: &retold_archive::Error, message: String) -> PyErr {
    use retold_archive::Error as Archive;
    let file =
        |error: PyErr, path: &std::path::Path| with(py, error, "file", path.display().to_string());
    match error {
        Archive::NoArchive { path } => {
            let message = format!(
                "{}: there is no archive here; Archive.open(…, create=True) makes one",
                path.display()
            );
            file(archive(message), path)
        }
        Archive::Exists { path } => file(archive(message), path),
        Archive::InUse { path, pid } => {
            let message = match pid {
                Some(pid) if *pid == std::process::id() => format!(
                    "{}: this process ({pid}) is writing to this archive already; close it there, \
                     or open it with read_only=True",
                    path.display()
                ),
                _ => format!("{message}, or open it with read_only=True"),
            };
            let error = file(types::ArchiveInUseError::new_err(message), path);
            with(py, error, "pid", *pid)
        }
        Archive::Setting { name, is, asked } => setting(format!(
            "the archive was made with {}={is}, and {asked} is asked for",
            name.replace('-', "_")
        )),
        Archive::OutOfRange { .. } | Archive::Engine(retold::Error::OutOfRange { .. }) => {
            setting(message)
        }
        Archive::Damaged { file: damaged, .. } => {
            file(types::ArchiveDamagedError::new_err(message), damaged)
        }
        Archive::Io { path, .. } => file(types::FileError::new_err(message), path),
        other if other.is_damage() => types::ArchiveDamagedError::new_err(message),
        _ => archive(message),
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
