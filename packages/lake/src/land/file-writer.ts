import { createHash } from "node:crypto";
import type { ColumnBatch, Field } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import { openParquetEncoder, type ParquetEncoderOptions, type RowRange } from "../parquet/index.ts";
import { toStatsJson } from "../stats/index.ts";
import { openBodyChannel } from "./body-channel.ts";
import type { LandedFile } from "./landed-file.ts";

export interface FileTarget {
  readonly table: TableLocation;
  /** Key below the table's root. Put if absent: a name is never used twice. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly fields: readonly Field[];
  readonly alwaysIndexed: readonly string[];
  readonly encoder: ParquetEncoderOptions;
  readonly signal: AbortSignal | undefined;
}

/** One data file under way: rows in, row groups out to the store as they fill. Nothing is visible before `finish`. */
export interface FileWriter {
  readonly rowCount: number;
  readonly heldBytes: number;
  /** Size of the file if it were finished now, about. */
  readonly estimatedBytes: number;
  /** Rows of the batch from `from` that fit until the file is of `maxBytes`. */
  rowsWithin(maxBytes: number, batch: ColumnBatch, from: number): number;
  append(batch: ColumnBatch, rows?: RowRange): Promise<void>;
  finish(): Promise<LandedFile>;
  /** Leaves no object. */
  abort(reason: unknown): Promise<void>;
}

export function openFileWriter(target: FileTarget): FileWriter {
  const { table, path, partitionValues, fields, alwaysIndexed, signal } = target;
  const key = toTableKey(table.path, path);
  const encoder = openParquetEncoder(fields, target.encoder);
  const channel = openBodyChannel();
  const hash = createHash("sha256");
  const put = table.store.putIfAbsent(key, channel.body, signal ? { signal } : {}).finally(() => channel.close());
  let failure: unknown;
  put.catch((error: unknown) => {
    failure = error;
  });

  const send = async (parts: readonly Uint8Array[]): Promise<void> => {
    for (const part of parts) {
      hash.update(part);
      await channel.push(part);
    }
    if (failure !== undefined) throw failure;
  };
  return {
    get rowCount() {
      return encoder.rowCount;
    },
    get heldBytes() {
      return encoder.heldBytes;
    },
    get estimatedBytes() {
      return encoder.estimatedBytes;
    },
    rowsWithin: (maxBytes, batch, from) => encoder.rowsWithin(maxBytes, batch, from),
    append: (batch, rows) => send(encoder.append(batch, rows)),
    async finish() {
      const { parts, summary } = encoder.finish();
      await send(parts);
      channel.end();
      const result = await put;
      if (result.status === "exists") {
        throw lakeError("STORE_FAILED", `${key} exists already, though its name was drawn for this file alone.`);
      }
      if (result.meta.sizeBytes !== summary.bytes) {
        throw lakeError(
          "STORE_FAILED",
          `${key} has ${result.meta.sizeBytes} bytes after ${summary.bytes} were written.`,
        );
      }
      return {
        path,
        partitionValues,
        rowCount: summary.rowCount,
        bytes: summary.bytes,
        sha256: hash.digest("hex"),
        modifiedAtMs: result.meta.modifiedAtMs,
        stats: toStatsJson(summary, fields, alwaysIndexed),
        summary,
      };
    },
    async abort(reason) {
      channel.fail(reason);
      await put.catch(() => undefined);
    },
  };
}
