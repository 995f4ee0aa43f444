"""Reads and rewrites Parquet files with pyarrow, for the tests beside this file.

dump FILE            the rows as JSON: one list a column, values as exact text
rewrite FILE SPECS   for each {"path", "options"} of SPECS, the file's rows written with those pyarrow options
predicate FILE SPECS for each {"column", "op", "value"} of SPECS, the rows a filtered scan finds
"""

import json
import struct
import sys
from decimal import Context, Decimal

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def exact(column: pa.ChunkedArray) -> list:
    kind = column.type
    if pa.types.is_decimal(kind):
        scale = Decimal(10) ** kind.scale
        with_room = Context(prec=80)
        return [None if v is None else str(int(with_room.multiply(v, scale))) for v in column.to_pylist()]
    if pa.types.is_floating(kind):
        return [None if v is None else struct.pack(">d", v).hex() for v in column.to_pylist()]
    if pa.types.is_date32(kind):
        return [None if v is None else str(v) for v in column.cast(pa.int32()).to_pylist()]
    if pa.types.is_time(kind) or pa.types.is_timestamp(kind):
        return [None if v is None else str(v) for v in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if v is None else v.hex() for v in column.to_pylist()]
    if pa.types.is_boolean(kind):
        return [None if v is None else str(v).lower() for v in column.to_pylist()]
    return [None if v is None else str(v) for v in column.to_pylist()]


def main() -> None:
    command, path, *rest = sys.argv[1:]
    if command == "dump":
        table = pq.read_table(path, page_checksum_verification=True)
        types = [str(field.type) for field in table.schema]
        print(json.dumps({"types": types, "columns": [exact(column) for column in table.columns]}))
    elif command == "rewrite":
        table = pq.read_table(path)
        for spec in json.loads(rest[0]):
            pq.write_table(table, spec["path"], **spec["options"])
    elif command == "predicate":
        dataset = ds.dataset(path, format="parquet")
        found = []
        for spec in json.loads(rest[0]):
            field, value = ds.field(spec["column"]), spec["value"]
            expression = {"<": field < value, ">=": field >= value, "=": field == value}[spec["op"]]
            found.append(dataset.count_rows(filter=expression))
        print(json.dumps(found))
    else:
        raise SystemExit(f"unknown command {command}")


main()
