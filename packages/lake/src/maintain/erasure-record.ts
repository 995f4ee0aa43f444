import { hash } from "node:crypto";
import type { ColumnBatch, Field } from "@snowmelt/core/types";
import type { Txn } from "../delta/action.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { rowText } from "../verify/row-text.ts";

/** Rows that were taken out of a table on purpose, as its log remembers them: by a digest of their key, not by its value. */
export interface ErasureRecord {
  /** Drawn for the erasure, and before every text that is digested. */
  readonly salt: string;
  /** Of the key, in the order of the digest. */
  readonly columns: readonly string[];
  /** Milliseconds since the epoch. */
  readonly erasedAtMs: number | undefined;
  /** How many rows had each key, by its digest (MD5, in hex). */
  readonly rows: ReadonlyMap<string, number>;
}

/** Gathers what an erasure takes out. */
export interface ErasureRecorder {
  add(batch: ColumnBatch, row: number): void;
  /** One for each key; undefined where it cannot be recorded: the key has no text that a source shares, or there are too many. */
  txns(nowMs: number): readonly Txn[] | undefined;
}

const prefix = "snowmelt/erased/";
/** Each is a line of every checkpoint from then on. */
const mostKeys = 1_000;
const digestible: readonly Field["type"]["kind"][] = [
  "boolean",
  "int32",
  "int64",
  "decimal",
  "date",
  "string",
  "binary",
];

/** `fields` are the columns of the key, of which batches consist. */
export function openErasureRecorder(fields: readonly Field[], salt: string): ErasureRecorder {
  const rows = new Map<string, number>();
  const isDigestible = fields.every(({ type }) => digestible.includes(type.kind));
  const columns = fields.map(({ name }) => encodeURIComponent(name)).join("&");
  return {
    add(batch, row) {
      if (!isDigestible || rows.size > mostKeys) return;
      const digest = erasedDigest(salt, batch, row);
      rows.set(digest, (rows.get(digest) ?? 0) + 1);
    },
    txns: (nowMs) =>
      isDigestible && rows.size <= mostKeys
        ? [...rows].map(([digest, count]) => ({
            appId: `${prefix}${salt}/${columns}/${digest}`,
            version: BigInt(count),
            lastUpdated: nowMs,
          }))
        : undefined,
  };
}

/** The digest of a row of a record's columns, in their order. */
export const erasedDigest = (salt: string, batch: ColumnBatch, row: number): string =>
  hash("md5", `${salt}${rowText(batch, row)}`, "hex");

/** What the log remembers of erasures, one for each. Pure. */
export function readErasureRecords({ txns }: Pick<Snapshot, "txns">): readonly ErasureRecord[] {
  const records = new Map<string, ErasureRecord & { readonly rows: Map<string, number> }>();
  for (const [appId, { version, lastUpdated }] of txns) {
    const [, salt, columns, digest] = /^snowmelt\/erased\/([^/]+)\/([^/]+)\/([0-9a-f]{32})$/.exec(appId) ?? [];
    if (salt === undefined || columns === undefined || digest === undefined) continue;
    const record = records.get(salt) ?? {
      salt,
      columns: columns.split("&").map(decodeURIComponent),
      erasedAtMs: lastUpdated,
      rows: new Map<string, number>(),
    };
    records.set(salt, record);
    record.rows.set(digest, Number(version));
  }
  return [...records.values()];
}
