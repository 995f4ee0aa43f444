"""Appends to a Delta table on S3 by delta-rs, commit by commit, a row each.

    python append-many.py '{"endpoint": ..., "region": ..., "credentials": {...}, "uri": "s3://...", "commits": 8}'

Says "ready" when it is loaded and begins when its input says so.
"""

import json
import sys

import pyarrow as pa
from deltalake import write_deltalake
from s3_storage import storage_options

settings = json.loads(sys.argv[1])
storage = storage_options(settings)
schema = pa.schema([pa.field("ID", pa.int64(), nullable=False), pa.field("P", pa.string())])
print("ready", flush=True)
sys.stdin.readline()
for commit in range(settings["commits"]):
    rows = pa.table({"ID": [-1 - commit], "P": ["theirs"]}, schema=schema)
    write_deltalake(settings["uri"], rows, mode="append", storage_options=storage)
