import { openRecordEncoder } from "../parquet/index.ts";
import { checkpointColumns } from "./checkpoint-schema.ts";
import { encodeDataPath } from "./data-path.ts";
import type { Snapshot } from "./snapshot.ts";
import { tombstoneRetentionMs } from "./table-properties.ts";

/** What `_last_checkpoint` says of a checkpoint. */
export interface CheckpointCounts {
  /** Actions. */
  readonly size: number;
  readonly numOfAddFiles: number;
}

/**
 * The bytes of a classic checkpoint of a snapshot, part by part as they are pulled: protocol, metadata, every `txn`, every
 * live file, and removed files that have not expired at `nowMs`. Bounded by a row group.
 */
export function* encodeCheckpoint(snapshot: Snapshot, nowMs: number): Generator<Uint8Array, CheckpointCounts> {
  const encoder = openRecordEncoder(checkpointColumns, { rowGroupRows: 50_000, rowGroupBytes: 8 << 20 });
  const { protocol, metaData, txns, files, tombstones } = snapshot;
  const { minReaderVersion, minWriterVersion } = protocol;
  yield* encoder.append("protocol", {
    minReaderVersion,
    minWriterVersion,
    readerFeatures: minReaderVersion >= 3 ? (protocol.readerFeatures ?? []) : null,
    writerFeatures: minWriterVersion >= 7 ? (protocol.writerFeatures ?? []) : null,
  });
  yield* encoder.append("metaData", { ...metaData, format: { options: {}, ...metaData.format } });
  for (const [appId, { version, lastUpdated }] of txns) yield* encoder.append("txn", { appId, version, lastUpdated });
  let numOfAddFiles = 0;
  for (const add of files.values()) {
    yield* encoder.append("add", add);
    numOfAddFiles++;
  }
  const expiredBefore = nowMs - tombstoneRetentionMs(metaData);
  for (const [key, deletionTimestamp] of tombstones) {
    if (deletionTimestamp <= expiredBefore) continue;
    yield* encoder.append("remove", { path: encodeDataPath(key), deletionTimestamp, dataChange: false });
  }
  yield* encoder.finish();
  return { size: encoder.rowCount, numOfAddFiles };
}
