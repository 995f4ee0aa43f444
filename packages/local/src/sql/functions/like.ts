import { unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import type { Expression, Like } from "../syntax/tree.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { BOOLEAN, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";

/** LIKE, ILIKE and RLIKE, with ANY and ALL. */
export function bindLike(like: Like, bind: (expression: Expression) => Typed, mode: CastMode): Typed {
  const value = cast(bind(like.value), TEXT, mode).sql;
  const mark = like.escape === null ? null : bind(like.escape).constant;
  if (mark === undefined) throw unsupported("an ESCAPE that is not a literal");
  const tests = like.patterns.map((pattern) => test(like.operator, value, cast(bind(pattern), TEXT, mode).sql, mark));
  const joined = `(${tests.join(like.quantifier === "ALL" ? " AND " : " OR ")})`;
  return typed(like.negated ? `(NOT ${joined})` : joined, BOOLEAN);
}

function test(operator: Like["operator"], value: string, pattern: string, mark: string | null): string {
  if (operator === "RLIKE") return `regexp_full_match(${value}, ${pattern})`;
  return `${value} ${operator} ${pattern}${mark === null ? "" : ` ESCAPE ${quoteText(mark)}`}`;
}
