import { compilationError, unknownFunction, unsupported } from "../failures.ts";
import { getKeyDynamic } from "../functions/path.ts";
import { quoteText } from "../quote.ts";
import type { Call, Expression } from "../syntax/tree.ts";
import { cast } from "../types/cast.ts";
import { number, TEXT, VARIANT } from "../types/logical-type.ts";
import type { Typed } from "../types/typed.ts";
import type { Binder, BoundQuery } from "./binder.ts";
import { bindExpression } from "./expression.ts";
import { SEQUENCE_KEY } from "./relation.ts";
import { openScope, type Scope } from "./scope.ts";

/** TABLE(f(...)), LATERAL FLATTEN(...) and their kin as a relation. */
export function bindTableFunction(call: Call, scope: Scope, binder: Binder): BoundQuery {
  const bind = (expression: Expression) =>
    bindExpression(
      expression,
      { ...openScope(scope.parent), relations: scope.relations, merged: scope.merged },
      binder,
    );
  switch (call.name) {
    case "FLATTEN":
      return flatten(call, bind, sequenceSql(scope), binder);
    case "SPLIT_TO_TABLE":
      return splitToTable(call, bind, sequenceSql(scope), binder);
    case "GENERATOR":
      return generator(call, bind);
    case "RESULT_SCAN":
      return resultScan(call, bind, binder);
    default: {
      const args = new Map([...call.named].map(([name, value]) => [name, bind(value)] as const));
      const bound =
        call.path.at(-2) === "INFORMATION_SCHEMA" || call.path.length === 1
          ? binder.virtual.tableFunction(binder, call.name, args)
          : null;
      if (bound === null) throw unknownFunction(call.name);
      return bound;
    }
  }
}

function sequenceSql(scope: Scope): string {
  const numbered = scope.aliases.get(SEQUENCE_KEY);
  scope.aliases.delete(SEQUENCE_KEY);
  return numbered?.kind === "column" ? numbered.raw : "1";
}

function argument(call: Call, name: string, place: number): Expression | undefined {
  return call.named.get(name) ?? call.args[place];
}

function flag(call: Call, name: string): boolean {
  const value = call.named.get(name);
  if (value === undefined) return false;
  if (value.kind !== "boolean") throw compilationError(`${name} of FLATTEN must be TRUE or FALSE`, "001044");
  return value.value;
}

function flatten(call: Call, bind: (expression: Expression) => Typed, sequence: string, binder: Binder): BoundQuery {
  const source = argument(call, "INPUT", 0);
  if (source === undefined) throw compilationError("FLATTEN needs an INPUT", "000938");
  if (flag(call, "RECURSIVE")) throw unsupported("FLATTEN(RECURSIVE => TRUE)");
  const path = call.named.get("PATH");
  const whole = cast(bind(source), VARIANT, { session: binder.session }).sql;
  const input = path === undefined ? whole : stepInto(whole, path);
  const mode = call.named.get("MODE");
  const openings = { ARRAY: ["["], OBJECT: ["{"], BOTH: ["[", "{"] }[
    mode?.kind === "string" ? mode.value.toUpperCase() : "BOTH"
  ] ?? ["[", "{"];
  const fits = openings.map((opening) => `starts_with(${input}, '${opening}')`).join(" OR ");
  const array = `starts_with(${input}, '[')`;
  const prefix = path?.kind === "string" ? quoteText(path.value) : "''";
  const rows = `SELECT CAST(${sequence} AS DECIMAL(18,0)) AS c1, CASE WHEN ${array} THEN NULL ELSE e.key END AS c2,
    CASE WHEN ${array} THEN ${prefix} || '[' || e.key || ']' ELSE CASE WHEN ${prefix} = '' THEN '' ELSE ${prefix} || '.' END || CASE WHEN regexp_full_match(e.key, '[A-Za-z_][A-Za-z0-9_]*') THEN e.key ELSE '[''' || e.key || ''']' END END AS c3,
    CAST(CASE WHEN ${array} THEN CAST(e.key AS INTEGER) END AS DECIMAL(18,0)) AS c4, CAST(e.value AS VARCHAR) AS c5, ${input} AS c6
    FROM json_each(CAST(CASE WHEN ${fits} THEN ${input} END AS JSON)) AS e`;
  const empty = flag(call, "OUTER")
    ? ` UNION ALL SELECT CAST(${sequence} AS DECIMAL(18,0)), NULL, NULL, NULL, NULL, ${input} WHERE COALESCE(NOT (${fits}) OR ${input} IN ('[]', '{}'), TRUE)`
    : "";
  return {
    sql: `${rows}${empty}`,
    columns: [
      { name: "SEQ", type: number(18, 0), nullable: false },
      { name: "KEY", type: TEXT, nullable: true },
      { name: "PATH", type: TEXT, nullable: true },
      { name: "INDEX", type: number(18, 0), nullable: true },
      { name: "VALUE", type: VARIANT, nullable: true },
      { name: "THIS", type: VARIANT, nullable: true },
    ],
  };
}

function stepInto(sql: string, path: Expression): string {
  if (path.kind !== "string" || !/^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*$/.test(path.value))
    throw unsupported("a PATH of FLATTEN other than a literal of plain names");
  return path.value.split(".").reduce((value, key) => getKeyDynamic(value, quoteText(key)), sql);
}

function splitToTable(
  call: Call,
  bind: (expression: Expression) => Typed,
  sequence: string,
  binder: Binder,
): BoundQuery {
  const [first, second] = call.args;
  if (first === undefined || second === undefined)
    throw compilationError("SPLIT_TO_TABLE needs a text and a delimiter", "000938");
  const mode = { session: binder.session };
  const parts = `string_split(${cast(bind(first), TEXT, mode).sql}, ${cast(bind(second), TEXT, mode).sql})`;
  return {
    sql: `SELECT CAST(${sequence} AS DECIMAL(18,0)) AS c1, CAST(p.i AS DECIMAL(18,0)) AS c2, p.v AS c3 FROM (SELECT unnest(${parts}) AS v, generate_subscripts(${parts}, 1) AS i) AS p`,
    columns: [
      { name: "SEQ", type: number(18, 0), nullable: false },
      { name: "INDEX", type: number(18, 0), nullable: false },
      { name: "VALUE", type: TEXT, nullable: true },
    ],
  };
}

function generator(call: Call, bind: (expression: Expression) => Typed): BoundQuery {
  const count = call.named.get("ROWCOUNT");
  const rows = count === undefined ? undefined : bind(count).constant;
  if (rows === undefined || !/^\d+$/.test(rows)) throw unsupported("GENERATOR without a literal ROWCOUNT");
  return { sql: `SELECT 1 AS generated FROM range(${rows})`, columns: [] };
}

function resultScan(call: Call, bind: (expression: Expression) => Typed, binder: Binder): BoundQuery {
  const [first] = call.args;
  const id = first === undefined ? undefined : bind(first).constant;
  if (id === undefined) throw compilationError("RESULT_SCAN needs a query id", "000938");
  return binder.virtual.resultScan(id);
}
