import type { Landscape } from "../landscape.ts";

/** COPY statements that the server ever got. */
export async function copies(land: Landscape): Promise<number> {
  const history = "TABLE(AVIATION.INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(RESULT_LIMIT => 10000))";
  const [row] = await land.rows(`SELECT COUNT(*) FROM ${history} WHERE QUERY_TEXT LIKE 'COPY INTO%'`);
  return Number(row?.[0]);
}
