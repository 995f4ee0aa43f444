import type { ExecutedStatement } from "../../engine.ts";
import type { CatalogChange, CatalogColumn, CatalogTable } from "../catalog/catalog.ts";
import { compilationError, unknownObject, unsupported } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { AlterAction, AlterTable, ColumnDefinition } from "../syntax/statement-tree.ts";
import { OPEN_VERSION } from "../time-travel.ts";
import { type LogicalType, printType } from "../types/logical-type.ts";
import { physicalType } from "../types/physical.ts";
import { trackChanges, untracked } from "./change-tracking.ts";
import { planColumn, planConstraint } from "./create-table.ts";
import { renameOrComment } from "./ddl.ts";
import { countOf, requireColumn, storedValue, writableTable } from "./dml.ts";
import { defaultValue } from "./insert.ts";
import { statusResult } from "./result.ts";
import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

export async function runAlterTable(statement: AlterTable, context: WriteContext): Promise<Written<ExecutedStatement>> {
  const result = await statusResult("Statement executed successfully.", context.place, STATEMENT_TYPE.ddl);
  if (context.state.catalog.find(context.session, statement.path) === null) {
    if (statement.ifExists) return { tables: [], changes: [], result };
    throw unknownObject(printPath(statement.path), `Table '${printPath(statement.path)}'`);
  }
  const table = writableTable(context, statement.path);
  return { tables: [table.id], changes: await changesOf(table, statement.action, context), result };
}

async function changesOf(
  table: CatalogTable,
  action: AlterAction,
  context: WriteContext,
): Promise<readonly CatalogChange[]> {
  switch (action.kind) {
    case "rename":
    case "comment":
      return renameOrComment(table, action, context);
    case "addColumns":
      return addColumns(table, action.columns, action.ifNotExists, context);
    case "dropColumns":
      return dropColumns(table, action.names, action.ifExists, context);
    case "renameColumn":
      if (table.columns.some((column) => column.name === action.to))
        throw compilationError(`duplicate column name '${action.to}'`, "002025", "42S21");
      return put(withColumn(table, action.from, { name: action.to }));
    case "columnType":
      return changeType(table, action.name, action.type, context);
    case "columnNullable":
      return changeNullable(table, action.name, action.nullable, context);
    case "columnDefault":
      return put(withColumn(table, action.name, { default: action.default }));
    case "columnComment":
      return put(withColumn(table, action.name, { comment: action.comment }));
    case "clusterBy":
      return put({ ...table, clusterBy: action.text });
    case "options": {
      const { comment, retentionDays, changeTracking } = action.options;
      const tracked = changeTracking === true ? await trackChanges(table, context) : table;
      return put({
        ...(changeTracking === false ? untracked(table) : tracked),
        comment: comment ?? table.comment,
        retentionDays: retentionDays ?? table.retentionDays,
      });
    }
    case "addConstraint":
      return put({ ...table, constraints: [...table.constraints, planConstraint(action.constraint, table.id)] });
    case "swap":
      return swap(table, action.path, context);
    default:
      return action satisfies never;
  }
}

function put(table: CatalogTable): readonly CatalogChange[] {
  return [{ kind: "put", entry: table }];
}

function withColumn(table: CatalogTable, name: string, change: Partial<CatalogColumn>): CatalogTable {
  requireColumn(table, name);
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === name ? { ...column, ...change } : column)),
  };
}

/** New columns take the next free physical name; old rows, of every version, take the default. */
async function addColumns(
  table: CatalogTable,
  definitions: readonly ColumnDefinition[],
  ifNotExists: boolean,
  context: WriteContext,
): Promise<readonly CatalogChange[]> {
  let place = table.columns.reduce((most, column) => Math.max(most, Number(column.physical.slice(1))), 0);
  let columns = table.columns;
  for (const definition of definitions) {
    if (columns.some((column) => column.name === definition.name)) {
      if (ifNotExists) continue;
      throw compilationError(`column '${definition.name}' already exists`, "001430", "42601");
    }
    if (definition.identity !== null) throw unsupported("adding an identity column");
    place += 1;
    const column = planColumn(definition, place, table.id);
    await context.connection.run(
      `ALTER TABLE ${table.physical} ADD COLUMN ${column.physical} ${physicalType(column.type)}`,
    );
    if (column.default !== null)
      await context.connection.run(
        `UPDATE ${table.physical} SET ${column.physical} = ${storedValue(defaultValue(column, context), column, context)}`,
      );
    else if (
      !column.nullable &&
      (await countOf(context, `SELECT count(*) FROM ${table.physical} WHERE valid_to = ${OPEN_VERSION}`)) > 0
    )
      throw compilationError(
        `Non-nullable column '${column.name}' cannot be added to non-empty table '${table.name}' unless it has a non-null default value.`,
        "002172",
      );
    columns = [...columns, column];
  }
  return put({ ...table, columns });
}

async function dropColumns(
  table: CatalogTable,
  names: readonly string[],
  ifExists: boolean,
  context: WriteContext,
): Promise<readonly CatalogChange[]> {
  for (const name of names) {
    if (ifExists && !table.columns.some((column) => column.name === name)) continue;
    await context.connection.run(`ALTER TABLE ${table.physical} DROP COLUMN ${requireColumn(table, name).physical}`);
  }
  return put({ ...table, columns: table.columns.filter((column) => !names.includes(column.name)) });
}

async function changeType(
  table: CatalogTable,
  name: string,
  type: LogicalType,
  context: WriteContext,
): Promise<readonly CatalogChange[]> {
  const column = requireColumn(table, name);
  const wider =
    (column.type.kind === "number" && type.kind === "number" && type.scale === column.type.scale) ||
    (column.type.kind === "text" && type.kind === "text" && type.length >= column.type.length) ||
    (column.type.kind === "binary" && type.kind === "binary" && type.length >= column.type.length);
  if (!wider)
    throw compilationError(
      `cannot change column ${name} from type ${printType(column.type)} to ${printType(type)}`,
      "040052",
      "22000",
    );
  if (physicalType(type) !== physicalType(column.type))
    await context.connection.run(
      `ALTER TABLE ${table.physical} ALTER COLUMN ${column.physical} TYPE ${physicalType(type)}`,
    );
  return put(withColumn(table, name, { type }));
}

async function changeNullable(
  table: CatalogTable,
  name: string,
  nullable: boolean,
  context: WriteContext,
): Promise<readonly CatalogChange[]> {
  const column = requireColumn(table, name);
  const nulls = nullable
    ? 0
    : await countOf(
        context,
        `SELECT count(*) FROM ${table.physical} WHERE valid_to = ${OPEN_VERSION} AND ${column.physical} IS NULL`,
      );
  if (nulls > 0)
    throw compilationError(`column ${name} contains null values. Not null constraint cannot be added.`, "002215");
  return put(withColumn(table, name, { nullable }));
}

function swap(table: CatalogTable, path: readonly string[], context: WriteContext): readonly CatalogChange[] {
  const other = writableTable(context, path);
  const { database, schema, name } = table;
  return [
    ...put({ ...other, database, schema, name }),
    ...put({ ...table, database: other.database, schema: other.schema, name: other.name }),
  ];
}
