"""Reads column X of Delta tables with engines that are not ours and prints what each sees, as JSON.

    python judge-tables.py '["<folder>", ...]'
"""

import importlib.util
import json
import pathlib
import sys

import deltalake
import duckdb
import duckdb_extension_delta
import pyarrow as pa

spec = importlib.util.spec_from_file_location("golden", pathlib.Path(__file__).parent / "golden" / "text.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

connection = duckdb.connect()
[extension] = pathlib.Path(duckdb_extension_delta.__file__).parent.glob("extensions/*/delta.duckdb_extension")
connection.execute(f"LOAD '{extension}'")
connection.execute("SET TimeZone = 'UTC'")


def values(table):
    return [golden.text(value) for value in table.column("X").to_pylist()]


found = []
for folder in json.loads(sys.argv[1]):
    query = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(folder)).execute('SELECT "X" FROM t ORDER BY "ID"')
    scan = connection.execute(f"SELECT \"X\" FROM delta_scan('file://{folder}') ORDER BY \"ID\"").to_arrow_table()
    found.append({"deltalake": values(pa.table(query)), "duckdb": values(scan)})
json.dump(found, sys.stdout)
