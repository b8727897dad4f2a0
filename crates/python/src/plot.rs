//! Pictures of what was found, as SVG.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use retold_pipeline::output::{Content, Output};

use crate::errors;

/// A picture: shown in notebooks, saved as a file that stands alone.
#[pyclass(module = "retold", frozen)]
pub struct Plot {
    svg: String,
}

impl Plot {
    pub fn new(svg: String) -> Self {
        Self { svg }
    }

    fn write(&self, path: &Path, overwrite: bool) -> anyhow::Result<()> {
        if overwrite {
            let output = Output::create(Some(path), Content::Page)?;
            return output.write(&mut io::sink(), |out| Ok(out.write_all(self.svg.as_bytes())?));
        }
        let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                anyhow::bail!(
                    "{}: this is there already; overwrite=True replaces it",
                    path.display()
                )
            }
            opened => opened.map_err(|error| failed(path, error))?,
        };
        file.write_all(self.svg.as_bytes()).map_err(|error| {
            // It is ours, and half of a picture is none.
            let _ = fs::remove_file(path);
            failed(path, error)
        })
    }
}

fn failed(path: &Path, error: io::Error) -> anyhow::Error {
    anyhow::Error::from(error).context(format!("cannot write {}", path.display()))
}

#[pymethods]
impl Plot {
    /// The picture, as one element of SVG.
    #[getter]
    fn svg(&self) -> &str {
        &self.svg
    }

    /// Writes the picture to a file. One that is there is left alone unless `overwrite` is true.
    #[pyo3(signature = (path, overwrite=false))]
    fn save(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        let written = py.detach(|| self.write(&path, overwrite));
        written.map_err(|error| errors::file(py, &path, &error))
    }

    fn __repr__(&self) -> String {
        format!("<retold.Plot: {} bytes of SVG>", self.svg.len())
    }

    /// The picture, in a notebook.
    fn _repr_svg_(&self) -> &str {
        &self.svg
    }
}
