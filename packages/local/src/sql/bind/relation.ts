import type { CatalogTable, CatalogView } from "../catalog/catalog.ts";
import { changesUnavailable, compilationError, unknownObject, unsupported } from "../failures.ts";
import { compare } from "../functions/comparison.ts";
import { printPath } from "../quote.ts";
import { plainTimestampOf } from "../settings.ts";
import { openCursor } from "../syntax/cursor.ts";
import { parseQuery } from "../syntax/query.ts";
import type { ChangesClause, Relation, RelationAlias, Sample } from "../syntax/tree.ts";
import { appendedRows, CHANGE_COLUMNS, changedRows, currentRows, rowsAtVersion } from "../time-travel.ts";
import { commonType } from "../types/common-type.ts";
import { BOOLEAN, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import { type Binder, type BoundColumn, type BoundQuery, placeIn } from "./binder.ts";
import { bindCondition } from "./expression.ts";
import { bindQuery, columnsOf } from "./query.ts";
import { findColumn, openScope, type Scope, type ScopeRelation } from "./scope.ts";
import { bindTableFunction } from "./table-function.ts";

/** Emits a FROM item and adds its relations to the scope. */
export function bindRelation(relation: Relation, scope: Scope, binder: Binder): string {
  switch (relation.kind) {
    case "table":
      return bindTable(relation, scope, binder);
    case "derived": {
      const inner = openScope(scope.parent);
      inner.relations.push(...scope.relations);
      const bound = bindQuery(relation.query, scope.relations.length > 0 ? inner : scope.parent, binder);
      return addRelation(
        `(${bound.sql})`,
        bound.columns,
        { alias: relation.alias, sample: relation.sample, name: null, path: null },
        scope,
        binder,
      );
    }
    case "function": {
      const bound = bindTableFunction(relation.call, scope, binder);
      return addRelation(
        `(${bound.sql})`,
        bound.columns,
        { alias: relation.alias, sample: null, name: null, path: null },
        scope,
        binder,
      );
    }
    case "join":
      return bindJoin(relation, scope, binder);
    default:
      return relation satisfies never;
  }
}

interface RelationName {
  readonly alias: RelationAlias;
  readonly sample: Sample | null;
  readonly name: string | null;
  readonly path: readonly string[] | null;
}

function addRelation(
  source: string,
  columns: readonly BoundColumn[],
  named: RelationName,
  scope: Scope,
  binder: Binder,
): string {
  const alias = binder.nextAlias();
  const own = columnsOf(alias, columns).map((column, index) => ({
    ...column,
    name: named.alias.columns[index] ?? column.name,
  }));
  if (named.alias.columns.length > own.length)
    throw compilationError(`Invalid column list for '${named.alias.name}'`, "002026");
  scope.relations.push({
    name: named.alias.name ?? named.name,
    path: named.alias.name === null ? named.path : null,
    columns: own,
  });
  return named.sample === null
    ? `${source} AS ${alias}`
    : `(SELECT * FROM ${source} AS s${sampleSql(named.sample)}) AS ${alias}`;
}

function sampleSql(sample: Sample): string {
  const seed = sample.seed === null ? "" : ` REPEATABLE (${sample.seed})`;
  if (sample.unit === "ROWS") return ` USING SAMPLE reservoir(${Number(sample.amount)} ROWS)${seed}`;
  return ` USING SAMPLE ${sample.method === "ROW" ? "bernoulli" : "system"}(${Number(sample.amount)} PERCENT)${seed}`;
}

function bindTable(relation: Extract<Relation, { kind: "table" }>, scope: Scope, binder: Binder): string {
  const { path, alias, sample } = relation;
  const common = path.length === 1 ? binder.commonTables.get(path[0] ?? "") : undefined;
  if (common !== undefined)
    return addRelation(
      common.alias,
      common.columns,
      { alias, sample, name: path[0] ?? null, path: null },
      scope,
      binder,
    );
  if (path.at(-2) === "INFORMATION_SCHEMA") return bindInformationSchema(relation, scope, binder);
  const object = binder.catalog.find(binder.session, path);
  if (object === null) throw unknownObject(printPath(path));
  const full = [object.database, object.schema, object.name];
  const named = { alias, sample, name: object.name, path: full };
  if (relation.changes !== undefined) {
    const bound = bindChanges(object, relation.changes, binder);
    return addRelation(`(${bound.sql})`, bound.columns, named, scope, binder);
  }
  if (object.kind === "table")
    return addRelation(`(${tableSql(object, relation, binder)})`, columnsOfTable(object), named, scope, binder);
  if (relation.travel !== null) throw unsupported("time travel on a view");
  return addRelation(`(${viewSql(object, binder)})`, object.columns, named, scope, binder);
}

function bindChanges(object: CatalogTable | CatalogView, changes: ChangesClause, binder: Binder): BoundQuery {
  if (object.kind === "view") throw unsupported("CHANGES of a view");
  const from = binder.versionOf(changes.from, object);
  if (object.changesFrom === undefined || from < object.changesFrom)
    throw changesUnavailable(printPath([object.database, object.schema, object.name]));
  const range = { from, to: changes.to === null ? null : binder.versionOf(changes.to, object) };
  const [action, isUpdate, rowId] = CHANGE_COLUMNS;
  return {
    sql: changes.appendOnly ? appendedRows(object, range) : changedRows(object, range),
    columns: [
      ...columnsOfTable(object),
      { name: action, type: { ...TEXT, length: 6 }, nullable: false },
      { name: isUpdate, type: BOOLEAN, nullable: false },
      { name: rowId, type: { ...TEXT, length: 40 }, nullable: false },
    ],
  };
}

function columnsOfTable(table: CatalogTable): readonly BoundColumn[] {
  return table.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

function tableSql(table: CatalogTable, relation: Extract<Relation, { kind: "table" }>, binder: Binder): string {
  if (relation.travel === null) return currentRows(table);
  return rowsAtVersion(table, binder.versionOf(relation.travel, table));
}

/** A view is its text, bound where it was made. */
function viewSql(view: CatalogView, binder: Binder): string {
  const key = printPath([view.database, view.schema, view.name]);
  if (binder.viewPath.includes(key)) throw compilationError(`View definition for '${key}' is recursive`, "002037");
  const cursor = openCursor(view.text, plainTimestampOf(binder.session));
  const session = { ...binder.session, database: view.database, schema: view.schema };
  const bound = bindQuery(parseQuery(cursor), null, {
    ...binder,
    sql: view.text,
    session,
    commonTables: new Map(),
    viewPath: [...binder.viewPath, key],
  });
  if (bound.columns.length !== view.columns.length)
    throw compilationError(
      `View definition for '${key}' declared ${view.columns.length} column(s), but view query produces ${bound.columns.length} column(s).`,
      "002057",
    );
  return bound.sql;
}

function bindInformationSchema(relation: Extract<Relation, { kind: "table" }>, scope: Scope, binder: Binder): string {
  const { path, alias, sample } = relation;
  const database = path.length === 3 ? (path[0] ?? "") : (binder.session.database ?? "");
  if (!binder.catalog.hasDatabase(database)) throw unknownObject(printPath(path));
  const bound = binder.virtual.informationSchema(binder, database, path.at(-1) ?? "");
  if (bound === null) throw unknownObject(printPath(path));
  if (relation.travel !== null) throw unsupported("time travel on INFORMATION_SCHEMA");
  return addRelation(
    `(${bound.sql})`,
    bound.columns,
    { alias, sample, name: path.at(-1) ?? null, path: [database, "INFORMATION_SCHEMA", path.at(-1) ?? ""] },
    scope,
    binder,
  );
}

function bindJoin(relation: Extract<Relation, { kind: "join" }>, scope: Scope, binder: Binder): string {
  const leftSql = bindRelation(relation.left, scope, binder);
  const left = scope.relations.slice();
  const numbered = needsRowNumber(relation.right) ? numberRows(leftSql, scope, binder) : leftSql;
  const rightSql = bindRelation(relation.right, scope, binder);
  const right = scope.relations.slice(left.length);
  const using = relation.natural ? sharedNames(left, right) : relation.using;
  const kind = relation.join;
  if (using !== null)
    return `${numbered} ${kind} JOIN ${rightSql} ON ${bindUsing(using, relation, { left, right }, scope, binder)}`;
  if (relation.on !== null)
    return `${numbered} ${kind === "CROSS" ? "INNER" : kind} JOIN ${rightSql} ON ${bindCondition(relation.on, scope, binder)}`;
  if (kind === "CROSS" || kind === "INNER") return `${numbered} CROSS JOIN ${lateral(rightSql)}`;
  if (relation.right.kind === "function") return `${numbered} ${kind} JOIN ${lateral(rightSql)} ON TRUE`;
  throw compilationError(`${kind} JOIN needs a condition`, "001003");
}

function lateral(sql: string): string {
  return sql.startsWith("(") ? `LATERAL ${sql}` : sql;
}

function needsRowNumber(relation: Relation): boolean {
  return relation.kind === "function" && (relation.call.name === "FLATTEN" || relation.call.name === "SPLIT_TO_TABLE");
}

/** Gives the rows so far a number, which FLATTEN's SEQ is: every column now reads from the numbered relation. */
function numberRows(sql: string, scope: Scope, binder: Binder): string {
  const alias = binder.nextAlias();
  const all: Typed[] = [
    ...scope.merged.values(),
    ...scope.relations.flatMap((relation) => relation.columns.map((column) => column.value)),
  ];
  const list = all.map((value, index) => `${value.sql} AS x${index + 1}`);
  let place = 0;
  const moved = (value: Typed): Typed => {
    place += 1;
    return { ...value, sql: `${alias}.x${place}` };
  };
  for (const [name, value] of scope.merged) scope.merged.set(name, moved(value));
  scope.relations.splice(
    0,
    scope.relations.length,
    ...scope.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => ({ ...column, value: moved(column.value) })),
    })),
  );
  scope.aliases.set(SEQUENCE_KEY, { kind: "column", path: [SEQUENCE_KEY], at: 0, raw: `${alias}.seq` });
  return `(SELECT ${[...list, "row_number() OVER () AS seq"].join(", ")} FROM ${sql}) AS ${alias}`;
}

