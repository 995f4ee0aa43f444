import type { CatalogTable } from "../catalog/catalog.ts";
import { ROW_KEY } from "../time-travel.ts";
import type { WriteContext } from "./statement-context.ts";

/** Gives a table's rows keys that outlive their updates, from this version on; what is tracked already stays as it is. */
export async function trackChanges(table: CatalogTable, context: WriteContext): Promise<CatalogTable> {
  if (table.changesFrom !== undefined) return table;
  const { connection, version } = context;
  const sequence = `data.k${table.id}`;
  await connection.run(`CREATE SEQUENCE IF NOT EXISTS ${sequence}`);
  await connection.run(
    `ALTER TABLE ${table.physical} ADD COLUMN IF NOT EXISTS ${ROW_KEY} BIGINT DEFAULT nextval('${sequence}')`,
  );
  await connection.run(`UPDATE ${table.physical} SET ${ROW_KEY} = nextval('${sequence}')`);
  return { ...table, changeTracking: true, changesFrom: version };
}

/** The table without tracking: its changes up to now cannot be asked for any more. */
export function untracked({ changesFrom: _, ...table }: CatalogTable): CatalogTable {
  return { ...table, changeTracking: false };
}
