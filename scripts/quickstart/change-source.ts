import type { SourceSql } from "./open-source.ts";

export interface SourceChange {
  readonly inserted: number;
  /** Rows changed in place, those that moved among them. */
  readonly updated: number;
  readonly moved: number;
}

const flights = "AVIATION.PUBLIC.FLIGHTS";

/** Inserts and updates some flights, as an application would. Each time others. */
export async function changeSource(source: SourceSql): Promise<SourceChange> {
  const [row] = await source.rows(`SELECT TO_VARCHAR(MAX(FLIGHT_ID)) FROM ${flights}`);
  const last = BigInt(row?.[0] ?? 0);
  const inserted = await source.change(
    `INSERT INTO ${flights} (FLIGHT_ID, DATE, DELAY, DISTANCE, ORIGIN, DESTINATION, UPDATED_AT)
     SELECT FLIGHT_ID + ${last}, DATEADD('day', 1, DATE), DELAY, DISTANCE, DESTINATION, ORIGIN, SYSDATE()
     FROM ${flights} WHERE FLIGHT_ID BETWEEN 1 AND 500`,
  );
  const remainder = Number(last % 3000n);
  const delayed = await source.change(
    `UPDATE ${flights} SET DELAY = DELAY + 1, UPDATED_AT = SYSDATE() WHERE MOD(FLIGHT_ID, 3000) = ${remainder} AND FLIGHT_ID <= ${last}`,
  );
  const moved = await source.change(
    `UPDATE ${flights} SET DATE = DATEADD('month', 1, DATE), UPDATED_AT = SYSDATE() WHERE FLIGHT_ID BETWEEN 1000 AND 1019`,
  );
  return { inserted, updated: delayed + moved, moved };
}
