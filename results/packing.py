"""The tables of a result folder as one table: a column `table` says of which each row is, other columns are null."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from .records import schema_of
from .store import TABLES

_COLUMNS = {field.name: field.type for record, _ in TABLES.values() for field in schema_of(record)}
_SCHEMA = pa.schema([("table", pa.string()), *_COLUMNS.items()])


def packed(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return tables as one, each sorted by its keys."""
    parts = []
    for name, (_, keys) in TABLES.items():
        table = tables[name].sort_by([(key, "ascending") for key in keys])
        found = {column: table[column] for column in table.column_names}
        nulls = {field.name: pa.nulls(table.num_rows, field.type) for field in _SCHEMA}
        parts.append(pa.table({**nulls, **found, "table": pa.array([name] * table.num_rows, pa.string())}, _SCHEMA))
    return pa.concat_tables(parts)


def unpacked(whole: pa.Table, name: str) -> pa.Table:
    """Return one of the tables of `TABLES` from that of all rows; a column that it lacks is null.

    Raises:
        KeyError: There is no column `table`.
        pyarrow.ArrowException: A column has another type.
    """
    record, _ = TABLES[name]
    rows = whole.filter(pa.array([table == name for table in whole["table"].to_pylist()]))
    nulls = {field.name: pa.nulls(rows.num_rows, field.type) for field in schema_of(record)}
    found = {column: rows[column] for column in rows.column_names}
    return pa.table({**nulls, **found}).select(schema_of(record).names).cast(schema_of(record))


def rows_hash(table: pa.Table) -> str:
    """Return the SHA-256 of rows, in hex: of the sorted SHA-256 of each row's JSON, whose nulls are left out.

    Keys of the JSON are sorted, times in ISO format; the order of rows and of columns changes nothing.
    """
    digests = []
    for row in table.to_pylist():
        text = json.dumps({key: row[key] for key in sorted(row) if row[key] is not None}, default=_iso)
        digests.append(hashlib.sha256(text.encode("ascii")).hexdigest())
    return hashlib.sha256("\n".join(sorted(digests)).encode("ascii")).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
