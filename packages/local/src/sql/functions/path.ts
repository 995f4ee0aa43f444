import { compilationError } from "../failures.ts";
import { quoteText } from "../quote.ts";
import type { Expression, PathStep } from "../syntax/tree.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { isSemiStructured, number, printType, REAL, TEXT, VARIANT } from "../types/logical-type.ts";
import { once } from "../types/once.ts";
import { type Typed, typed } from "../types/typed.ts";

/** `v:a.b[0]['c']`; a vector's element is a number. */
export function bindPath(
  base: Typed,
  steps: readonly PathStep[],
  bind: (expression: Expression) => Typed,
  mode: CastMode,
): Typed {
  return steps.reduce<Typed>((value, step) => takeStep(value, step, bind, mode), base);
}

function takeStep(value: Typed, step: PathStep, bind: (expression: Expression) => Typed, mode: CastMode): Typed {
  if (value.type.kind === "vector" && step.kind === "index") {
    const index = `CAST(${cast(bind(step.value), number(9, 0), mode).sql} AS INTEGER)`;
    return cast(typed(`(${value.sql})[${index} + 1]`, REAL), REAL, mode);
  }
  if (!isSemiStructured(value.type))
    throw compilationError(`Invalid argument types for function 'GET': (${printType(value.type)})`, "001044");
  if (step.kind === "key") return typed(getKey(value.sql, step.key), VARIANT);
  const index = bind(step.value);
  if (index.type.kind === "text") return typed(getKeyDynamic(value.sql, cast(index, TEXT, mode).sql), VARIANT);
  return typed(getIndex(value.sql, `CAST(${cast(index, number(9, 0), mode).sql} AS INTEGER)`), VARIANT);
}

/** A JSON pointer reads object keys; the guard keeps it from reading array elements by number. */
export function getKey(sql: string, key: string): string {
  const pointer = quoteText(`/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const read = (value: string) => `CAST(json_extract(CAST(${value} AS JSON), ${pointer}) AS VARCHAR)`;
  return /^\d+$/.test(key)
    ? once(sql, (value) => `(CASE WHEN starts_with(${value}, '{') THEN ${read(value)} END)`)
    : read(sql);
}

export function getKeyDynamic(sql: string, key: string): string {
  const pointer = `'/' || replace(replace(${key}, '~', '~0'), '/', '~1')`;
  return once(
    sql,
    (value) =>
      `(CASE WHEN starts_with(${value}, '{') THEN CAST(json_extract(CAST(${value} AS JSON), ${pointer}) AS VARCHAR) END)`,
  );
}

export function getIndex(sql: string, index: string): string {
  return once(
    sql,
    (value) =>
      `(CASE WHEN starts_with(${value}, '[') AND ${index} >= 0 THEN CAST(json_extract(CAST(${value} AS JSON), '/' || CAST(${index} AS VARCHAR)) AS VARCHAR) END)`,
  );
}
