import type { Dataset } from "@snowmelt/core/definition";

/** Where a catalog has a dataset's table. */
export interface CatalogPlace {
  readonly database: string;
  readonly table: string;
}

/** A database a zone; Glue's names are in lower case, and datasets differ by more than case. */
export const catalogPlace = (databasePrefix: string, name: string, { zone }: Pick<Dataset, "zone">): CatalogPlace => ({
  database: `${databasePrefix}${zone}`,
  table: name.toLowerCase(),
});
