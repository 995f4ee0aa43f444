import { hash } from "node:crypto";
import type { ColumnBatch } from "@snowmelt/core/types";
import { rowText } from "@snowmelt/lake/delta";
import type { RowDigest } from "@snowmelt/snowflake";

/** Adds up the digest of rows that come in batches: the same as the source's, of the same rows in any order. */
export interface RowDigester {
  /** The columns of the digest, in its order. */
  add(batch: ColumnBatch): void;
  digest(): RowDigest;
}

/** For columns that `digestRefusal` does not refuse. */
export function openRowDigester(): RowDigester {
  let [rowCount, upper, lower] = [0n, 0n, 0n];
  return {
    add(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        const digest = hash("md5", rowText(batch, row), "buffer");
        upper += digest.readBigUInt64BE(0);
        lower += digest.readBigUInt64BE(8);
      }
      rowCount += BigInt(batch.rowCount);
    },
    digest: () => ({ rowCount, upper, lower }),
  };
}
