import type { ExecutedStatement } from "../../engine.ts";
import type { BoundQuery } from "../bind/binder.ts";
import { align, bindQuery } from "../bind/query.ts";
import type { CatalogChange, CatalogColumn, CatalogTable, TableConstraint } from "../catalog/catalog.ts";
import { compilationError, objectExists, unknownObject, unsupported } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { ColumnDefinition, ConstraintDefinition, CreateTable, TableCopy } from "../syntax/statement-tree.ts";
import { currentRows, OPEN_VERSION, rowsAtVersion } from "../time-travel.ts";
import { TEXT } from "../types/logical-type.ts";
import { physicalType } from "../types/physical.ts";
import { typed } from "../types/typed.ts";
import { trackChanges } from "./change-tracking.ts";
import { readValue } from "./connections.ts";
import { storedValue, writableTable } from "./dml.ts";
import { statusResult } from "./result.ts";
import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

export async function runCreateTable(
  statement: CreateTable,
  context: WriteContext,
): Promise<Written<ExecutedStatement>> {
  if (statement.temporary) throw unsupported("temporary tables");
  const [database, schema, name] = requireSchema(context, statement.path);
  const existing = context.state.catalog.find(context.session, [database, schema, name]);
  if (existing !== null && statement.ifNotExists)
    return {
      tables: [],
      changes: [],
      result: await statusResult(`${name} already exists, statement succeeded.`, context.place, STATEMENT_TYPE.ddl),
    };
  if (existing !== null && (!statement.orReplace || existing.kind === "view")) throw objectExists(printPath([name]));
  const { table: planned, rows } = await planTable(statement, [database, schema, name], context);
  await createPhysical(planned, context);
  const table = planned.changeTracking ? await trackChanges(planned, context) : planned;
  if (rows !== null) {
    const names = table.columns.map((column) => column.physical).join(", ");
    await context.connection.run(
      `INSERT INTO ${table.physical} (${names}, valid_from, valid_to) SELECT *, ${context.version}, ${OPEN_VERSION} FROM (${rows})`,
    );
  }
  if (existing?.kind === "table") await context.connection.run(`DROP TABLE ${existing.physical}`);
  const changes: CatalogChange[] = [{ kind: "put", entry: table }];
  return {
    tables: [table.id],
    changes,
    result: await statusResult(`Table ${name} successfully created.`, context.place, STATEMENT_TYPE.ddl),
  };
}

/** The database and schema that a new object's name means; both must be there. */
export function requireSchema(
  context: WriteContext,
  path: readonly string[],
): readonly [database: string, schema: string, name: string] {
  const full = context.state.catalog.complete(context.session, path);
  if (!context.state.catalog.hasSchema(full[0], full[1]))
    throw unknownObject(printPath(full.slice(0, 2)), `Schema '${printPath(full.slice(0, 2))}'`);
  return full;
}

interface PlannedTable {
  readonly table: CatalogTable;
  readonly rows: string | null;
}

async function planTable(
  statement: CreateTable,
  path: readonly [string, string, string],
  context: WriteContext,
): Promise<PlannedTable> {
  const { source } = statement;
  if (source !== null && source.kind !== "query") return copyTable(statement, source, path, context);
  const bound = source === null ? null : bindQuery(source.query, null, context.binder);
  const definitions = bound === null ? statement.columns : definitionsOf(statement.columns, bound);
  const table = tableOf(statement, path, definitions, context);
  if (bound === null) return { table, rows: null };
  const alias = context.binder.nextAlias();
  const values = table.columns.map((column, index) => {
    const from = bound.columns[index];
    return storedValue(typed(`${alias}.c${index + 1}`, from?.type ?? TEXT), column, context);
  });
  return {
    table,
    rows: `SELECT ${values.join(", ")} FROM (${align(bound, bound.columns, context.binder)}) AS ${alias}`,
  };
}

function definitionsOf(written: readonly ColumnDefinition[], bound: BoundQuery): readonly ColumnDefinition[] {
  if (written.length > 0 && written.length !== bound.columns.length)
    throw compilationError("Invalid column definition list", "002026");
  return bound.columns.map((column, index) => {
    const type =
      column.type.kind === "null"
        ? TEXT
        : column.type.kind === "text"
          ? { ...TEXT, length: column.type.length }
          : column.type;
    const own = written[index];
    if (own !== undefined) return { ...own, type: own.type ?? type };
    return { name: column.name, type, nullable: true, default: null, identity: null, comment: null };
  });
}

