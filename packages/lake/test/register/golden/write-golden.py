"""Writes Parquet files in every physical form that a writer may choose for a column, and cases.json, which says of each
what a table declares and whether the file may become part of it.

    python write-golden.py
"""

import base64
import datetime as dt
import decimal
import json
import math
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from text import text

HERE = pathlib.Path(__file__).parent
UTC = dt.timezone.utc
D = decimal.Decimal
cases = []

INT64 = {"kind": "int64"}
STRING = {"kind": "string"}
BINARY = {"kind": "binary"}
FLOAT = {"kind": "float64"}
DATE = {"kind": "date"}
INSTANT = {"kind": "timestamp", "unit": "us", "utc": True}
WALL = {"kind": "timestamp", "unit": "us", "utc": False}
TIME = {"kind": "time", "unit": "us"}


def decimal_type(precision, scale):
    return {"kind": "decimal", "precision": precision, "scale": scale}


def case(name, declared, values, arrow, *, found=None, nullable=True, required=False, **options):
    """Column ID and column X. `found` is what a refusal says of X; without it the file is taken."""
    fields = [pa.field("ID", pa.int64(), nullable=False), pa.field("X", arrow, nullable=not required)]
    table = pa.table([pa.array(range(len(values)), pa.int64()), pa.array(values, arrow)], schema=pa.schema(fields))
    table_case(name, [("ID", INT64, False), ("X", declared, nullable)], table, found=found, rows=values, **options)


def table_case(name, fields, table, *, found=None, rows=None, writer=None, **options):
    options = {"compression": "snappy", **options}
    path = HERE / f"{name}.parquet"
    if writer:
        writer(table, path)
    else:
        pq.write_table(table, path, **options)
    cases.append(
        {
            "name": name,
            "fields": [{"name": column, "type": kind, "nullable": nullable} for column, kind, nullable in fields],
            "rowCount": table.num_rows,
            **({"found": found} if found else {"values": [text(value) for value in rows]}),
        }
    )


# Integers.
longs = [0, 2**63 - 1, -(2**63), None]
case("long-int64", INT64, longs, pa.int64())
case("long-required", INT64, [1, -1], pa.int64(), required=True, nullable=False)
case("long-optional-without-null", INT64, [1, -1], pa.int64(), nullable=False)
case("long-null-in-required", INT64, [1, None], pa.int64(), nullable=False, found="1 NULL")
case("long-int32", INT64, [1, None], pa.int32(), found="INT32 as int32")
case("long-uint32", INT64, [1, None], pa.uint32(), found="INT32 as int64, unsigned")
case("long-uint64", INT64, [1, None], pa.uint64(), found="unsigned 64-bit integers are not read")
case("long-decimal", INT64, [D(1), None], pa.decimal128(38, 0), found="FIXED_LEN_BYTE_ARRAY(16) as decimal(38,0)")
case("int-int32", {"kind": "int32"}, [2**31 - 1, -(2**31), None], pa.int32())
case("int-int64", {"kind": "int32"}, [1, None], pa.int64(), found="INT64 as int64")

# Decimals, in each physical form and precision.
for precision, scale in [(9, 2), (18, 6), (38, 0), (38, 37)]:
    with decimal.localcontext(prec=76):
        unit = D(1).scaleb(-scale)
        most = D(10**precision - 1).scaleb(-scale)
        numbers = [most, -most, unit, -unit, D(0).scaleb(-scale), None]
    arrow = pa.decimal128(precision, scale)
    kind = decimal_type(precision, scale)
    case(f"decimal-{precision}-{scale}-fixed", kind, numbers, arrow)
    if precision <= 18:
        case(f"decimal-{precision}-{scale}-integer", kind, numbers, arrow, store_decimal_as_integer=True)
case("decimal-narrower", decimal_type(38, 0), [D(1), None], pa.decimal128(9, 0), found="FIXED_LEN_BYTE_ARRAY(4) as decimal(9,0)")
case("decimal-other-scale", decimal_type(10, 2), [D("1.5"), None], pa.decimal128(10, 1), found="FIXED_LEN_BYTE_ARRAY(5) as decimal(10,1)")
case("decimal-int64", decimal_type(18, 0), [1, None], pa.int64(), found="INT64 as int64")
case("decimal-double", decimal_type(18, 2), [1.5, None], pa.float64(), found="DOUBLE as float64")

# Times.
instants = [
    dt.datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    dt.datetime(1, 1, 1, tzinfo=UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
    None,
]
walls = [value and value.replace(tzinfo=None) for value in instants]
near = [dt.datetime(2024, 2, 29, 1, 2, 3, 4000, UTC), None]
case("timestamp-micros-utc", INSTANT, instants, pa.timestamp("us", "UTC"))
case("timestamp-micros-utc-v1", INSTANT, instants, pa.timestamp("us", "UTC"), version="1.0")
case("timestamp-micros-wall", INSTANT, walls, pa.timestamp("us"), found="INT64 as timestamp(us)")
case("timestamp-millis-utc", INSTANT, near, pa.timestamp("ms", "UTC"), found="INT64 as timestamp(us, UTC), in milliseconds")
case("timestamp-nanos-utc", INSTANT, near, pa.timestamp("ns", "UTC"), found="INT64 as timestamp(ns, UTC)")
case("timestamp-int96", INSTANT, near, pa.timestamp("us", "UTC"), use_deprecated_int96_timestamps=True, found="INT96 as timestamp(us, UTC)")
case("timestamp-int64", INSTANT, [1, None], pa.int64(), found="INT64 as int64")
case("timestamp-text", INSTANT, ["2024-02-29", None], pa.string(), found="BYTE_ARRAY as string")
case("wall-micros", WALL, walls, pa.timestamp("us"))
case("wall-micros-utc", WALL, instants, pa.timestamp("us", "UTC"), found="INT64 as timestamp(us, UTC)")
case("time-micros", TIME, [dt.time(23, 59, 59, 999999), dt.time(0), None], pa.time64("us"))
case("time-millis", TIME, [dt.time(1, 2, 3), None], pa.time32("ms"), found="INT32 as time(us), in milliseconds")
case("time-nanos", TIME, [dt.time(1, 2, 3), None], pa.time64("ns"), found="INT64 as time(ns)")
case("date", DATE, [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1582, 10, 15), None], pa.date32())
case("date-text", DATE, ["2024-02-29"], pa.string(), found="BYTE_ARRAY as string")
case("date-timestamp", DATE, near, pa.timestamp("us", "UTC"), found="INT64 as timestamp(us, UTC)")
case("date-year-10000", DATE, [2932897, None], pa.int32(), found="INT32 as int32")
beyond = pa.array([2932897, None], pa.int32()).cast(pa.date32())
table_case(
    "date-beyond-9999",
    [("ID", INT64, False), ("X", DATE, True)],
    pa.table({"ID": pa.array([1, 2], pa.int64()), "X": beyond}),
    found="10000-01-01",
)

