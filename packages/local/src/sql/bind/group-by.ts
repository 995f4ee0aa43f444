import { compilationError } from "../failures.ts";
import { AGGREGATES } from "../functions/aggregate.ts";
import { groupKey } from "../functions/comparison.ts";
import type { Expression, GroupBy, SelectItem } from "../syntax/tree.ts";
import type { Typed } from "../types/typed.ts";
import type { Binder } from "./binder.ts";
import { bindExpression } from "./expression.ts";
import type { Scope } from "./scope.ts";
import type { Output } from "./star.ts";

/** A select list, and how it is bound: an item is one column, or a star's many. */
export interface SelectList {
  readonly items: readonly SelectItem[];
  readonly bindItems: () => readonly (readonly Output[])[];
}

/** Emits GROUP BY, and marks in the scope what is grouped by instant: everything bound before is bound as single rows. */
export function bindGroupBy(groupBy: GroupBy, list: SelectList, scope: Scope, binder: Binder): string {
  if (groupBy.kind === "all") return groupByAll(list, scope);
  const keyOf = (expression: Expression) => groupItem(expression, list.items, scope, binder);
  const keys = groupBy.kind === "sets" ? groupBy.sets.map((set) => set.map(keyOf)) : [groupBy.items.map(keyOf)];
  markInstants(keys.flat(), scope);
  const lists = keys.map((values) => values.map(groupKey).join(", "));
  if (groupBy.kind === "sets") return ` GROUP BY GROUPING SETS (${lists.map((one) => `(${one})`).join(", ")})`;
  return groupBy.kind === "plain"
    ? ` GROUP BY ${lists.join()}`
    : ` GROUP BY ${groupBy.kind.toUpperCase()} (${lists.join()})`;
}

function markInstants(keys: readonly Typed[], scope: Scope): void {
  for (const { sql, type } of keys) if (type.kind === "timestamp_tz") scope.instants.add(sql);
}

/** GROUP BY ALL is DuckDB's, unless a zoned timestamp is among the keys. */
function groupByAll({ items, bindItems }: SelectList, scope: Scope): string {
  const bound = bindItems();
  const keys = items.flatMap((item, index) =>
    containsAggregate(item.value) ? [] : (bound[index] ?? []).map(({ value }) => value),
  );
  if (!keys.some(({ type }) => type.kind === "timestamp_tz")) return " GROUP BY ALL";
  markInstants(keys, scope);
  return ` GROUP BY ${keys.map(groupKey).join(", ")}`;
}

function containsAggregate(tree: unknown): boolean {
  if (tree instanceof Map) return [...tree.values()].some(containsAggregate);
  if (typeof tree !== "object" || tree === null || "body" in tree) return false;
  const isAggregate = "kind" in tree && tree.kind === "call" && "name" in tree && "over" in tree && tree.over === null;
  return (isAggregate && String(tree.name) in AGGREGATES) || Object.values(tree).some(containsAggregate);
}

function groupItem(expression: Expression, items: readonly SelectItem[], scope: Scope, binder: Binder): Typed {
  if (expression.kind !== "number") return bindExpression(expression, scope, binder);
  const item = items[Number(expression.text) - 1];
  if (item === undefined || item.value.kind === "star")
    throw compilationError(`GROUP BY position ${expression.text} is not in the select list`, "000981");
  return bindExpression(item.value, scope, binder);
}
