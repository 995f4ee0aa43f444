import type { Task } from "../task.ts";
import { openSession } from "./open-session.ts";

/**
 * The flights into the bucket by one statement, in the columns and partitions of the table: nothing is verified or committed,
 * and a repeat lands them twice. Rows, as the statement says.
 */
export async function copyIntoStage(task: Task): Promise<number> {
  await using session = await openSession(task);
  const { rows } = await session.query(
    `COPY INTO @AVIATION.PUBLIC.LAKE/by-hand/
       FROM (SELECT CAST(FLIGHT_ID AS BIGINT) AS FLIGHT_ID, DATE, CAST(DELAY AS BIGINT) AS DELAY,
         CAST(DISTANCE AS BIGINT) AS DISTANCE, ORIGIN, DESTINATION, UPDATED_AT FROM FLIGHTS)
       PARTITION BY ('DATE_month=' || TO_VARCHAR(DATE, 'YYYY-MM'))
       FILE_FORMAT = (TYPE = PARQUET) MAX_FILE_SIZE = 268435456 HEADER = TRUE`,
  );
  return Number(rows[0]?.[0]);
}
