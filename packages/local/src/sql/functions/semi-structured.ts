import { compilationError, unsupported } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { castToVariant } from "../types/cast-semi-structured.ts";
import { ARRAY, BOOLEAN, INTEGER, isSemiStructured, number, OBJECT, TEXT, VARIANT } from "../types/logical-type.ts";
import { once } from "../types/once.ts";
import { type Typed, typed } from "../types/typed.ts";
import { bindPath, getIndex, getKeyDynamic } from "./path.ts";
import { asInteger, asText, at, type BoundCall, type FunctionRule, type FunctionTable, scalar } from "./rule.ts";

/** `[a, b]`: a NULL becomes `undefined`, which Snowflake prints as null here. */
export function arrayOf(values: readonly Typed[]): Typed {
  const items = values.map((value) => `COALESCE(${variantOf(value)}, 'null')`);
  return typed(items.length === 0 ? "'[]'" : `sf_json_array([${items.join(", ")}])`, ARRAY, false);
}

/** An object of key and value pairs; a NULL value leaves its key out unless NULLs are kept. */
export function objectOf(
  pairs: readonly (readonly [key: Typed, value: Typed])[],
  options: { readonly keepNulls: boolean },
): Typed {
  if (pairs.length === 0) return typed("'{}'", OBJECT, false);
  const entries = pairs.map(([key, value]) => {
    const variant = options.keepNulls ? `COALESCE(${variantOf(value)}, 'null')` : variantOf(value);
    return `CAST(to_json(${key.sql}) AS VARCHAR) || ':' || ${variant}`;
  });
  return typed(`('{' || array_to_string([${entries.join(", ")}], ',') || '}')`, OBJECT, false);
}

function variantOf(value: Typed): string {
  const sql = castToVariant(value);
  if (sql === null) throw compilationError("This value cannot be put into a VARIANT", "001044");
  return sql;
}

function construct(keepNulls: boolean): FunctionRule {
  return scalar(0, 2000, (args, call) => {
    if (args.length % 2 === 1) throw compilationError(`${call.name} takes pairs of keys and values`, "000938");
    const pairs = Array.from(
      { length: args.length / 2 },
      (_, index) => [cast(at(args, index * 2), TEXT, call.mode), at(args, index * 2 + 1)] as const,
    );
    return objectOf(pairs, { keepNulls });
  });
}

function test(...kinds: readonly string[]): FunctionRule {
  const list = kinds.map((kind) => `'${kind}'`).join(", ");
  return scalar(1, 1, (args, call) =>
    typed(`(sf_typeof(${cast(at(args, 0), VARIANT, call.mode).sql}) IN (${list}))`, BOOLEAN),
  );
}

/** The value when the VARIANT holds that type, else NULL. */
function asType(target: Typed["type"], ...kinds: readonly string[]): FunctionRule {
  const list = kinds.map((kind) => `'${kind}'`).join(", ");
  return scalar(1, 1, (args, call) => {
    const variant = cast(at(args, 0), VARIANT, call.mode).sql;
    return cast(
      typed(`(CASE WHEN sf_typeof(${variant}) IN (${list}) THEN ${variant} END)`, VARIANT),
      target,
      call.mode,
    );
  });
}

const toJson: FunctionRule = scalar(1, 1, (args, call) => {
  const value = at(args, 0);
  if (value.type.kind === "text")
    throw compilationError("Invalid argument types for function 'TO_JSON': (VARCHAR)", "001044");
  return typed(`sf_json_text(${cast(value, VARIANT, call.mode).sql})`, TEXT, value.nullable);
});

const get: FunctionRule = scalar(2, 2, (args, call) => {
  const [base, key] = [at(args, 0), at(args, 1)];
  if (!isSemiStructured(base.type)) throw compilationError("Invalid argument types for function 'GET'", "001044");
  if (key.type.kind === "text") return typed(getKeyDynamic(base.sql, asText(key, call)), VARIANT);
  return typed(getIndex(base.sql, `CAST(${asInteger(key, call)} AS INTEGER)`), VARIANT);
});

const getPath: FunctionRule = scalar(2, 2, (args, call) => {
  const path = at(args, 1).constant;
  if (path === undefined || !/^[A-Za-z_0-9$.[\]]*$/.test(path))
    throw unsupported("a path for GET_PATH other than a literal of plain names and indexes");
  const steps = [...path.matchAll(/([A-Za-z_$][\w$]*)|\[(\d+)\]/g)].map(([, key, index]) =>
    key === undefined
      ? ({ kind: "index", value: { kind: "number", text: index ?? "0" } } as const)
      : ({ kind: "key", key } as const),
  );
  return bindPath(at(args, 0), steps, call.bind, call.mode);
});

function elements(sql: string): string {
  return `CAST(json_extract(CAST(${sql} AS JSON), '$[*]') AS VARCHAR[])`;
}

function requireArray(value: Typed, call: BoundCall): string {
  return value.type.kind === "array" ? value.sql : cast(cast(value, VARIANT, call.mode), ARRAY, call.mode).sql;
}

