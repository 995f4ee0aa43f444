import type { LocalSnowflake } from "@snowmelt/local";
import { withSource } from "../../quickstart/open-source.ts";

export const rowsEach = 100;

/** Tables of a hundred rows. What is there already is made anew, the same. */
export async function makeSmallTables(server: LocalSnowflake, datasets: readonly string[]): Promise<void> {
  await withSource(server, async ({ rows }) => {
    for (const dataset of datasets) {
      const table = `AVIATION.PUBLIC.${dataset.toUpperCase()}`;
      await rows(`CREATE OR REPLACE TABLE ${table} (ID NUMBER(9,0) NOT NULL, UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL)`);
      await rows(
        `INSERT INTO ${table} SELECT SEQ4(), DATEADD('minute', SEQ4(), '2026-01-01 00:00:00'::TIMESTAMP_NTZ(6)) FROM TABLE(GENERATOR(ROWCOUNT => ${rowsEach}))`,
      );
    }
  });
}
