"""All rows of a Delta table on S3 as delta-rs sees them.

    python read-rows.py '{"endpoint": ..., "region": ..., "credentials": {...}, "uri": "s3://..."}'
"""

import json
import sys

from deltalake import DeltaTable
from s3_storage import storage_options

settings = json.loads(sys.argv[1])
storage = storage_options(settings)
table = DeltaTable(settings["uri"], storage_options=storage)
rows = table.to_pyarrow_table().to_pylist()
json.dump({"version": table.version(), "rows": [[row["ID"], row["P"]] for row in rows]}, sys.stdout)
