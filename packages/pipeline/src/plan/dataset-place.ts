import type { Dataset } from "@snowmelt/core/definition";
import { toTablePath } from "@snowmelt/core/lake-layout";
import type { ExtractSource } from "@snowmelt/snowflake";

/** Where a dataset's table is, below the lake's root. */
export const tablePath = (name: string, { zone }: Dataset): string => toTablePath(zone, name);

export function extractSource({ source }: Dataset): ExtractSource {
  if (source.kind === "query") return { query: source.sql };
  const { database, schema, name } = source.table;
  return { table: { database, schema, name } };
}
