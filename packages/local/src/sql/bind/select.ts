import { unsupported } from "../failures.ts";
import { comparable, groupKey } from "../functions/comparison.ts";
import type { OrderItem, Select, SelectItem } from "../syntax/tree.ts";
import type { Binder, BoundColumn, BoundQuery } from "./binder.ts";
import { bindCondition, bindExpression } from "./expression.ts";
import { bindGroupBy } from "./group-by.ts";
import { orderItem } from "./query.ts";
import { bindRelation } from "./relation.ts";
import { openScope, type Scope } from "./scope.ts";
import { bindStar, type Output } from "./star.ts";

/** Binds one SELECT with its ORDER BY, which may name output columns. */
export function bindSelect(
  select: Select,
  orderBy: readonly OrderItem[],
  parent: Scope | null,
  binder: Binder,
): BoundQuery {
  const scope = openScope(parent);
  const from = select.from === null ? "" : ` FROM ${bindRelation(select.from, scope, binder)}`;
  for (const item of select.items)
    if (item.alias !== null && !scope.aliases.has(item.alias)) scope.aliases.set(item.alias, item.value);
  const where = select.where === null ? "" : ` WHERE ${bindCondition(select.where, scope, binder)}`;
  const bindItems = () => select.items.map((item) => bindItem(item, scope, binder));
  const groupBy =
    select.groupBy === null ? "" : bindGroupBy(select.groupBy, { items: select.items, bindItems }, scope, binder);
  const outputs = bindItems().flat();
  const columns: readonly BoundColumn[] = outputs.map(({ name, value, declared }) => ({
    name,
    type: value.type,
    nullable: value.nullable,
    ...(declared === undefined ? {} : { declared }),
  }));
  const list = outputs.map(({ value }, index) => `${value.sql} AS c${index + 1}`).join(", ");
  const having = select.having === null ? "" : ` HAVING ${bindCondition(select.having, scope, binder)}`;
  const qualify = select.qualify === null ? "" : ` QUALIFY ${bindCondition(select.qualify, scope, binder)}`;
  const order = bindOrderBy(orderBy, outputs, columns, scope, binder);
  return {
    sql: `SELECT ${select.distinct ? distinctSql(outputs) : ""}${list}${from}${where}${groupBy}${having}${qualify}${order}`,
    columns,
  };
}

/** DISTINCT, by instant where a zoned timestamp is among the columns. */
function distinctSql(outputs: readonly Output[]): string {
  if (!outputs.some(({ value }) => value.type.kind === "timestamp_tz")) return "DISTINCT ";
  return `DISTINCT ON (${outputs.map(({ value }) => groupKey(value)).join(", ")}) `;
}

function bindItem(item: SelectItem, scope: Scope, binder: Binder): readonly Output[] {
  if (item.value.kind === "star") return bindStar(item.value, scope, binder);
  const inner = item.alias === null ? scope : { ...scope, expanding: new Set(scope.expanding).add(item.alias) };
  const value = bindExpression(item.value, inner, binder);
  if (value.type.kind === "interval") throw unsupported("an INTERVAL as a result");
  const declared = item.value.kind === "cast" ? { declared: item.value.declared } : {};
  return [{ name: item.alias ?? nameOf(item), value, ...declared }];
}

/** A column keeps its name; another expression is named by its text. */
function nameOf(item: SelectItem): string {
  if (item.value.kind === "column") return item.value.path.at(-1) ?? item.source;
  return item.source.replace(/"(?:[^"]|"")*"|[^"]+/g, (part) => (part.startsWith('"') ? part : part.toUpperCase()));
}

function bindOrderBy(
  orderBy: readonly OrderItem[],
  outputs: readonly Output[],
  columns: readonly BoundColumn[],
  scope: Scope,
  binder: Binder,
): string {
  if (orderBy.length === 0) return "";
  const items = orderBy.map((item) => {
    const sql = orderItem(item, columns, scope, binder);
    const place = outputs.findIndex(({ value }) => sql.startsWith(`${comparable(value)} `));
    return place < 0
      ? sql
      : `${place + 1}${sql.slice(comparable(outputs[place]?.value ?? { sql: "", type: { kind: "null" }, nullable: true }).length)}`;
  });
  return ` ORDER BY ${items.join(", ")}`;
}
