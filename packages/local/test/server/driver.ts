import { once } from "node:events";
import snowflake, {
  type Connection,
  type ConnectionOptions,
  type RowStatement,
  type StatementOption,
} from "snowflake-sdk";

snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

/** Facts as the unmodified driver takes them. */
export interface Facts {
  readonly account: string;
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
}

/** Logs in with the real driver; rejects when it is refused. */
export function connect(facts: Facts, options: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const { account, user, password, host, port, protocol } = facts;
  const connection = snowflake.createConnection({
    account,
    username: user,
    password,
    accessUrl: `${protocol}://${host}:${port}`,
    ...options,
  } as ConnectionOptions);
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

/** Runs a statement up to its `complete` callback; rejects with the driver's error. */
export function execute(connection: Connection, options: StatementOption): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection.execute({
      streamResult: true,
      rowMode: "array",
      ...options,
      complete: (error, statement) => (error ? reject(error) : resolve(statement as RowStatement)),
    } as StatementOption);
  });
}

/** All rows of a statement, as arrays. */
export async function query(
  connection: Connection,
  sqlText: string,
  options: Partial<StatementOption> = {},
): Promise<unknown[][]> {
  return rowsOf(await execute(connection, { sqlText, ...options } as StatementOption));
}

export async function rowsOf(
  statement: RowStatement,
  range: { start?: number; end?: number } = {},
): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  const stream = statement.streamRows(range).on("data", (row: unknown[]) => rows.push(row));
  await once(stream, "end");
  return rows;
}

/** The result of a query that was submitted before, once its data is there. */
export function fetchResult(connection: Connection, queryId: string): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection
      .getResultsFromQueryId({
        queryId,
        sqlText: "",
        streamResult: true,
        rowMode: "array",
        complete: (error: unknown, statement: unknown) => (error ? reject(error) : resolve(statement as RowStatement)),
      } as never)
      .catch(reject);
  });
}

export function destroy(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.destroy((error) => (error ? reject(error) : resolve()));
  });
}
