"""All rows of a Delta table on S3 as delta-rs sees them.

    python read-rows.py '{"endpoint": ..., "region": ..., "credentials": {...}, "uri": "s3://..."}'
"""

import json
import sys

from deltalake import DeltaTable

settings = json.loads(sys.argv[1])
storage = {
    "AWS_ENDPOINT_URL": settings["endpoint"],
    "AWS_REGION": settings["region"],
    "AWS_ACCESS_KEY_ID": settings["credentials"]["accessKeyId"],
    "AWS_SECRET_ACCESS_KEY": settings["credentials"]["secretAccessKey"],
    "AWS_ALLOW_HTTP": "true",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
}
table = DeltaTable(settings["uri"], storage_options=storage)
rows = table.to_pyarrow_table().to_pylist()
json.dump({"version": table.version(), "rows": [[row["ID"], row["P"]] for row in rows]}, sys.stdout)
