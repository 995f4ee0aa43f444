import { rm } from "node:fs/promises";
import type { ExecutedStatement } from "../../engine.ts";
import { bindQuery } from "../bind/query.ts";
import { type CatalogChange, type CatalogTable, type CatalogView, entryKey, keyOf } from "../catalog/catalog.ts";
import { compilationError, noCurrentDatabase, objectExists, unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import { stageFolder } from "../stage/open-stage.ts";
import type { CreateContainer, CreateView, Statement } from "../syntax/statement-tree.ts";
import { TEXT } from "../types/logical-type.ts";
import { requireSchema } from "./create-table.ts";
import { statusResult } from "./result.ts";

import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

export type Ddl = Promise<Written<ExecutedStatement>>;

/** The answer to DDL, with what it changes in the catalog. */
export async function done(
  message: string,
  changes: readonly CatalogChange[],
  context: WriteContext,
  tables: readonly number[] = [],
): Ddl {
  return { tables, changes, result: await statusResult(message, context.place, STATEMENT_TYPE.ddl) };
}

export async function runCreateView(statement: CreateView, context: WriteContext): Ddl {
  const [database, schema, name] = requireSchema(context, statement.path);
  const existing = context.state.catalog.find(context.session, [database, schema, name]);
  if (existing !== null && statement.ifNotExists)
    return done(`${name} already exists, statement succeeded.`, [], context);
  if (existing !== null && (!statement.orReplace || existing.kind === "table")) throw objectExists(printPath([name]));
  const bound = bindQuery(statement.query, null, {
    ...context.binder,
    session: { ...context.session, database, schema },
  });
  if (statement.columns.length > 0 && statement.columns.length !== bound.columns.length)
    throw compilationError("Invalid column definition list", "002026");
  const columns = bound.columns.map((column, index) => ({
    name: statement.columns[index]?.name ?? column.name,
    type: column.type.kind === "null" ? TEXT : column.type,
    nullable: column.nullable,
    comment: statement.columns[index]?.comment ?? null,
  }));
  const names = new Set(columns.map((column) => column.name));
  if (names.size !== columns.length)
    throw compilationError(`duplicate column name in view '${name}'`, "002025", "42S21");
  const entry: CatalogView = {
    kind: "view",
    id: context.state.catalog.nextId(),
    database,
    schema,
    name,
    text: statement.text,
    columns,
    comment: statement.comment,
    owner: context.session.role ?? "PUBLIC",
    createdMicros: context.binder.nowMicros.toString(),
  };
  return done(`View ${name} successfully created.`, [{ kind: "put", entry }], context);
}

export async function runCreateContainer(statement: CreateContainer, context: WriteContext): Ddl {
  const { catalog } = context.state;
  const path = containerPath(statement.object, statement.path, context);
  const [database = "", schema] = path;
  const exists = schema === undefined ? catalog.hasDatabase(database) : catalog.hasSchema(database, schema);
  const name = path.at(-1) ?? "";
  const kind = statement.object === "DATABASE" ? "Database" : "Schema";
  if (exists && statement.ifNotExists) return done(`${name} already exists, statement succeeded.`, [], context);
  if (exists && !statement.orReplace) throw objectExists(printPath([name]));
  if (schema !== undefined && !catalog.hasDatabase(database))
    throw unknownObject(printPath([database]), `Database '${printPath([database])}'`);
  const removed = exists ? await dropContainer(path, context) : [];
  const base = {
    database,
    comment: statement.comment,
    owner: context.session.role ?? "PUBLIC",
    createdMicros: context.binder.nowMicros.toString(),
  };
  const added: CatalogChange[] =
    schema === undefined
      ? [
          { kind: "put", entry: { ...base, kind: "database", schema: null } },
          { kind: "put", entry: { ...base, kind: "schema", schema: "PUBLIC", comment: null } },
        ]
      : [{ kind: "put", entry: { ...base, kind: "schema", schema } }];
  context.session.database = database;
  context.session.schema = schema ?? "PUBLIC";
  return done(`${kind} ${name} successfully created.`, [...removed, ...added], context);
}

function containerPath(
  object: "DATABASE" | "SCHEMA",
  path: readonly string[],
  context: WriteContext,
): readonly string[] {
  if (object === "DATABASE") return [path.at(-1) ?? ""];
  if (path.length >= 2) return path.slice(-2);
  if (context.session.database === null) throw noCurrentDatabase();
  return [context.session.database, path[0] ?? ""];
}

/** Drops what a database or schema holds, and itself. */
async function dropContainer(path: readonly string[], context: WriteContext): Promise<readonly CatalogChange[]> {
  const { catalog } = context.state;
  const [database = "", schema] = path;
  const objects = catalog.objects(database, schema);
  for (const object of objects)
    if (object.kind === "table") await context.connection.run(`DROP TABLE ${object.physical}`);
  const schemas = schema === undefined ? catalog.schemas(database).map(entryKey) : [];
  const stages = catalog.stages(database, schema);
  for (const stage of stages) await rm(stageFolder(stage, context.state.dataDir), { recursive: true, force: true });
  return [...objects.map(entryKey), ...stages.map(entryKey), ...schemas, keyOf(path)].map(
    (key) => ({ kind: "drop", key }) as const,
  );
}

export async function runDrop(statement: Extract<Statement, { kind: "drop" }>, context: WriteContext): Ddl {
  const { object, ifExists } = statement;
  const name = printPath(statement.path.slice(-1));
  if (object === "DATABASE" || object === "SCHEMA") {
    const path = containerPath(object, statement.path, context);
    const exists =
      object === "DATABASE"
        ? context.state.catalog.hasDatabase(path[0] ?? "")
        : context.state.catalog.hasSchema(path[0] ?? "", path[1] ?? "");
    if (!exists && ifExists) return done("Drop statement executed successfully.", [], context);
    if (!exists)
      throw unknownObject(printPath(path), `${object === "DATABASE" ? "Database" : "Schema"} '${printPath(path)}'`);
    const changes = await dropContainer(path, context);
    if (context.session.database === path[0] && (object === "DATABASE" || context.session.schema === path[1])) {
      context.session.schema = null;
      if (object === "DATABASE") context.session.database = null;
    }
    return done(`${name} successfully dropped.`, changes, context);
  }
  const found = context.state.catalog.find(context.session, statement.path);
  if (found === null && ifExists) return done("Drop statement executed successfully.", [], context);
  if (found === null)
    throw unknownObject(
      printPath(statement.path),
      `${object === "TABLE" ? "Table" : "View"} '${printPath(statement.path)}'`,
    );
  if (found.kind !== object.toLowerCase())
    throw compilationError(
      `Object found is of type '${found.kind.toUpperCase()}', not specified type '${object}'.`,
      "002203",
    );
  if (found.kind === "table") await context.connection.run(`DROP TABLE ${found.physical}`);
  return done(`${name} successfully dropped.`, [{ kind: "drop", key: entryKey(found) }], context);
}

export async function runAlterOther(statement: Extract<Statement, { kind: "alterOther" }>, context: WriteContext): Ddl {
  const { catalog } = context.state;
  if (statement.object === "VIEW") {
    const view = catalog.find(context.session, statement.path);
    if (view === null && statement.ifExists) return done("Statement executed successfully.", [], context);
    if (view?.kind !== "view") throw unknownObject(printPath(statement.path));
    return done("Statement executed successfully.", renameOrComment(view, statement.action, context), context);
  }
  const path = containerPath(statement.object, statement.path, context);
  const entries = statement.object === "DATABASE" ? catalog.databases() : catalog.schemas(path[0]);
  const entry = entries.find((one) => entryKey(one) === keyOf(path));
  if (entry === undefined)
    throw unknownObject(
      printPath(path),
      `${statement.object === "DATABASE" ? "Database" : "Schema"} '${printPath(path)}'`,
    );
  if (statement.action.kind === "rename")
    throw compilationError(`ALTER ${statement.object} ... RENAME is not supported`, "000002", "0A000");
  return done(
    "Statement executed successfully.",
    [{ kind: "put", entry: { ...entry, comment: statement.action.comment } }],
    context,
  );
}

/** The changes of RENAME TO and SET COMMENT of a table or view. */
export function renameOrComment(
  object: CatalogTable | CatalogView,
  action: Extract<Statement, { kind: "alterOther" }>["action"],
  context: WriteContext,
): readonly CatalogChange[] {
  if (action.kind === "comment") return [{ kind: "put", entry: { ...object, comment: action.comment } }];
  const [database, schema, name] = requireSchema(
    { ...context, session: { ...context.session, database: object.database, schema: object.schema } },
    action.to,
  );
  if (context.state.catalog.find(context.session, [database, schema, name]) !== null)
    throw objectExists(printPath([name]));
  return [
    { kind: "drop", key: entryKey(object) },
    { kind: "put", entry: { ...object, database, schema, name } },
  ];
}
