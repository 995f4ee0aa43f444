import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  parseSnowflakeType,
  type SnowflakeType,
  type SourceColumn,
  type SourceTable,
  snowflakeTypeText,
} from "@snowmelt/core/types";
import { type ExtractSource, sourceText, type TableName } from "./extract-source.ts";
import { suggestion } from "./nearest-names.ts";
import { quoteIdentifier, quotePath } from "./quote.ts";
import { columnTypeOf } from "./result-column-type.ts";
import type { SnowflakeSession } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { timestampMicros } from "./timestamp-text.ts";

/** A table or view as it is now. */
export interface DescribedTable {
  readonly table: SourceTable;
  /** Snowflake's own word: `BASE TABLE`, `VIEW`, `MATERIALIZED VIEW`, `EXTERNAL TABLE`. */
  readonly objectKind: string;
  /** Snowflake's own count; undefined for a view. */
  readonly rowCount: bigint | undefined;
  /** What the rows take at Snowflake, compressed; undefined for a view. */
  readonly bytes: bigint | undefined;
  /** Last change of data or definition, microseconds since the epoch. Read it before the snapshot it is kept with. */
  readonly lastAlteredMicros: bigint | undefined;
  /** Days of time travel; 0 when AT(TIMESTAMP) cannot be relied on: a view, a share, no retention. */
  readonly retentionDays: number;
  readonly comment: string | undefined;
}

/** The columns of a SELECT as it would run now. */
export interface DescribedQuery {
  readonly columns: readonly SourceColumn[];
}

interface DescribeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a table's or view's live schema and facts. Throws OBJECT_NOT_FOUND, naming what is missing and names like it. May be
 * retried.
 */
export async function describeTable(
  session: SnowflakeSession,
  name: TableName,
  { signal }: DescribeOptions = {},
): Promise<DescribedTable> {
  const facts = await readFacts(session, name, signal);
  const kind = facts.objectKind.includes("VIEW") ? "view" : "table";
  const described = await session.query(
    `DESCRIBE ${kind === "view" ? "VIEW" : "TABLE"} ${quotePath(name.database, name.schema, name.name)}`,
    [],
    { signal },
  );
  const cell = (column: string): number => described.columns.findIndex((found) => found.name.toLowerCase() === column);
  const [nameAt, typeAt, nullAt, kindAt] = [cell("name"), cell("type"), cell("null?"), cell("kind")];
  const columns = described.rows
    .filter((row) => kindAt < 0 || (row[kindAt] ?? "COLUMN").toUpperCase() === "COLUMN")
    .map((row): SourceColumn => {
      const nullable = (row[nullAt] ?? "Y").toUpperCase() !== "N";
      return [row[nameAt] ?? "", columnTypeText(parseSnowflakeType(row[typeAt] ?? ""), nullable)];
    });
  return { table: { kind, ...pick(name), columns }, ...facts };
}

/** The columns a SELECT would return; it is not run. Throws OBJECT_NOT_FOUND, STATEMENT_FAILED. */
export async function describeQuery(
  session: SnowflakeSession,
  query: string,
  { signal }: DescribeOptions = {},
): Promise<DescribedQuery> {
  const columns = await session.describe(query.trim().replace(/;+\s*$/, ""), { signal });
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw snowflakeError(
        "PLAN_INVALID",
        `The query returns two columns named ${JSON.stringify(name)}; give each a name.`,
      );
    }
    seen.add(name);
  }
  return { columns: columns.map((column) => [column.name, columnTypeText(columnTypeOf(column), column.nullable)]) };
}

/** The live columns of either kind of source. */
export async function describeColumns(
  session: SnowflakeSession,
  source: ExtractSource,
  options: DescribeOptions = {},
): Promise<readonly SourceColumn[]> {
  if ("query" in source) return (await describeQuery(session, source.query, options)).columns;
  return (await describeTable(session, source.table, options)).table.columns;
}

const columnTypeText = (type: SnowflakeType, nullable: boolean): string =>
  `${snowflakeTypeText(type)}${nullable ? "" : " NOT NULL"}`;

const pick = ({ database, schema, name }: TableName): TableName => ({ database, schema, name });

async function readFacts(
  session: SnowflakeSession,
  name: TableName,
  signal: AbortSignal | undefined,
): Promise<Omit<DescribedTable, "table">> {
  const sql = [
    "SELECT TABLE_TYPE, TO_VARCHAR(ROW_COUNT),",
    `  TO_VARCHAR(CONVERT_TIMEZONE('UTC', LAST_ALTERED)::TIMESTAMP_NTZ, 'YYYY-MM-DD"T"HH24:MI:SS.FF9"Z"'),`,
    "  TO_VARCHAR(RETENTION_TIME), COMMENT, TO_VARCHAR(BYTES)",
    `FROM ${quoteIdentifier(name.database)}.INFORMATION_SCHEMA.TABLES`,
    "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
  ].join("\n");
  const found = await session.query(sql, [name.schema, name.name], { signal }).catch(async (error: unknown) => {
    if (isSnowmeltError(error, "OBJECT_NOT_FOUND")) throw await missingDatabase(session, name, { error, signal });
    throw error;
  });
  const [kind, rowCount, lastAltered, retention, comment, bytes] = found.rows[0] ?? [];
  if (!kind) throw await missingTable(session, name, signal);
  return {
    objectKind: kind,
    rowCount: rowCount ? BigInt(rowCount) : undefined,
    bytes: bytes ? BigInt(bytes) : undefined,
    lastAlteredMicros: lastAltered ? timestampMicros(lastAltered) : undefined,
    retentionDays: kind.includes("VIEW") ? 0 : Number(retention ?? 0),
    comment: comment ?? undefined,
  };
}

async function missingTable(
  session: SnowflakeSession,
  name: TableName,
  signal: AbortSignal | undefined,
): Promise<Error> {
  const { rows } = await session.query(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM ${quoteIdentifier(name.database)}.INFORMATION_SCHEMA.TABLES ORDER BY 1, 2 LIMIT 10000`,
    [],
    { signal },
  );
  const schemas = [...new Set(rows.map(([schema]) => schema ?? ""))];
  if (!schemas.includes(name.schema)) {
    return notFound(name, `no schema ${JSON.stringify(name.schema)} with a table. ${suggestion(name.schema, schemas)}`);
  }
  const tables = rows.filter(([schema]) => schema === name.schema).map(([, table]) => table ?? "");
  return notFound(name, `no such table or view. ${suggestion(name.name, tables)}`);
}

async function missingDatabase(
  session: SnowflakeSession,
  name: TableName,
  { error, signal }: { error: unknown; signal: AbortSignal | undefined },
): Promise<Error> {
  // The session's own database lists them all; without one the message does without.
  const databases = await session
    .query("SELECT DATABASE_NAME FROM INFORMATION_SCHEMA.DATABASES ORDER BY 1", [], { signal })
    .then(({ rows }) => rows.map(([database]) => database ?? ""))
    .catch((): string[] => []);
  return notFound(
    name,
    `no database ${JSON.stringify(name.database)}. ${databases.length === 0 ? "" : suggestion(name.database, databases)}`.trim(),
    error,
  );
}

const notFound = (name: TableName, why: string, cause?: unknown): Error =>
  snowflakeError(
    "OBJECT_NOT_FOUND",
    `${sourceText({ table: name })} was not found, or the role may not see it: ${why}`,
    {
      details: { ...pick(name) },
      ...(cause === undefined ? {} : { cause }),
    },
  );
