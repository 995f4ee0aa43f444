import { unsupported } from "../failures.ts";
import { comparable } from "../functions/comparison.ts";
import type { Call, FrameBound, OrderItem, Window } from "../syntax/tree.ts";
import type { Binder } from "./binder.ts";
import { bindExpression } from "./expression.ts";
import type { Scope } from "./scope.ts";

const WHOLE_PARTITION = new Set(["FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"]);

/** ` OVER (...)` as DuckDB reads it, with Snowflake's default frame written out. */
export function bindOver(call: Call, window: Window, scope: Scope, binder: Binder): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0)
    parts.push(
      `PARTITION BY ${window.partitionBy.map((item) => comparable(bindExpression(item, scope, binder))).join(", ")}`,
    );
  if (window.orderBy.length > 0)
    parts.push(`ORDER BY ${window.orderBy.map((item) => bindOrder(item, scope, binder)).join(", ")}`);
  if (window.frame !== null) {
    const { unit, start, end } = window.frame;
    parts.push(`${unit} BETWEEN ${bound(start)} AND ${bound(end)}`);
  } else if (WHOLE_PARTITION.has(call.name)) parts.push("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING");
  return ` OVER (${parts.join(" ")})`;
}

/** One ORDER BY item: NULLs are last when ascending and first when descending, as in Snowflake. */
export function bindOrder(item: OrderItem, scope: Scope, binder: Binder): string {
  return orderSql(comparable(bindExpression(item.value, scope, binder)), item);
}

export function orderSql(sql: string, item: OrderItem): string {
  return `${sql} ${item.descending ? "DESC" : "ASC"} NULLS ${item.nulls ?? (item.descending ? "FIRST" : "LAST")}`;
}

function bound(frame: FrameBound): string {
  switch (frame.kind) {
    case "currentRow":
      return "CURRENT ROW";
    case "unboundedPreceding":
      return "UNBOUNDED PRECEDING";
    case "unboundedFollowing":
      return "UNBOUNDED FOLLOWING";
    case "preceding":
    case "following": {
      if (frame.value.kind !== "number" || !/^\d+$/.test(frame.value.text))
        throw unsupported("a window frame that is not a whole number of rows");
      return `${frame.value.text} ${frame.kind.toUpperCase()}`;
    }
    default:
      return frame satisfies never;
  }
}
