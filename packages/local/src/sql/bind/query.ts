import { compilationError } from "../failures.ts";
import type { CommonTable, Expression, OrderItem, Query, SetOperation, Values } from "../syntax/tree.ts";
import { cast } from "../types/cast.ts";
import { commonType, commonTypeOf } from "../types/common-type.ts";
import { INTEGER, isSemiStructured } from "../types/logical-type.ts";
import { nullOf, type Typed, typed } from "../types/typed.ts";
import type { Binder, BoundColumn, BoundQuery, NamedQuery } from "./binder.ts";
import { bindExpression } from "./expression.ts";
import { openScope, type Scope } from "./scope.ts";
import { bindSelect } from "./select.ts";
import { bindOrder, orderSql } from "./window.ts";

/** Binds a query; its columns come out as c1, c2 ... in the SQL. */
export function bindQuery(query: Query, parent: Scope | null, binder: Binder): BoundQuery {
  const { prefix, inner } = bindCommonTables(query.with, parent, binder);
  const body = bindBody(query, parent, inner);
  return { sql: `${prefix}${body.sql}${limits(query, parent, inner)}`, columns: body.columns };
}

function bindBody(query: Query, parent: Scope | null, binder: Binder): BoundQuery {
  const { body } = query;
  if (body.kind === "select") return bindSelect(body, query.orderBy, parent, binder);
  const bound = body.kind === "set" ? bindSetOperation(body, parent, binder) : bindValues(body, parent, binder);
  if (query.orderBy.length === 0) return bound;
  const alias = binder.nextAlias();
  const scope = openScope(parent);
  scope.relations.push({ name: null, path: null, columns: columnsOf(alias, bound.columns) });
  const order = query.orderBy.map((item) => orderItem(item, bound.columns, scope, binder));
  return { sql: `SELECT * FROM (${bound.sql}) AS ${alias} ORDER BY ${order.join(", ")}`, columns: bound.columns };
}

/** A relation's columns as values that read `alias.c1`, `alias.c2` ... */
export function columnsOf(
  alias: string,
  columns: readonly BoundColumn[],
): readonly { readonly name: string; readonly value: Typed }[] {
  return columns.map((column, index) => ({
    name: column.name,
    value: typed(`${alias}.c${index + 1}`, column.type, column.nullable),
  }));
}

/** ORDER BY by position or output name where it is one, else by the expression. */
export function orderItem(item: OrderItem, outputs: readonly BoundColumn[], scope: Scope, binder: Binder): string {
  const place = outputPlace(item.value, outputs);
  const output = place === null ? undefined : outputs[place];
  if (place === null || output === undefined) return bindOrder(item, scope, binder);
  if (isSemiStructured(output.type) && item.value.kind === "column") return bindOrder(item, scope, binder);
  return orderSql(String(place + 1), item);
}

function outputPlace(value: Expression, outputs: readonly BoundColumn[]): number | null {
  if (value.kind === "number") {
    const place = Number(value.text) - 1;
    if (outputs[place] === undefined)
      throw compilationError(`ORDER BY position ${value.text} is not in the select list`, "000981");
    return place;
  }
  if (value.kind !== "column" || value.path.length !== 1) return null;
  const place = outputs.findIndex((column) => column.name === value.path[0]);
  return place < 0 ? null : place;
}

function limits(query: Query, parent: Scope | null, binder: Binder): string {
  const count = (expression: Expression) =>
    `CAST(${cast(bindExpression(expression, parent ?? openScope(null), binder), INTEGER, { session: binder.session }).sql} AS BIGINT)`;
  const limit = query.limit === null || query.limit.kind === "null" ? "" : ` LIMIT ${count(query.limit)}`;
  const offset = query.offset === null || query.offset.kind === "null" ? "" : ` OFFSET ${count(query.offset)}`;
  return `${limit}${offset}`;
}

function bindCommonTables(
  tables: readonly CommonTable[],
  parent: Scope | null,
  binder: Binder,
): { readonly prefix: string; readonly inner: Binder } {
  if (tables.length === 0) return { prefix: "", inner: binder };
  let inner = binder;
  const parts: string[] = [];
  let recursive = false;
  for (const table of tables) {
    const alias = binder.nextAlias();
    const self = refersTo(table.query, table.name);
    const bound = self ? bindRecursive(table, alias, parent, inner) : bindQuery(table.query, parent, inner);
    recursive ||= self;
    const names = bound.columns.map((_, index) => `c${index + 1}`).join(", ");
    parts.push(`${alias}(${names}) AS (${bound.sql})`);
    inner = {
      ...inner,
      commonTables: new Map(inner.commonTables).set(table.name, { alias, columns: renamed(bound.columns, table) }),
    };
  }
  return { prefix: `WITH ${recursive ? "RECURSIVE " : ""}${parts.join(", ")} `, inner };
}

