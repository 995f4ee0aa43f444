import { dataset, delta, full, month, table, timestamp } from "@snowmelt/core/definition";
import type { NanosPolicy, OffsetPolicy, SourceTable } from "@snowmelt/core/types";
import { readSnapshot, snapshotFields } from "@snowmelt/lake/delta";
import { describeTable } from "@snowmelt/snowflake";
import { ALL_TYPES_STATEMENTS } from "../../local/src/sample/all-types.ts";
import { lakeRows } from "./lake-rows.ts";
import type { Landscape } from "./landscape.ts";

const timestamps = ["NTZ", "NTZ6", "NTZ0", "LTZ", "LTZ3", "TZ", "TZ3"] as const;

export interface TimePolicies {
  readonly nanos: NanosPolicy;
  readonly offset: OffsetPolicy;
}

/** Every column type of the mapping, with rows at its ends. */
export async function createAllTypes(land: Landscape): Promise<SourceTable> {
  await land.sql(...ALL_TYPES_STATEMENTS);
  return (await describeTable(land.session, { database: "AVIATION", schema: "PUBLIC", name: "ALL_TYPES" })).table;
}

export const allTypes = (source: SourceTable, route: "stream" | "unload", { nanos, offset }: TimePolicies) =>
  dataset({
    source: table(source),
    sync: full(),
    names: "rename",
    extract: { route },
    land: delta({ partitionBy: [month("D")] }),
    columns: Object.fromEntries(timestamps.map((column) => [column, timestamp({ nanos, offset })])),
  });

/** Every cell with its type, as an engine that other people wrote reads it. */
export async function cellsOf(land: Landscape, path: string, orderBy = "ID"): Promise<(string | null)[][]> {
  const snapshot = await readSnapshot({ store: land.store, path });
  if (!snapshot) throw new Error(`there is no table ${path}`);
  const stored = snapshotFields(snapshot).filter((field) => !snapshot.metaData.partitionColumns.includes(field.name));
  const columns = stored.map((field) => {
    const column = `"${field.name.replaceAll('"', '""')}"`;
    const text = field.type.kind === "binary" ? `hex(${column})` : `${column}::VARCHAR`;
    return `typeof(${column}) || ' ' || ${text}`;
  });
  return lakeRows(land.store, path, columns.join(", "), orderBy);
}

/** The values of a partition column, once a file. */
export const partitionsOf = async (land: Landscape, path: string, column: string) =>
  [...((await readSnapshot({ store: land.store, path }))?.files.values() ?? [])]
    .map(({ partitionValues }) => partitionValues[column] ?? null)
    .toSorted();
