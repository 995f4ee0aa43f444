import { setTimeout as delay } from "node:timers/promises";
import type { AwsEmulators } from "@snowmelt/local/aws";
import { askAws } from "./ask-aws.ts";

/** The rows of a query as Athena gives them: texts, the names first. */
export async function askAthena(
  aws: AwsEmulators,
  { database, outputLocation, sql }: { database: string; outputLocation: string; sql: string },
): Promise<(string | null)[][]> {
  const ask = (operation: string, input: object) =>
    askAws(aws, { service: "athena", target: `AmazonAthena.${operation}`, input });
  const { QueryExecutionId } = (await ask("StartQueryExecution", {
    QueryString: sql,
    QueryExecutionContext: { Database: database },
    ResultConfiguration: { OutputLocation: outputLocation },
  })) as { QueryExecutionId: string };
  for (;;) {
    const { QueryExecution } = (await ask("GetQueryExecution", { QueryExecutionId })) as {
      QueryExecution: { Status: { State: string; StateChangeReason?: string } };
    };
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === "SUCCEEDED") break;
    if (State !== "QUEUED" && State !== "RUNNING") throw new Error(`${State}: ${StateChangeReason}`);
    await delay(50);
  }
  const { ResultSet } = (await ask("GetQueryResults", { QueryExecutionId })) as {
    ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] };
  };
  return ResultSet.Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue ?? null));
}
