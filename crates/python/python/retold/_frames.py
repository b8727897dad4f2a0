"""What only Python knows of frames: how to take some columns of one, and some rows.

Everything else goes by the Arrow PyCapsule interface. No library is imported here: a frame of one
can only be there if its library is loaded.
"""

from __future__ import annotations

import sys
from typing import Any

from retold._errors import DataError
from retold._retold import Table


def _is(data: Any, module: str, *names: str) -> bool:
    loaded = sys.modules.get(module)
    kinds = tuple(kind for name in names if isinstance(kind := getattr(loaded, name, None), type))
    return bool(kinds) and isinstance(data, kinds)


def held(data: Any) -> Any:
    """The data in a form that can be looked at twice: once to be read, once to take rows of it."""
    if _is(data, "polars", "LazyFrame"):
        return data.collect()
    if _is(data, "pyarrow", "RecordBatchReader"):
        return data.read_all()
    if _is(data, "duckdb", "DuckDBPyRelation"):
        try:
            # In the chunks that it comes in; a table of retold has one, so it copies.
            return data.to_arrow_table()
        except ImportError:
            return Table(data)
    if _is(data, "datasets", "IterableDataset"):
        return list(data)
    if is_arrow(data) or _is_known(data) or isinstance(data, (list, tuple)):
        return data
    if isinstance(data, (str, bytes)):
        raise DataError("one string is no collection of texts; pass a list of them")
    if isinstance(data, dict):
        raise DataError("a dict is no collection of texts; pass a list of mappings, or a frame")
    try:
        return list(data)
    except TypeError:
        raise DataError(
            f"{type(data).__name__} is neither a frame that exports Arrow data "
            "nor an iterable of strings or mappings"
        ) from None


def is_arrow(data: Any) -> bool:
    """Whether the data exports Arrow data by itself."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def _is_known(data: Any) -> bool:
    return _is(data, "pandas", "DataFrame", "Series") or _is(data, "datasets", "Dataset")


def narrowed(data: Any, columns: list[str | None]) -> Any:
    """The data as retold reads it: of a wide frame only the columns that are wanted.

    The first of ``columns`` is that of the text, which may be left to be guessed.
    """
    if _is(data, "datasets", "Dataset"):
        # The rows of a selection are not those of its table.
        table = data.data.table if data._indices is None else data.flatten_indices().data.table
        return narrowed(table, columns)
    if _is(data, "pandas", "Series"):
        return _of_pandas(data.to_frame("text"), ["text"])
    if _is(data, "polars", "DataFrame", "Series"):
        return _of_polars(data, columns)
    if columns[0] is None:
        return _of_pandas(data, None) if _is(data, "pandas", "DataFrame") else data
    wanted = _wanted(columns)
    if _is(data, "pandas", "DataFrame"):
        return _of_pandas(data, [name for name in wanted if name in data.columns])
    if _is(data, "pyarrow", "Table", "RecordBatch"):
        return data.select([name for name in wanted if name in data.schema.names])
    return data


def _wanted(columns: list[str | None]) -> list[str]:
    # A column that is not there is retold's to report; an id is looked for unasked.
    return list(dict.fromkeys([name for name in columns if name] + ["id"]))


def _of_polars(data: Any, columns: list[str | None]) -> Any:
    polars = sys.modules["polars"]
    if isinstance(data, polars.Series):
        # What polars exports of a column that has no type is not what Arrow wants.
        return data.cast(polars.String) if data.dtype == polars.Null else data
    wanted = set(_wanted(columns))
    if columns[0] is None:
        strings = (polars.String, polars.Categorical, polars.Enum)
        kinds = data.schema.items()
        texts = {name for name, of in kinds if any(of == one for one in strings)}
        wanted |= texts or {name for name, of in kinds if of == polars.Null}
    data = data.select([name for name in data.columns if name in wanted])
    untyped = [name for name, of in data.schema.items() if of == polars.Null]
    return data.with_columns(polars.col(untyped).cast(polars.String)) if untyped else data


def _of_pandas(data: Any, columns: list[str] | None) -> Any:
    names = [
        name for name in (data.columns if columns is None else columns) if isinstance(name, str)
    ]
    narrow = data[names].reset_index(drop=True)
    try:
        # Columns of objects may hold anything, of which Arrow wants one kind.
        return _Exported(narrow.__arrow_c_stream__())
    except Exception:
        return [
            {name: _missing_to_none(value) for name, value in zip(names, row)}
            for row in zip(*(narrow[name].tolist() for name in names))
        ]


class _Exported:
    """What was exported already, for pandas may have to convert all of it to do so."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._stream


def _missing_to_none(value: Any) -> Any:
    # NaN, NaT and pandas.NA are not equal to themselves, or to anything.
    try:
        return value if value == value else None
    except TypeError:
        return None


def take(data: Any, rows: list[int], original: Any) -> Any:
    """Rows of the data, as the type that it came in as ``original``."""
    if _is(original, "polars", "LazyFrame"):
        return data[rows].lazy()
    if _is(original, "duckdb", "DuckDBPyRelation"):
        taken = data.take(rows)
        return sys.modules["duckdb"].from_arrow(
            taken.to_arrow() if isinstance(taken, Table) else taken
        )
    if _is(original, "pyarrow", "RecordBatchReader"):
        return _take_arrow(data, rows).to_reader()
    if _is(original, "datasets", "IterableDataset"):
        kept = [data[row] for row in rows]
        made = sys.modules["datasets"].Dataset.from_list(kept, features=original.features)
        return made.to_iterable_dataset()
    if _is(data, "polars", "DataFrame", "Series"):
        return data[rows]
    if _is(data, "pandas", "DataFrame", "Series"):
        return data.iloc[rows]
    if _is(data, "datasets", "Dataset"):
        return data.select(rows)
    if _is(data, "pyarrow", "Table", "RecordBatch", "Array", "ChunkedArray"):
        return _take_arrow(data, rows)
    if isinstance(data, tuple):
        return tuple(data[row] for row in rows)
    if isinstance(data, list):
        return [data[row] for row in rows]
    return (data if isinstance(data, Table) else Table(data)).take(rows)


def _take_arrow(data: Any, rows: list[int]) -> Any:
    pyarrow = sys.modules["pyarrow"]
    try:
        return data.take(pyarrow.array(rows, type=pyarrow.int64()))
    except pyarrow.ArrowNotImplementedError:
        # pyarrow takes no rows of string views.
        is_column = isinstance(data, (pyarrow.Array, pyarrow.ChunkedArray))
        table = pyarrow.table({"": data}) if is_column else data
        taken = pyarrow.table(Table(table).take(rows))
        if isinstance(data, pyarrow.RecordBatch):
            return taken.to_batches()[0] if rows else data.slice(0, 0)
        if not is_column:
            return taken
        column = taken.column(0)
        return column if isinstance(data, pyarrow.ChunkedArray) else column.combine_chunks()
