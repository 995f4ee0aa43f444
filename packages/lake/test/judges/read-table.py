"""Reads a Delta table with engines that are not ours and prints what each sees, as JSON.

    python read-table.py '{"table": "<folder>", "order": "ID", "filters": [["D", "date", "2001-01-01"], ...]}'
"""

import datetime as dt
import decimal
import json
import math
import pathlib
import sys

import deltalake
import duckdb
import duckdb_extension_delta
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

EPOCH = dt.datetime(1970, 1, 1)


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(dt.timezone.utc).replace(tzinfo=None)
        return value.strftime("%H:%M:%S.%f").join([f"{value.year:04d}-{value.month:02d}-{value.day:02d} ", ""])
    if isinstance(value, dt.date):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return float(value).hex()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return str(value)


def rows(table, order):
    records = table.to_pylist()
    records.sort(key=lambda record: record[order])
    return [{name: text(value) for name, value in record.items()} for record in records]


def literal(kind, value):
    return {
        "int64": lambda: int(value),
        "string": lambda: value,
        "boolean": lambda: value == "true",
        "date": lambda: dt.date.fromisoformat(value),
        "decimal": lambda: decimal.Decimal(value),
        "timestamp": lambda: dt.datetime.fromisoformat(value).replace(tzinfo=dt.timezone.utc),
        "timestamp_ntz": lambda: dt.datetime.fromisoformat(value),
        "float64": lambda: float(value),
    }[kind]()


def duck():
    connection = duckdb.connect()
    root = pathlib.Path(duckdb_extension_delta.__file__).parent
    [extension] = root.glob("extensions/*/delta.duckdb_extension")
    connection.execute(f"LOAD '{extension}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def read(question):
    folder, order = question["table"], question["order"]
    table = deltalake.DeltaTable(folder)
    connection = duck()
    scan = f"delta_scan('file://{folder}')"
    dataset = table.to_pyarrow_dataset()
    found = {
        "version": table.version(),
        "protocol": [table.protocol().min_reader_version, table.protocol().min_writer_version],
        "columns": [[field.name, json.loads(field.to_json())["type"], field.nullable] for field in table.schema().fields],
        "deltalake": rows(pa.table(deltalake.QueryBuilder().register("t", table).execute("SELECT * FROM t")), order),
        "pyarrow": rows(dataset.to_table(), order),
        "duckdb": rows(connection.execute(f"SELECT * FROM {scan}").to_arrow_table(), order),
        "files": sorted(pq.read_metadata(path).num_rows for path in table.file_uris()),
        "filters": [],
    }
    for column, kind, value in question.get("filters", []):
        wanted = literal(kind, value)
        equal = ds.field(column) == pa.scalar(wanted, type=dataset.schema.field(column).type)
        counted = connection.execute(f'SELECT count(*) FROM {scan} WHERE "{column}" = ?', [wanted]).fetchone()[0]
        found["filters"].append([column, value, dataset.to_table(filter=equal).num_rows, counted])
    return found


if __name__ == "__main__":
    json.dump(read(json.loads(sys.argv[1])), sys.stdout)
