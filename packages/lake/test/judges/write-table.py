"""Writes a Delta table with delta-rs, in several commits, and prints as JSON what delta-rs reads of it at each version.

    python write-table.py <folder>
"""

import datetime as dt
import json
import sys

import deltalake
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("ID", pa.int64()),
        ("CURSOR", pa.int64()),
        ("P", pa.string()),
        ("V", pa.string()),
        ("SHORT", pa.int16()),
        ("BYTE", pa.int8()),
        ("FLOAT", pa.float32()),
        ("AT", pa.timestamp("us", tz="UTC")),
    ]
)


def batch(*ids):
    day = lambda id: dt.datetime(2026, 1, 1 + id % 3, tzinfo=dt.timezone.utc)
    return pa.Table.from_pylist(
        [
            {
                "ID": id,
                "CURSOR": 1,
                "P": ["a", None][id % 2],
                "V": f"v{id}",
                "SHORT": -id,
                "BYTE": id,
                "FLOAT": id / 2 - 0.5 if id % 3 == 1 else None,
                "AT": day(id),
            }
            for id in ids
        ],
        schema=SCHEMA,
    )


def text(value):
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return str(int(value.timestamp()) * 1_000_000)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def rows(folder, columns, version=None):
    table = deltalake.DeltaTable(folder, version=version)
    found = pa.table(deltalake.QueryBuilder().register("t", table).execute("SELECT * FROM t")).to_pylist()
    found.sort(key=lambda row: row["ID"])
    return ["|".join(text(row[name]) for name in columns) for row in found]


def write(folder):
    deltalake.write_deltalake(folder, batch(1, 2, 3), partition_by=["P", "AT"])
    deltalake.write_deltalake(folder, batch(4, 5, 6), mode="append")
    deltalake.write_deltalake(folder, batch(7), mode="append")
    table = deltalake.DeltaTable(folder)
    table.optimize.compact()
    table.delete("\"ID\" = 5")
    merger = table.merge(batch(2, 8), "t.\"ID\" = s.\"ID\"", source_alias="s", target_alias="t")
    merger.when_matched_update({"V": "'merged'"}).when_not_matched_insert_all().execute()
    plain = ["ID", "CURSOR", "P", "V"]
    versions = range(deltalake.DeltaTable(folder).version() + 1)
    return {
        "rows": rows(folder, plain),
        "versions": [rows(folder, plain, version) for version in versions],
        "narrow": rows(folder, ["ID", "SHORT", "BYTE", "FLOAT", "AT"]),
    }


if __name__ == "__main__":
    json.dump(write(sys.argv[1]), sys.stdout)
