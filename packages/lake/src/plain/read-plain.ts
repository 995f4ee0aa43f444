import type { ColumnBatch } from "@snowmelt/core/types";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import { planStateRead, type ReadPlan, type ReadQuestion } from "../read/plan-read.ts";
import { readPlan } from "../read/read-table.ts";
import { type PlainSnapshot, plainFields, toDeltaFile } from "./plain-snapshot.ts";
import type { PlainTable } from "./plain-table.ts";

export interface ReadPlainOptions extends ReadQuestion {
  /** @default the newest */
  readonly version?: number;
  /** Rows of a batch at most. @default 65_536 */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

/** Decides which files a read needs, from the manifest alone. Pure. */
export function planPlainRead(snapshot: PlainSnapshot, question: ReadQuestion = {}): ReadPlan {
  const files = new Map([...snapshot.files].map(([path, file]) => [path, toDeltaFile(file)]));
  const fieldsOf = (columns?: readonly string[]) => plainFields(snapshot, columns);
  return planStateRead({ version: snapshot.version, files, fieldsOf }, question);
}

/**
 * The rows of the live files, batch by batch, as they are pulled; of the newest version, or of one that is still there.
 * Columns, filter, pruning and memory are those of `readTable`. What is committed meanwhile is not seen. May be repeated.
 *
 * @example
 * for await (const batch of readPlainTable(table, { columns: ["CODE"], where: compare("STATE", "=", "AK") })) …
 */
export async function* readPlainTable(table: PlainTable, options: ReadPlainOptions = {}): AsyncGenerator<ColumnBatch> {
  const { version, signal } = options;
  const given = signal ? { signal } : {};
  const snapshot = await table.snapshot(version === undefined ? given : { version, ...given });
  if (!snapshot) throw missingTable(table, version);
  yield* readPlan(table, planPlainRead(snapshot, options), options);
}

/** The error of a table, or a version of one, that is not there. */
export function missingTable(table: TableLocation, version?: number | undefined): Error {
  const details = { table: tableUri(table) };
  if (version !== undefined)
    return lakeError(
      "PLAIN_VERSION_MISSING",
      `${tableUri(table)} has no version ${version}, or it was swept. Leave the version out to read the newest.`,
      { details },
    );
  return lakeError(
    "PLAIN_TABLE_MISSING",
    `There is no plain Parquet table at ${tableUri(table)}. Expected a folder with _snowmelt in it.`,
    { details },
  );
}
