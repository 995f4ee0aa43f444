import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import { type ColumnBatch, takeRows, type Value, valueAt, valueText } from "@snowmelt/core/types";
import { openDeltaTable, readLane, snapshotFields } from "@snowmelt/lake/delta";
import { type Predicate, type ReadQuestion, readSnapshotRows } from "@snowmelt/lake/read";
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
  /** Rows of the table whose newest version is in quarantine. */
  readonly superseded: number;
  /** Landed columns that the quarantine has no values of: it is older than they are. */
  readonly unknownColumns: readonly string[];
  /** The rows themselves. */
  readonly readRows: (question: AsideQuestion) => AsyncIterable<ColumnBatch>;
  /** The table's rows but those that are superseded. */
  readonly readOthers: (question: AsideQuestion) => AsyncIterable<ColumnBatch>;
}

export interface AsideQuestion {
  readonly columns: readonly string[];
  readonly where?: Predicate | undefined;
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
  context: VerifyContext,
  inspected: InspectedSource,
  landed: LandedTable,
): Promise<SetAside> {
  const { lake, clock, random, signal } = context;
  const quarantine = openDeltaTable({ store: lake, path: toQuarantinePath(inspected.name), clock, random });
  const held = await quarantine.snapshot({ signal });
  if (!held) return nothingAside(landed, signal);
  const known = new Set(snapshotFields(held).map(({ name }) => name));
  const read = readerOf((question) => readSnapshotRows(quarantine, held, { ...question, signal }));
  const aside = { read, marks: [windowColumn, laneColumn].filter((mark) => known.has(mark)) };
  const unknownColumns = inspected.schema.batchFields.flatMap(({ name }) => (known.has(name) ? [] : [name]));
  const found =
    inspected.dataset.sync.kind === "incremental"
      ? await owedByKey(inspected, landed, { ...aside, signal })
      : await owedByLanding(context, inspected, { landed, ...aside });
  return { ...found, unknownColumns };
}

const nothingAside = (landed: LandedTable, signal: AbortSignal): SetAside => ({
  changes: [],
  rows: 0,
  superseded: 0,
  unknownColumns: [],
  async *readRows() {},
  readOthers: (question) => landed.readRows(toQuestion(question), signal),
});

/** Rows with the columns that are asked for in that order, each of which may be asked for twice. */
const readerOf = (read: (question: ReadQuestion) => AsyncIterable<ColumnBatch>): ReadAside =>
  async function* (columns, where) {
    const unique = [...new Set(columns)];
    const at = columns.map((name) => unique.indexOf(name));
    for await (const { fields, columns: vectors, rowCount } of read({ columns: unique, ...(where ? { where } : {}) }))
      yield {
        fields: at.flatMap((index) => fields[index] ?? []),
        columns: at.flatMap((index) => vectors[index] ?? []),
        rowCount,
      };
  };

type ReadAside = (columns: readonly string[], where?: Predicate) => AsyncIterable<ColumnBatch>;

interface Aside {
  readonly read: ReadAside;
  /** Which of the columns that say whose a row is are there: tables of older releases have not both. */
  readonly marks: readonly string[];
}

/** Of a table that is read in full: all rows of its last landing. */
async function owedByLanding(
  { signal, environmentName: environment, definition }: VerifyContext,
  { name }: InspectedSource,
  { landed, read, marks }: Aside & { readonly landed: LandedTable },
): Promise<Omit<SetAside, "unknownColumns">> {
  const lane = liveLane({ environment, pipeline: definition.name, dataset: name });
  const n = BigInt(readLane(landed, lane).n);
  const isOwed = ([window, whose]: readonly (Value | undefined)[]): boolean => window === n && (whose ?? lane) === lane;
  let rows = 0;
  for await (const batch of read(marks)) for (const { cells } of rowsOf(batch)) if (isOwed(cells)) rows++;
  return {
    ...nothingAside(landed, signal),
    changes: rows === 0 ? [] : [{ cursor: null, by: BigInt(rows) }],
    rows,
    async *readRows({ columns, where }) {
      for await (const batch of read([...marks, ...columns], where))
        yield projected(batch, columns, (row) => isOwed(cellsAt(batch, row, marks.length)));
    },
  };
}

