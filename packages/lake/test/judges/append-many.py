"""Appends to a Delta table on S3 by delta-rs, commit by commit, a row each.

    python append-many.py '{"endpoint": ..., "region": ..., "credentials": {...}, "uri": "s3://...", "commits": 8}'

Says "ready" when it is loaded and begins when its input says so.
"""

import json
import sys

import pyarrow as pa
from deltalake import write_deltalake

settings = json.loads(sys.argv[1])
storage = {
    "AWS_ENDPOINT_URL": settings["endpoint"],
    "AWS_REGION": settings["region"],
    "AWS_ACCESS_KEY_ID": settings["credentials"]["accessKeyId"],
    "AWS_SECRET_ACCESS_KEY": settings["credentials"]["secretAccessKey"],
    "AWS_ALLOW_HTTP": "true",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
}
schema = pa.schema([pa.field("ID", pa.int64(), nullable=False), pa.field("P", pa.string())])
print("ready", flush=True)
sys.stdin.readline()
for commit in range(settings["commits"]):
    rows = pa.table({"ID": [-1 - commit], "P": ["theirs"]}, schema=schema)
    write_deltalake(settings["uri"], rows, mode="append", storage_options=storage)
