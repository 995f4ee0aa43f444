"""Writes the golden Delta tables with delta-rs, and beside each what delta-rs itself says of it.

    pip install deltalake==1.6.6 pyarrow==26.0.1
    python write-golden.py
"""

import datetime as dt
import json
import os
import shutil
from decimal import Decimal

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    target = os.path.join(HERE, name)
    shutil.rmtree(target, ignore_errors=True)
    return target


def describe(target):
    table = DeltaTable(target)
    adds = pa.table(table.get_add_actions(flatten=False)).to_pylist()
    protocol = table.protocol()
    found = {
        "version": table.version(),
        "minReaderVersion": protocol.min_reader_version,
        "minWriterVersion": protocol.min_writer_version,
        "rows": table.to_pyarrow_table().num_rows,
        "schema": json.loads(table.schema().to_json()),
        "partitionColumns": table.metadata().partition_columns,
        "files": sorted(
            (
                {
                    "path": add["path"],
                    "size": add["size_bytes"],
                    "numRecords": add["num_records"],
                    "partition": {k: None if v is None else str(v) for k, v in (add.get("partition") or add.get("partition_values") or {}).items()},
                }
                for add in adds
            ),
            key=lambda file: file["path"],
        ),
        "transactions": {app_id: version for app_id in ["app/one", "app/two"] if (version := table.transaction_version(app_id)) is not None},
    }
    with open(f"{target}.expected.json", "w") as out:
        json.dump(found, out, indent=1, ensure_ascii=False, default=str)
        out.write("\n")


def numbers(start, count):
    return pa.table({"id": pa.array(range(start, start + count), pa.int64()), "v": pa.array([f"v{n}" for n in range(start, start + count)])})


def history():
    """Appends, an overwrite, a delete, transactions and an added column."""
    target = path("history")
    write_deltalake(target, numbers(0, 5))
    write_deltalake(
        target, numbers(5, 5), mode="append",
        commit_properties=CommitProperties(app_transactions=[Transaction("app/one", 41), Transaction("app/two", 9223372036854775807)]),
    )
    write_deltalake(target, numbers(100, 3), mode="overwrite")
    write_deltalake(target, numbers(200, 3), mode="append", commit_properties=CommitProperties(app_transactions=[Transaction("app/one", 42)]))
    DeltaTable(target).delete("id = 201")
    wider = numbers(300, 2).append_column("extra", pa.array([1.5, None], pa.float64()))
    write_deltalake(target, wider, mode="append", schema_mode="merge")
    describe(target)


def partitions():
    """Partition values that need escaping, NULLs, and several types."""
    target = path("partitions")
    words = ["plain", "a b", "a/b", "50%", "k=v", "x:y", "é", "😀", "#?&+", "\"q'", None]
    table = pa.table({
        "id": pa.array(range(len(words)), pa.int64()),
        "word": pa.array(words, pa.string()),
        "day": pa.array([dt.date(2001, 1, 1 + n) if n % 2 else None for n in range(len(words))], pa.date32()),
        "amount": pa.array([Decimal("1.50") if n % 3 else Decimal("0.07") for n in range(len(words))], pa.decimal128(10, 2)),
    })
    write_deltalake(target, table, partition_by=["word", "day", "amount"])
    describe(target)


def types():
    """Every type that is landed, with extremes; the wall-clock timestamp raises the protocol."""
    target = path("types")
    table = pa.table({
        "b": pa.array([True, None]),
        "i": pa.array([-(2**31), 2**31 - 1], pa.int32()),
        "l": pa.array([-(2**63), 2**63 - 1], pa.int64()),
        "f": pa.array([1.5, float("inf")], pa.float64()),
        "d": pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)], pa.date32()),
        "s": pa.array(["", "z" * 100]),
        "x": pa.array([b"\x00\xff", None], pa.binary()),
        "n": pa.array([Decimal("-9" * 1 + "9" * 37), Decimal("9" * 38)], pa.decimal128(38, 0)),
        "m": pa.array([Decimal("-0.01"), Decimal("12345678901234567890.12")], pa.decimal128(38, 2)),
        "t": pa.array([dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2026, 11, 22, 10, 0, 0, 123456)], pa.timestamp("us", tz="UTC")),
        "w": pa.array([dt.datetime(1969, 12, 31, 23, 59, 59, 999999), None], pa.timestamp("us")),
    })
    write_deltalake(target, table)
    describe(target)


def checkpoint():
    """A checkpoint beside all of its JSON entries."""
    target = path("checkpoint")
    for n in range(4):
        write_deltalake(target, numbers(n, 1), mode="append")
    DeltaTable(target).create_checkpoint()
    write_deltalake(target, numbers(4, 1), mode="append")
    describe(target)


if __name__ == "__main__":
    history()
    partitions()
    types()
    checkpoint()
