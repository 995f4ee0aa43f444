import { aborted } from "./abort.ts";
import type { DriverConnection, DriverStatement, ExecuteOptions, StatementOptions } from "./driver.ts";
import { translateFailure } from "./driver-failure.ts";
import { everyTypeAsText } from "./driver-settings.ts";

interface RunOptions {
  /** Completes "Could not …". */
  readonly what: string;
  readonly secrets: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one statement to its answer (with `asyncExec`: to its query id). The driver retries its http requests by itself, with
 * one request id, so that the server runs the statement once. Abort cancels it on the server.
 */
export function execute(
  connection: DriverConnection,
  statement: Omit<ExecuteOptions, keyof StatementOptions>,
  options: RunOptions,
): Promise<DriverStatement> {
  return awaitStatement(
    (complete) =>
      connection.execute({
        ...statement,
        streamResult: true,
        rowMode: "array",
        fetchAsString: everyTypeAsText,
        complete,
      }),
    options,
  );
}

/** Opens the stored result of a finished query. The statement's data is there only once the driver says complete. */
export function fetchResult(
  connection: DriverConnection,
  queryId: string,
  options: RunOptions,
): Promise<DriverStatement> {
  return awaitStatement(
    (complete) =>
      connection.fetchResult({
        queryId,
        streamResult: true,
        rowMode: "array",
        fetchAsString: everyTypeAsText,
        complete,
      }),
    options,
  );
}

function awaitStatement(
  start: (complete: StatementOptions["complete"]) => DriverStatement,
  { what, secrets, signal }: RunOptions,
): Promise<DriverStatement> {
  return new Promise((resolve, reject) => {
    const cancelled = "the statement is cancelled on the server";
    if (signal?.aborted) return reject(aborted(what, "nothing was sent", signal));
    const abort = (): void => {
      statement.cancel(() => undefined);
      if (signal) reject(aborted(what, cancelled, signal));
    };
    const complete: StatementOptions["complete"] = (error, done) => {
      signal?.removeEventListener("abort", abort);
      if (error) reject(translateFailure(error, { what, secrets }));
      else resolve(done);
    };
    const statement = ((): DriverStatement => {
      try {
        return start(complete);
      } catch (error) {
        throw translateFailure(error, { what, secrets });
      }
    })();
    signal?.addEventListener("abort", abort, { once: true });
  });
}
