//! Rows that any library of frames takes.

use std::sync::Arc;

use arrow_array::{Int64Array, LargeStringArray, RecordBatch, RecordBatchIterator, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyIterator, PyList};

use crate::capsule;
use crate::errors;
use crate::frame;
use crate::records::Columns;
use crate::scan::Scan;
use crate::values::value;
use retold_report::markup::escaped;

/// A table of columns by name, which exports Arrow data (`__arrow_c_stream__`).
#[pyclass(module = "retold", frozen)]
pub struct Table {
    pub batch: RecordBatch,
    /// Shown instead of the rows, in a notebook.
    pub shown: Option<Py<Scan>>,
}

impl Table {
    pub fn new(batch: RecordBatch) -> Self {
        Self { batch, shown: None }
    }

    fn schema(&self) -> SchemaRef {
        self.batch.schema()
    }

    fn row<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (field, column) in self.schema().fields().iter().zip(self.batch.columns()) {
            dict.set_item(field.name(), value(py, column, row)?)?;
        }
        Ok(dict)
    }

    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let column = self.batch.column_by_name(name);
        let column = column.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        let values = (0..column.len()).map(|row| value(py, column, row));
        PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)
    }
}

#[pymethods]
impl Table {
    /// Takes whatever exports Arrow data with columns; copies it only where it is in several
    /// chunks.
    #[new]
    fn of(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let batches = frame::batches(data)?;
        let Some(first) = batches.first() else {
            return Err(errors::data("this has no rows"));
        };
        let batch = match batches.len() {
            1 => Ok(first.clone()),
            _ => concat_batches(&first.schema(), &batches),
        };
        batch.map(Self::new).map_err(|error| errors::data(error.to_string()))
    }

    /// The names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// How many rows there are.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    /// A row as a dict, by its number, or a column as a list, by its name.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(name) = key.extract::<String>() {
            return self.column(py, &name).map(Bound::into_any);
        }
        let (row, rows) = (key.extract::<isize>()?, self.batch.num_rows() as isize);
        let row = if row < 0 { row + rows } else { row };
        if !(0..rows).contains(&row) {
            return Err(PyIndexError::new_err("there are not so many rows"));
        }
        self.row(py, row as usize).map(Bound::into_any)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        // By `__getitem__`, row by row.
        let rows = slf.py().import("builtins")?.call_method1("range", (slf.get().__len__(),))?;
        let row = slf.getattr("__getitem__")?;
        slf.py().import("builtins")?.call_method1("map", (row, rows))?.try_iter()
    }

    /// All rows as dicts. Missing values are `None`.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        (0..self.batch.num_rows()).map(|row| self.row(py, row)).collect()
    }

    /// The rows of these numbers, in this order.
    fn take(&self, rows: Vec<u64>) -> PyResult<Self> {
        let taken = take_record_batch(&self.batch, &UInt64Array::from(rows));
        taken.map(Self::new).map_err(|error| errors::data(error.to_string()))
    }

    /// The rows as an Arrow stream, for any library that takes one.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer give its own schema instead.
        drop(requested_schema);
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.schema());
        capsule::export_stream(py, Box::new(batches))
    }

    /// The schema, for any library that takes one.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::export_schema(py, &self.schema())
    }

    /// As a pyarrow table.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pyarrow")?.call_method1("table", (slf,))
    }

    /// As a polars frame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.call_method1("DataFrame", (slf,))
    }

    /// As a pandas frame.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let pandas = slf.py().import("pandas")?;
        match slf.py().import("pyarrow") {
            Ok(_) => Self::to_arrow(slf)?.call_method0("to_pandas"),
            Err(_) => pandas.call_method1("DataFrame", (slf.get().to_pylist(slf.py())?,)),
        }
    }

    fn __repr__(&self) -> String {
        let names = self.column_names();
        format!("<retold.Table: {} rows of {}>", self.batch.num_rows(), names.join(", "))
    }

    /// The first rows, or the report's view where there is one. Foreign text is never markup.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        match &self.shown {
            Some(scan) => scan.get().page_in_frame(py),
            None => self.first_rows(py),
        }
    }
}

/// Rows and characters of a cell that a notebook shows.
const ROWS_SHOWN: usize = 20;
const CHARACTERS_SHOWN: usize = 120;

impl Table {
    /// The first rows as HTML; foreign text is never markup.
    pub fn first_rows(&self, py: Python<'_>) -> PyResult<String> {
        let mut html = String::from("<table><thead><tr>");
        for name in self.column_names() {
            html += &format!("<th>{}</th>", escaped(&name));
        }
        html += "</tr></thead><tbody>";
        for row in 0..self.batch.num_rows().min(ROWS_SHOWN) {
            html += "<tr>";
            for column in self.batch.columns() {
                let said = value(py, column, row)?.str()?.to_string_lossy().into_owned();
                let mut shown: String = said.chars().take(CHARACTERS_SHOWN).collect();
                if shown.len() < said.len() {
                    shown.push('…');
                }
                html += &format!("<td>{}</td>", escaped(&shown));
            }
            html += "</tr>";
        }
        html += "</tbody></table>";
        let more = self.batch.num_rows().saturating_sub(ROWS_SHOWN);
        if more > 0 {
            html += &format!("<p>and {more} more rows</p>");
        }
        Ok(html)
    }
}

/// A table on the side of Rust, shown as the scan that it is of.
pub fn shown_as(batch: RecordBatch, scan: Py<Scan>) -> Table {
    Table { batch, shown: Some(scan) }
}

/// The columns of a table that came as `data`.
pub fn imported(data: &Bound<'_, PyAny>) -> PyResult<Arc<RecordBatch>> {
    Ok(match data.cast::<Table>() {
        Ok(table) => Arc::new(table.get().batch.clone()),
        Err(_) => Arc::new(Table::of(data)?.batch),
    })
}

/// A table of strings, by column; numbers become strings, except in a column of whole numbers only,
/// and what is neither is null.
#[pyfunction]
pub fn string_table(names: Vec<String>, columns: Vec<Vec<Bound<'_, PyAny>>>) -> PyResult<Table> {
    let mut table = Columns::default();
    for (name, column) in names.iter().zip(columns) {
        let integers = column.iter().map(|value| value.extract::<i64>().ok());
        if let Some(integers) = integers.collect::<Option<Vec<i64>>>()
            && !integers.is_empty()
        {
            table.push_nullable(name, Arc::new(Int64Array::from(integers)));
            continue;
        }
        let strings = column.iter().map(|value| {
            let number = || value.extract::<i128>().map(|number| number.to_string());
            value.extract::<String>().or_else(|_| number()).ok()
        });
        table.push_nullable(name, Arc::new(strings.collect::<LargeStringArray>()));
    }
    Ok(Table::new(table.batch()))
}