async function owedByKey(
  { schema }: InspectedSource,
  landed: LandedTable,
  { read, marks, signal }: Aside & { readonly signal: AbortSignal },
): Promise<Omit<SetAside, "unknownColumns">> {
  const { key } = schema;
  const by = schema.cursor === null ? [] : [schema.cursor];
  const newest = new Map<string, Held>();
  const identity = [...key, ...by, ...marks];
  const heldOf = (cells: readonly Value[]): Held & { readonly isCommitted: boolean } => {
    const [cursor, n, lane] = [
      by.length === 0 ? null : toCursor(cells[key.length]),
      toCursor(cells[key.length + by.length]),
      cells[key.length + by.length + 1],
    ];
    const isCommitted = typeof lane !== "string" || n === null || BigInt(readLane(landed, lane).n) >= n;
    return { cursor, n: n ?? 0n, isCommitted };
  };
  for await (const batch of read(identity))
    for (const { key: text, cells } of rowsOf(batch, key.length)) {
      const row = heldOf(cells);
      if (row.isCommitted && isNewer(row, newest.get(text))) newest.set(text, row);
    }
  if (newest.size === 0) return nothingAside(landed, signal);
  const changes: { cursor: bigint | null; by: bigint }[] = [];
  for await (const batch of readerOf((question) => landed.readRows(question, signal))([...key, ...by]))
    for (const { key: text, cells } of rowsOf(batch, key.length)) {
      const aside = newest.get(text);
      if (!aside) continue;
      const cursor = toCursor(cells[key.length]);
      if (cursor === null || aside.cursor === null || aside.cursor <= cursor) newest.delete(text);
      else changes.push({ cursor, by: -1n });
    }
  if (newest.size === 0) return nothingAside(landed, signal);
  const superseded = changes.length;
  for (const { cursor } of newest.values()) changes.push({ cursor, by: 1n });
  return {
    changes,
    rows: newest.size,
    superseded,
    async *readRows({ columns, where }) {
      // The first of equals, as above.
      const left = new Map(newest);
      for await (const batch of read([...identity, ...columns], where))
        yield projected(batch, columns, (row) => {
          const cells = cellsAt(batch, row, identity.length);
          const text = keyText(batch, cells, key.length);
          const wanted = left.get(text);
          const { cursor, n, isCommitted } = heldOf(cells);
          return wanted?.cursor === cursor && wanted.n === n && isCommitted && left.delete(text);
        });
    },
    async *readOthers({ columns, where }) {
      const others = readerOf((question) => landed.readRows(question, signal));
      for await (const batch of others([...key, ...columns], where))
        yield projected(batch, columns, (row) => {
          const cells = cellsAt(batch, row, key.length);
          return !newest.has(keyText(batch, cells, key.length));
        });
    },
  };
}

const toQuestion = ({ columns, where }: AsideQuestion) => ({ columns, ...(where ? { where } : {}) });

/** The last columns of a batch, of the rows that are wanted. */
function projected(batch: ColumnBatch, columns: readonly string[], isWanted: (row: number) => boolean): ColumnBatch {
  const first = batch.fields.length - columns.length;
  const rows: number[] = [];
  for (let row = 0; row < batch.rowCount; row++) if (isWanted(row)) rows.push(row);
  const { fields, columns: vectors, rowCount } = batch;
  const kept = { fields: fields.slice(first), columns: vectors.slice(first), rowCount };
  return rows.length === rowCount ? kept : takeRows(kept, rows);
}

function* rowsOf(batch: ColumnBatch, keyed = 0): Generator<{ key: string; cells: Value[] }> {
  for (let row = 0; row < batch.rowCount; row++) {
    const cells = cellsAt(batch, row, batch.fields.length);
    yield { key: keyText(batch, cells, keyed), cells };
  }
}

const cellsAt = ({ fields, columns }: ColumnBatch, row: number, count: number): Value[] =>
  fields.slice(0, count).map(({ type }, index) => {
    const vector = columns[index];
    return vector ? valueAt(type, vector, row) : null;
  });

/** The first `keyed` cells of a row as one text. */
const keyText = ({ fields }: ColumnBatch, cells: readonly Value[], keyed: number): string =>
  JSON.stringify(
    fields.slice(0, keyed).map(({ type }, index) => {
      const value = cells[index] ?? null;
      return value === null ? null : valueText(type, value);
    }),
  );

const toCursor = (value: Value | undefined): bigint | null =>
  typeof value === "bigint" || typeof value === "number" ? BigInt(value) : null;

const isNewer = (row: Held, other: Held | undefined): boolean =>
  other === undefined || (row.cursor ?? row.n) > (other.cursor ?? other.n);