function renamed(columns: readonly BoundColumn[], table: CommonTable): readonly BoundColumn[] {
  if (table.columns.length === 0) return columns;
  if (table.columns.length !== columns.length)
    throw compilationError(`Invalid column definition list for '${table.name}'`, "002026");
  return columns.map((column, index) => ({ ...column, name: table.columns[index] ?? column.name }));
}

function refersTo(query: Query, name: string): boolean {
  return (
    query.body.kind === "set" &&
    JSON.stringify(query.body.right).includes(`"kind":"table","path":[${JSON.stringify(name)}]`)
  );
}

function bindRecursive(table: CommonTable, alias: string, parent: Scope | null, binder: Binder): BoundQuery {
  const { body } = table.query;
  if (body.kind !== "set" || body.operator !== "UNION" || !body.all)
    throw compilationError("a recursive CTE must be anchor UNION ALL recursive part");
  const anchor = bindQuery(body.left, parent, binder);
  const named: NamedQuery = { alias, columns: renamed(anchor.columns, table) };
  const step = bindQuery(body.right, parent, {
    ...binder,
    commonTables: new Map(binder.commonTables).set(table.name, named),
  });
  const aligned = align(step, anchor.columns, binder);
  return { sql: `${anchor.sql} UNION ALL ${aligned}`, columns: anchor.columns };
}

/** A query brought to given column types. */
export function align(query: BoundQuery, targets: readonly Pick<BoundColumn, "type">[], binder: Binder): string {
  if (query.columns.length !== targets.length)
    throw compilationError("set operator queries must have an equal number of expressions", "001789");
  if (query.columns.every((column, index) => JSON.stringify(column.type) === JSON.stringify(targets[index]?.type)))
    return `SELECT * FROM (${query.sql})`;
  const alias = binder.nextAlias();
  const items = columnsOf(alias, query.columns).map(
    ({ value }, index) =>
      `${cast(value, targets[index]?.type ?? value.type, { session: binder.session }).sql} AS c${index + 1}`,
  );
  return `SELECT ${items.join(", ")} FROM (${query.sql}) AS ${alias}`;
}

function bindSetOperation(body: SetOperation, parent: Scope | null, binder: Binder): BoundQuery {
  const left = bindQuery(body.left, parent, binder);
  const right = bindQuery(body.right, parent, binder);
  if (left.columns.length !== right.columns.length)
    throw compilationError("set operator queries must have an equal number of expressions", "001789");
  const columns = left.columns.map((column, index) => {
    const other = right.columns[index] ?? column;
    return {
      name: column.name,
      type: commonType(column.type, other.type),
      nullable: column.nullable || other.nullable,
    };
  });
  const operator = `${body.operator}${body.all ? " ALL" : ""}`;
  return { sql: `${align(left, columns, binder)} ${operator} ${align(right, columns, binder)}`, columns };
}

function bindValues(body: Values, parent: Scope | null, binder: Binder): BoundQuery {
  const scope = openScope(parent);
  const rows = body.rows.map((row) => row.map((value) => bindExpression(value, scope, binder)));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) throw compilationError("VALUES rows differ in length", "001003");
  const types = Array.from({ length: width }, (_, index) =>
    commonTypeOf(rows.map((row) => row[index]?.type ?? { kind: "null" })),
  );
  const lines = rows.map(
    (row) =>
      `(${types.map((type, index) => cast(row[index] ?? nullOf(), type, { session: binder.session }).sql).join(", ")})`,
  );
  const names = types.map((_, index) => `c${index + 1}`).join(", ");
  const columns = types.map((type, index) => ({
    name: `COLUMN${index + 1}`,
    type,
    nullable: rows.some((row) => row[index]?.nullable !== false),
  }));
  return { sql: `SELECT * FROM (VALUES ${lines.join(", ")}) AS ${binder.nextAlias()}(${names})`, columns };
}