/** VARIANT, OBJECT and ARRAY. */
export const SEMI_STRUCTURED_FUNCTIONS: FunctionTable = {
  PARSE_JSON: scalar(1, 1, (args, call) =>
    typed(
      once(asText(at(args, 0), call), (x) => `sf_parse_json(${x})`),
      VARIANT,
    ),
  ),
  TRY_PARSE_JSON: scalar(1, 1, (args, call) =>
    typed(
      once(asText(at(args, 0), call), (x) => `sf_try_parse_json(${x})`),
      VARIANT,
    ),
  ),
  CHECK_JSON: scalar(1, 1, (args, call) => {
    const sql = asText(at(args, 0), call);
    return typed(
      `(CASE WHEN ${sql} IS NOT NULL AND sf_try_parse_json(${sql}) IS NULL AND trim(${sql}) <> '' THEN 'invalid JSON' END)`,
      TEXT,
    );
  }),
  TO_JSON: toJson,
  OBJECT_CONSTRUCT: construct(false),
  OBJECT_CONSTRUCT_KEEP_NULL: construct(true),
  ARRAY_CONSTRUCT: scalar(0, 5000, (args) => arrayOf(args)),
  ARRAY_SIZE: scalar(1, 1, (args, call) => {
    const { sql } = cast(at(args, 0), VARIANT, call.mode);
    return typed(
      `CAST(CASE WHEN starts_with(${sql}, '[') THEN json_array_length(CAST(${sql} AS JSON)) END AS DECIMAL(9,0))`,
      number(9, 0),
    );
  }),
  ARRAY_CONTAINS: scalar(2, 2, (args, call) => {
    const needle = cast(at(args, 0), VARIANT, call.mode).sql;
    return typed(`list_contains(${elements(requireArray(at(args, 1), call))}, ${needle})`, BOOLEAN);
  }),
  ARRAY_CAT: scalar(2, 2, (args, call) => {
    const [a, b] = [0, 1].map((index) => elements(requireArray(at(args, index), call)));
    return typed(
      `(CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN sf_json_array(list_concat(${a}, ${b})) END)`,
      ARRAY,
    );
  }),
  ARRAY_APPEND: scalar(2, 2, (args, call) =>
    typed(
      `sf_json_array(list_append(${elements(requireArray(at(args, 0), call))}, COALESCE(${variantOf(at(args, 1))}, 'null')))`,
      ARRAY,
    ),
  ),
  ARRAY_TO_STRING: scalar(2, 2, (args, call) =>
    typed(
      `array_to_string(list_transform(${elements(requireArray(at(args, 0), call))}, lambda e: COALESCE(sf_json_scalar_text(e), '')), ${asText(at(args, 1), call)})`,
      TEXT,
    ),
  ),
  ARRAY_DISTINCT: scalar(1, 1, (args, call) =>
    typed(`sf_json_array(list_distinct(${elements(requireArray(at(args, 0), call))}))`, ARRAY),
  ),
  OBJECT_KEYS: scalar(1, 1, (args) =>
    typed(
      `CASE WHEN starts_with(${at(args, 0).sql}, '{') THEN sf_json_array(list_transform(json_keys(CAST(${at(args, 0).sql} AS JSON)), lambda e: CAST(to_json(e) AS VARCHAR))) END`,
      ARRAY,
    ),
  ),
  GET: get,
  GET_PATH: getPath,
  TYPEOF: scalar(1, 1, (args, call) =>
    typed(
      once(cast(at(args, 0), VARIANT, call.mode).sql, (v) => `sf_typeof(${v})`),
      TEXT,
    ),
  ),
  IS_NULL_VALUE: scalar(1, 1, (args, call) =>
    typed(`(${cast(at(args, 0), VARIANT, call.mode).sql} = 'null')`, BOOLEAN),
  ),
  STRIP_NULL_VALUE: scalar(1, 1, (args, call) =>
    typed(`NULLIF(${cast(at(args, 0), VARIANT, call.mode).sql}, 'null')`, VARIANT),
  ),
  IS_OBJECT: test("OBJECT"),
  IS_ARRAY: test("ARRAY"),
  IS_VARCHAR: test("VARCHAR"),
  IS_CHAR: test("VARCHAR"),
  IS_INTEGER: test("INTEGER"),
  IS_DECIMAL: test("INTEGER", "DECIMAL"),
  IS_DOUBLE: test("INTEGER", "DECIMAL", "DOUBLE"),
  IS_BOOLEAN: test("BOOLEAN"),
  AS_VARCHAR: asType(TEXT, "VARCHAR"),
  AS_CHAR: asType(TEXT, "VARCHAR"),
  AS_INTEGER: asType(INTEGER, "INTEGER"),
  AS_BOOLEAN: asType(BOOLEAN, "BOOLEAN"),
  AS_DOUBLE: asType({ kind: "real" }, "INTEGER", "DECIMAL", "DOUBLE"),
  AS_OBJECT: asType(OBJECT, "OBJECT"),
  AS_ARRAY: asType(ARRAY, "ARRAY"),
};
