import { memorySecrets } from "@snowmelt/core/ports";
import { planLanding } from "@snowmelt/core/types";
import { openSnowflake, planExtract, type SnowflakeConfigInput } from "@snowmelt/snowflake";

/** One result to read, and how. */
export interface Task {
  readonly config: SnowflakeConfigInput;
  readonly password: string;
  readonly queryId: string;
  readonly mode: "driver" | "stream";
  readonly options: { readonly batchRows?: number; readonly rangeRows?: number; readonly parallel?: number };
}

const columns = [
  ["FLIGHT_ID", "NUMBER(38,0)"],
  ["DATE", "TIMESTAMP_NTZ(9)"],
  ["DELAY", "NUMBER(10,0)"],
  ["DISTANCE", "NUMBER(10,0)"],
  ["ORIGIN", "VARCHAR(3)"],
  ["DESTINATION", "VARCHAR(3)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(9)"],
] as const;

/** The session that a task reads by. */
export const openSession = ({ config, password }: Pick<Task, "config" | "password">) =>
  openSnowflake(config, { secrets: memorySecrets({ "env:PASSWORD": password }) });

/** What is read: the flights. */
export const planOf = () =>
  planExtract({
    source: { table: { database: "AVIATION", schema: "PUBLIC", name: "FLIGHTS" } },
    landed: planLanding([...columns], { FLIGHT_ID: { kind: "integer" } }, "delta"),
  });