async function copyTable(
  statement: CreateTable,
  source: TableCopy,
  path: readonly [string, string, string],
  context: WriteContext,
): Promise<PlannedTable> {
  const from = writableTable(context, source.path);
  const base = tableOf(statement, path, [], context);
  const columns = await Promise.all(
    from.columns.map((column) => copyColumn(column, base, source.kind === "clone", context)),
  );
  const table: CatalogTable = { ...base, columns, constraints: from.constraints, clusterBy: from.clusterBy };
  if (source.kind === "like") return { table, rows: null };
  const rows =
    source.travel === null ? currentRows(from) : rowsAtVersion(from, context.binder.versionOf(source.travel, from));
  return { table, rows };
}

/** An identity gets a sequence of its own; a clone's goes on where the original's is. */
async function copyColumn(
  column: CatalogColumn,
  table: CatalogTable,
  goOn: boolean,
  context: WriteContext,
): Promise<CatalogColumn> {
  const { identity } = column;
  if (identity === null) return column;
  const name = identity.sequence.replace("data.", "");
  const last = goOn
    ? await readValue(context.connection, `SELECT last_value FROM duckdb_sequences() WHERE sequence_name = '${name}'`)
    : null;
  const start = typeof last === "bigint" ? Number(last) + identity.increment : identity.start;
  return { ...column, identity: { ...identity, start, sequence: `data.s${table.id}_${column.physical.slice(1)}` } };
}

function tableOf(
  statement: CreateTable,
  [database, schema, name]: readonly [string, string, string],
  definitions: readonly ColumnDefinition[],
  context: WriteContext,
): CatalogTable {
  const id = context.state.catalog.nextId();
  const names = new Set<string>();
  for (const definition of definitions) {
    if (names.has(definition.name))
      throw compilationError(`duplicate column name '${definition.name}'`, "002025", "42S21");
    names.add(definition.name);
  }
  return {
    kind: "table",
    id,
    database,
    schema,
    name,
    physical: `data.t${id}`,
    columns: definitions.map((definition, index) => planColumn(definition, index + 1, id)),
    constraints: statement.constraints.map((constraint) => planConstraint(constraint, id)),
    clusterBy: statement.options.clusterBy,
    transient: statement.transient,
    comment: statement.options.comment,
    owner: context.session.role ?? "PUBLIC",
    createdMicros: context.binder.nowMicros.toString(),
    createdVersion: context.version,
    retentionDays: statement.options.retentionDays ?? 1,
    changeTracking: statement.options.changeTracking ?? false,
  };
}

/** A column as the catalog holds it; the physical name is its place, so no Snowflake name reaches DuckDB. */
export function planColumn(definition: ColumnDefinition, place: number, tableId: number): CatalogColumn {
  const { name, type, nullable, identity, comment } = definition;
  if (type === null) throw compilationError(`Missing data type of column '${name}'`, "001003");
  return {
    name,
    physical: `p${place}`,
    type,
    nullable,
    default: definition.default,
    identity: identity === null ? null : { ...identity, sequence: `data.s${tableId}_${place}` },
    comment,
  };
}

export function planConstraint(constraint: ConstraintDefinition, tableId: number): TableConstraint {
  return {
    ...constraint,
    name:
      constraint.name ?? `SYS_CONSTRAINT_${constraint.kind.replace(" ", "_")}_${tableId}_${constraint.columns.length}`,
  };
}

async function createPhysical(table: CatalogTable, context: WriteContext): Promise<void> {
  const columns = table.columns.map((column) => `${column.physical} ${physicalType(column.type)}`);
  await context.connection.run(
    `CREATE TABLE ${table.physical} (${[...columns, "valid_from BIGINT", "valid_to BIGINT"].join(", ")})`,
  );
  for (const { identity } of table.columns) {
    if (identity !== null)
      await context.connection.run(
        `CREATE SEQUENCE ${identity.sequence} START ${identity.start} INCREMENT ${identity.increment}`,
      );
  }
}
