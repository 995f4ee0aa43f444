/**
 * The seam between the wire protocol (`server/`) and SQL (`sql/`).
 * The server knows sessions, queries and chunks and no SQL; the engine knows SQL and no HTTP.
 */

/** A result column as Snowflake announces it (`rowtype` on the wire). `type` is the lower-case wire name. */
export interface WireColumn {
  readonly name: string;
  readonly type: WireType;
  readonly nullable: boolean;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly length: number | null;
  readonly byteLength: number | null;
}

export type WireType =
  | "fixed"
  | "real"
  | "decfloat"
  | "text"
  | "boolean"
  | "date"
  | "time"
  | "timestamp_ntz"
  | "timestamp_ltz"
  | "timestamp_tz"
  | "binary"
  | "variant"
  | "object"
  | "array"
  | "vector"
  | "geography"
  | "geometry";

/** A bind as the driver sends it: `{"1": {type: "TEXT", value: "x"}}`; an array value is an array bind. */
export interface Bind {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

/** What a session carries from statement to statement. The engine changes it (USE, ALTER SESSION); the server persists it. */
export interface SqlSession {
  database: string | null;
  schema: string | null;
  warehouse: string | null;
  role: string | null;
  user: string;
  /** Session parameters, upper-case names, as set by login, ALTER SESSION or the statement's own `parameters`. */
  readonly parameters: Map<string, string>;
}

export interface StatementRequest {
  readonly sqlText: string;
  readonly binds: Readonly<Record<string, Bind>>;
  readonly queryId: string;
  /** Start of the statement, microseconds since the epoch: CURRENT_TIMESTAMP and the version that `AT` would name. */
  readonly startedAtMicros: bigint;
  readonly signal: AbortSignal;
  /** Asked once by a COPY that has its rows: what shall go wrong with it. */
  readonly unloadMishap?: () => UnloadMishap;
}

/** What goes wrong with a COPY on purpose. */
export interface UnloadMishap {
  /** Ends the COPY after so many files are in the stage. */
  readonly failure: { readonly afterFiles: number; readonly error: SqlFailure } | null;
  /** Before each file. */
  readonly waitMs: number;
  /** The file, counted from 0, that the output names and the stage does not hold. */
  readonly lostFile: number | null;
  /** Added to the ROW_COUNT of the first file. */
  readonly rowCountError: number;
}

export interface ExecutedStatement {
  /** Snowflake's `statementTypeId` (0x1000 = SELECT, 0x3000 family = DML, 0x5000 family = DDL ...). */
  readonly statementTypeId: number;
  readonly columns: readonly WireColumn[];
  readonly rowCount: number;
  /** Files that the client fetches itself (GET); the result has no rows then. */
  readonly download?: FileDownload;
  /**
   * Writes every row to `path`, in result order, each as a JSON array of wire cells (strings or null) followed by `,\n`.
   * JSON text holds no raw line feed, so a line is a row. Called at most once.
   */
  writeJsonRows(path: string): Promise<void>;
  /** Frees what the statement holds (a materialised result). */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A GET as the drivers carry it out: they copy files of a folder that they can reach themselves. */
export interface FileDownload {
  /** The folder on the client's side, as the statement named it. */
  readonly target: string;
  readonly folder: string;
  /** Paths below `folder`. */
  readonly files: readonly string[];
}

export interface SqlEngine {
  /** Types of the result without running it (`describeOnly`). */
  describe(
    session: SqlSession,
    request: StatementRequest,
  ): Promise<Pick<ExecutedStatement, "columns" | "statementTypeId">>;
  /** Runs one statement; a refusal or failure is a {@link SqlFailure}. */
  execute(session: SqlSession, request: StatementRequest): Promise<ExecutedStatement>;
  /** Records a finished query, for QUERY_HISTORY and RESULT_SCAN. */
  recordQuery(query: QueryRecord): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface QueryRecord {
  readonly queryId: string;
  readonly sqlText: string;
  readonly queryTag: string;
  readonly user: string;
  readonly role: string | null;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  readonly sessionId: string;
  readonly status: "RUNNING" | "SUCCESS" | "FAILED_WITH_ERROR" | "ABORTED";
  readonly startedAtMicros: bigint;
  readonly endedAtMicros: bigint | null;
  readonly rowsProduced: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** An error in Snowflake's own shape: `code` such as "002003", `sqlState` such as "02000". */
export class SqlFailure extends Error {
  override readonly name = "SqlFailure";
  readonly code: string;
  readonly sqlState: string;
  constructor(code: string, sqlState: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.sqlState = sqlState;
  }
}
