"""One operation of delta-rs upon a table in a folder, in a process of its own; prints a line of JSON."""

import json
import resource
import statistics
import sys
import time

from deltalake import DeltaTable
from deltalake.transaction import AddAction

COMMITS = 9


def timed(work):
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result


def measure(operation, folder):
    ms, table = timed(lambda: DeltaTable(folder))
    files = len(table.file_uris())
    if operation == "load":
        return ms, files
    if operation == "list":
        return timed(table.file_uris)[0], files
    if operation == "checkpoint":
        append(table, 0)
        # A checkpoint is of the version that the table object is at.
        table.update_incremental()
        return timed(table.create_checkpoint)[0], files
    return statistics.median([append(table, commit) for commit in range(COMMITS)]), files


def append(table, commit):
    """As ours: a look at the newest state, then the commit."""
    add = AddAction(f"new/part-{commit}.parquet", 4, {"DAY": "2026-01-01"}, 1, True, '{"numRecords":1}')
    schema = table.schema()

    def work():
        table.update_incremental()
        table.create_write_transaction([add], "append", schema, ["DAY"])

    return timed(work)[0]


if __name__ == "__main__":
    ms, files = measure(sys.argv[1], sys.argv[2])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"ms": ms, "files": files, "peakRssMb": peak}, sys.stdout)