/** Where `numberRows` leaves the numbering column for the table function beside it. */
export const SEQUENCE_KEY = "\0seq";

function sharedNames(left: readonly ScopeRelation[], right: readonly ScopeRelation[]): readonly string[] {
  const names = new Set(right.flatMap((relation) => relation.columns.map((column) => column.name)));
  return [...new Set(left.flatMap((relation) => relation.columns.map((column) => column.name)))].filter((name) =>
    names.has(name),
  );
}

interface Sides {
  readonly left: readonly ScopeRelation[];
  readonly right: readonly ScopeRelation[];
}

function bindUsing(
  names: readonly string[],
  relation: Extract<Relation, { kind: "join" }>,
  sides: Sides,
  scope: Scope,
  binder: Binder,
): string {
  const place = placeIn(binder, 0);
  const tests = names.map((name) => {
    const left =
      scope.merged.get(name) ?? findColumn({ ...openScope(null), relations: [...sides.left] }, [name], place);
    const right = findColumn({ ...openScope(null), relations: [...sides.right] }, [name], place);
    if (left === undefined || right === undefined)
      throw compilationError(`error in USING clause: column '${name}' is not on both sides`, "000904");
    scope.merged.set(name, mergedColumn(relation.join, left, right));
    return compare("=", left, right, { session: binder.session }).sql;
  });
  scope.relations.splice(
    0,
    scope.relations.length,
    ...scope.relations.map((one) => ({ ...one, hidden: new Set([...(one.hidden ?? []), ...names]) })),
  );
  return tests.length === 0 ? "TRUE" : tests.join(" AND ");
}

function mergedColumn(join: string, left: Typed, right: Typed): Typed {
  if (join === "RIGHT") return right;
  if (join !== "FULL") return left;
  return typed(`COALESCE(${left.sql}, ${right.sql})`, commonType(left.type, right.type));
}
