import { SqlFailure } from "../../engine.ts";

/** A stage's files could not be reached or written, as Snowflake tells it. */
export function stageFailure(cause: string, options?: ErrorOptions): SqlFailure {
  return new SqlFailure("091003", "55000", `Failure using stage area. Cause: [${cause}]`, options);
}
