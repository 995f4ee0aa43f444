"""Appends to a Delta table on S3 by delta-rs, commit by commit, then says what it sees.

    python append-many.py '{"endpoint": ..., "region": ..., "credentials": {...}, "uri": "s3://...", "commits": 8}'
"""

import json
import sys

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

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
for commit in range(settings["commits"]):
    rows = pa.table({"ID": [commit], "P": ["theirs"]}, schema=schema)
    write_deltalake(settings["uri"], rows, mode="append", storage_options=storage)
table = DeltaTable(settings["uri"], storage_options=storage)
actions = pa.table(table.get_add_actions())
json.dump({"version": table.version(), "files": actions.column("path").to_pylist()}, sys.stdout)
