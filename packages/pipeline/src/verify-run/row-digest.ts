import { hash } from "node:crypto";
import { type ColumnBatch, type Field, type Value, valueAt, valueText } from "@snowmelt/core/types";
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
    add({ fields, columns, rowCount: rows }) {
      for (let row = 0; row < rows; row++) {
        let text = "";
        for (const [index, vector] of columns.entries()) {
          const field = fields[index];
          if (field) text += cellText(field, valueAt(field.type, vector, row));
        }
        const digest = hash("md5", text, "buffer");
        upper += digest.readBigUInt64BE(0);
        lower += digest.readBigUInt64BE(8);
      }
      rowCount += BigInt(rows);
    },
    digest: () => ({ rowCount, upper, lower }),
  };
}

/** With its length before it, so that no two rows have one text. */
function cellText({ type }: Field, value: Value): string {
  if (value === null) return "N";
  const text = typeof value === "string" ? value : valueText(type, value).replace(/Z$/, "");
  return `${characters(text)}:${text}`;
}

/** Code points, as the source counts them. */
function characters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}
