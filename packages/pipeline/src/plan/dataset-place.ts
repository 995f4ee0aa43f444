import type { Dataset } from "@snowmelt/core/definition";
import type { ExtractSource } from "@snowmelt/snowflake";

/** A table is `<zone>/<dataset>` below the lake's root. */
export const tablePath = (name: string, dataset: Dataset): string => `${dataset.zone}/${name}`;

/** Where rows that a quarantining rule splits off go, whatever the dataset's zone. */
export const quarantinePath = (name: string): string => `quarantine/${name}`;

export function extractSource({ source }: Dataset): ExtractSource {
  if (source.kind === "query") return { query: source.sql };
  const { database, schema, name } = source.table;
  return { table: { database, schema, name } };
}
