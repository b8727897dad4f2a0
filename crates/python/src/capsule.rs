//! Arrow data in and out, by the Arrow PyCapsule interface.
//!
//! Of the `unsafe` of the package nearly all: a capsule is a pointer with a name, and what the name
//! promises has to be believed.

use std::ffi::CStr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, RecordBatchReader, make_array};
use arrow_schema::{ArrowError, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// The chunks of whatever exports a stream or an array; nothing if `data` does neither. Copies no
/// values. The interpreter's lock is released while the producer works.
pub fn import(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if let Some(export) = data.getattr_opt("__arrow_c_stream__")? {
        return import_stream(export.call0()?.cast()?).map(Some);
    }
    if let Some(export) = data.getattr_opt("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) = export.call0()?.extract()?;
        return import_array(schema.cast()?, array.cast()?).map(|array| Some(vec![array]));
    }
    Ok(None)
}

fn import_stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<Vec<ArrayRef>> {
    let stream = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of that name points to a stream (the interface says so), and is alive. The
    // stream is moved out, and what is left is marked as released, so nobody releases it twice.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    let read = || ArrayStreamReader::try_new(stream)?.collect::<Result<Vec<_>, _>>();
    capsule.py().detach(read).map_err(failed)
}

fn import_array(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> PyResult<ArrayRef> {
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of those names point to a schema and an array (the interface says so), and
    // are alive. The array is moved out, and what is left is marked as released.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(make_array(data.map_err(failed)?))
}

fn failed(error: ArrowError) -> PyErr {
    PyValueError::new_err(format!("cannot take the Arrow data: {error}"))
}

/// A stream of record batches, as a capsule.
pub fn export_stream<'py>(
    py: Python<'py>,
    batches: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(batches), STREAM)
}

/// A schema, as a capsule.
pub fn export_schema<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(failed)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
