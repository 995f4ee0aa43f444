import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import { type ColumnBatch, type Value, valueAt, valueText } from "@snowmelt/core/types";
import { openDeltaTable, readLane, snapshotFields } from "@snowmelt/lake/delta";
import { readSnapshotRows } from "@snowmelt/lake/read";
import { liveLane } from "../plan/lane.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { laneColumn, windowColumn } from "../stages/quarantine.ts";
import type { LandedTable } from "./landed-table.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Rows at the source that rules keep out of the table: each is held against a row there, or makes up for one. */
export interface SetAside {
  /** What the table would have more, or less, with them: by the landed cursor where there is one. */
  readonly changes: readonly { readonly cursor: bigint | null; readonly by: bigint }[];
  /** Rows whose newest version is in quarantine. */
  readonly rows: number;
}

interface Held {
  readonly cursor: bigint | null;
  readonly n: bigint;
}

/**
 * The rows of the quarantine that the source still owes the table. By a key: those whose key is not in the table, and those
 * whose version there is older by the cursor; mended ones are not. Of a table that is read in full: those of its last landing.
 */
export async function readSetAside(
  { lake, clock, random, signal, environmentName: environment, definition }: VerifyContext,
  { name, dataset, schema }: InspectedSource,
  landed: LandedTable,
): Promise<SetAside> {
  const quarantine = openDeltaTable({ store: lake, path: toQuarantinePath(name), clock, random });
  const held = await quarantine.snapshot({ signal });
  if (!held) return { changes: [], rows: 0 };
  const marks = [windowColumn, laneColumn].filter((mark) => snapshotFields(held).some((field) => field.name === mark));
  if (dataset.sync.kind !== "incremental") {
    const lane = liveLane({ environment, pipeline: definition.name, dataset: name });
    const { n } = readLane(landed, lane);
    let rows = 0;
    for await (const batch of readSnapshotRows(quarantine, held, { columns: marks, signal }))
      for (const { cells } of rowsOf(batch)) if (cells[0] === BigInt(n) && (cells[1] ?? lane) === lane) rows++;
    return { changes: rows === 0 ? [] : [{ cursor: null, by: BigInt(rows) }], rows };
  }
  const by = schema.cursor === null ? [] : [schema.cursor];
  const newest = new Map<string, Held>();
  const columns = [...schema.key, ...by, ...marks];
  for await (const batch of readSnapshotRows(quarantine, held, { columns, signal }))
    for (const { key, cells } of rowsOf(batch, schema.key.length)) {
      const at = schema.key.length;
      const [cursor, n, lane] = [toCursor(cells[at]), toCursor(cells[at + 1]), cells[at + 2]];
      const isCommitted = typeof lane !== "string" || n === null || BigInt(readLane(landed, lane).n) >= n;
      const row = { cursor, n: n ?? 0n };
      if (isCommitted && isNewer(row, newest.get(key))) newest.set(key, row);
    }
  if (newest.size === 0) return { changes: [], rows: 0 };
  const changes: { cursor: bigint | null; by: bigint }[] = [];
  for await (const batch of landed.readRows({ columns: [...schema.key, ...by] }, signal))
    for (const { key, cells } of rowsOf(batch, schema.key.length)) {
      const aside = newest.get(key);
      if (!aside) continue;
      const cursor = toCursor(cells[schema.key.length]);
      if (cursor === null || aside.cursor === null || aside.cursor <= cursor) newest.delete(key);
      else changes.push({ cursor, by: -1n });
    }
  for (const { cursor } of newest.values()) changes.push({ cursor, by: 1n });
  return { changes, rows: newest.size };
}

function* rowsOf({ fields, columns, rowCount }: ColumnBatch, keyed = 0): Generator<{ key: string; cells: Value[] }> {
  for (let row = 0; row < rowCount; row++) {
    const cells: Value[] = [];
    const texts: (string | null)[] = [];
    for (const [index, { type }] of fields.entries()) {
      const vector = columns[index];
      const value = vector ? valueAt(type, vector, row) : null;
      cells.push(value);
      if (index < keyed) texts.push(value === null ? null : valueText(type, value));
    }
    yield { key: JSON.stringify(texts), cells };
  }
}

const toCursor = (value: Value | undefined): bigint | null =>
  typeof value === "bigint" || typeof value === "number" ? BigInt(value) : null;

const isNewer = (row: Held, other: Held | undefined): boolean =>
  other === undefined || (row.cursor ?? row.n) > (other.cursor ?? other.n);