# Text and binary.
words = ["", "z" * 100, "żółć 🧊", "\x00", None]
case("text", STRING, words, pa.string())
case("text-large", STRING, words, pa.large_string())
case("text-plain", STRING, words, pa.string(), use_dictionary=False)
case("text-no-statistics", STRING, words, pa.string(), write_statistics=False)
case("text-unannotated", STRING, [b"a", None], pa.binary(), found="BYTE_ARRAY without a logical type")
case("binary", BINARY, [b"", b"\x00\xff", b"x" * 100, None], pa.binary())
case("binary-annotated-text", BINARY, ["00FF", None], pa.string(), found="BYTE_ARRAY as string")
case("binary-fixed", BINARY, [b"ab", None], pa.binary(2), found="FIXED_LEN_BYTE_ARRAY(2) without a logical type")

# Numbers of the machine, and what has no column.
case("double", FLOAT, [1.5, -2.25, 1e300, math.nan, math.inf, None], pa.float64())
case("double-all-nan", FLOAT, [math.nan, None], pa.float64())
case("float", FLOAT, [1.5, None], pa.float32(), found="FLOAT as float64")
case("boolean", {"kind": "boolean"}, [True, False, None], pa.bool_())
case("boolean-integer", {"kind": "boolean"}, [1, 0], pa.int32(), found="INT32 as int32")
case("list", STRING, [["a"], None], pa.list_(pa.string()), found="nested and repeated columns are not read")
case("struct", STRING, [{"a": 1}, None], pa.struct([("a", pa.int64())]), found="nested and repeated columns are not read")
case("all-null", STRING, [None, None], pa.string())
case("no-rows", STRING, [], pa.string())

# The way of writing.
for codec in ["snappy", "gzip", "zstd", "none"]:
    case(f"codec-{codec}", STRING, words, pa.string(), compression=codec)
case("codec-lz4", STRING, words, pa.string(), compression="lz4", found="LZ4_RAW")
case("codec-brotli", STRING, words, pa.string(), compression="brotli", found="BROTLI")
case("pages-v2", STRING, words, pa.string(), data_page_version="2.0")
case("format-1.0", INT64, longs, pa.int64(), version="1.0")
case("row-groups", INT64, [5, 3, None, None, -7, 8], pa.int64(), row_group_size=2)
case("delta-encoded", INT64, longs, pa.int64(), use_dictionary=False, column_encoding={"X": "DELTA_BINARY_PACKED", "ID": "PLAIN"})
case("page-index", STRING, words, pa.string(), write_page_index=True)
case("no-statistics-nulls-in-required", INT64, [1, None], pa.int64(), nullable=False, write_statistics=False, found="1 NULL")
case("no-statistics-times", INSTANT, instants, pa.timestamp("us", "UTC"), write_statistics=False)

# Names and their order.
ids = pa.array([1, 2], pa.int64())
xs = pa.array(["a", None], pa.string())
two = [("ID", INT64, False), ("X", STRING, True)]
table_case("columns-in-another-order", two, pa.table({"X": xs, "ID": ids}), rows=["a", None])
table_case("column-in-another-case", two, pa.table({"ID": ids, "x": xs}), found='"x", spelled in another case')
table_case("column-missing", two, pa.table({"ID": ids}), found="no such column")
table_case("column-extra", two, pa.table({"ID": ids, "X": xs, "Y": ids}), found="INT64 as int64")
table_case("column-twice", two, pa.Table.from_arrays([ids, xs, xs], names=["ID", "X", "X"]), found="2")


# Encrypted as a whole, and with a footer that can be read.
class PlainKms(pe.KmsClient):
    def __init__(self, _config):
        pe.KmsClient.__init__(self)

    def wrap_key(self, key, _name):
        return base64.b64encode(key)

    def unwrap_key(self, wrapped, _name):
        return base64.b64decode(wrapped)


def encrypted(plaintext_footer):
    def write(table, path):
        factory = pe.CryptoFactory(PlainKms)
        config = pe.EncryptionConfiguration("footer", column_keys={"column": ["X"]}, plaintext_footer=plaintext_footer)
        properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
        with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
            writer.write_table(table)

    return write


table_case("encrypted", two, pa.table({"ID": ids, "X": xs}), found="encrypted", writer=encrypted(False))
table_case("encrypted-plain-footer", two, pa.table({"ID": ids, "X": xs}), found="encrypted", writer=encrypted(True))

(HERE / "cases.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
