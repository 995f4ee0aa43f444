import { compilationError, invalidIdentifier, unsupported, wrongArguments } from "../failures.ts";
import { applyBinary } from "../functions/arithmetic.ts";
import { callFunction } from "../functions/call-function.ts";
import { comparable, compare } from "../functions/comparison.ts";
import { bindLike } from "../functions/like.ts";
import { bindPath } from "../functions/path.ts";
import { arrayOf, objectOf } from "../functions/semi-structured.ts";
import type { Expression } from "../syntax/tree.ts";
import { cast } from "../types/cast.ts";
import { commonTypeOf } from "../types/common-type.ts";
import { BOOLEAN } from "../types/logical-type.ts";
import { booleanLiteral, nullOf, numberLiteral, type Typed, textLiteral, typed } from "../types/typed.ts";
import { type Binder, placeIn } from "./binder.ts";
import { bindParameter } from "./parameter.ts";
import { bindQuery } from "./query.ts";
import { columnAt, findColumn, type Scope } from "./scope.ts";

/** Binds an expression: DuckDB SQL with its exact Snowflake type. */
export function bindExpression(expression: Expression, scope: Scope, binder: Binder): Typed {
  const value = bindRow(expression, scope, binder);
  if (!scope.instants.has(value.sql)) return value;
  // The instant is NULL in a ROLLUP's rows that are not of one group.
  return { ...value, sql: `CASE WHEN ${comparable(value)} IS NOT NULL THEN any_value(${value.sql}) END` };
}

/** An expression over the rows as they are before grouping. */
function bindRow(expression: Expression, scope: Scope, binder: Binder): Typed {
  const bind = (inner: Expression) => bindExpression(inner, scope, binder);
  const mode = { session: binder.session };
  switch (expression.kind) {
    case "number":
      return numberLiteral(expression.text);
    case "string":
      return textLiteral(expression.value);
    case "boolean":
      return booleanLiteral(expression.value);
    case "null":
      return nullOf();
    case "column":
      return bindColumn(expression, scope, binder);
    case "position":
      return columnAt(scope, expression.qualifier, expression.index, placeIn(binder, expression.at));
    case "bind":
      return bindParameter(expression.index, binder);
    case "variable":
      return binder.sessionFacts.variables.get(expression.name) ?? refuseVariable(expression.name);
    case "call":
      return callFunction(expression, scope, binder);
    case "cast":
      return cast(bind(expression.value), expression.type, { ...mode, safe: expression.safe });
    case "unary":
      return bindUnary(expression.op, bind(expression.value), binder);
    case "binary":
      return bindBinary(expression, scope, binder);
    case "between": {
      const value = bind(expression.value);
      const low = compare(">=", value, bind(expression.low), mode);
      const high = compare("<=", value, bind(expression.high), mode);
      return negate(typed(`(${low.sql} AND ${high.sql})`, BOOLEAN), expression.negated);
    }
    case "in":
      return bindIn(expression, scope, binder);
    case "like":
      return bindLike(expression, bind, mode);
    case "isNull":
      return typed(`(${bind(expression.value).sql} IS ${expression.negated ? "NOT " : ""}NULL)`, BOOLEAN, false);
    case "isBoolean": {
      const value = cast(bind(expression.value), BOOLEAN, mode);
      return typed(
        `(${value.sql} IS ${expression.negated ? "" : "NOT "}DISTINCT FROM ${expression.expected ? "TRUE" : "FALSE"})`,
        BOOLEAN,
        false,
      );
    }
    case "isDistinct":
      return compare(
        expression.negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM",
        bind(expression.left),
        bind(expression.right),
        mode,
      );
    case "case":
      return bindCase(expression, scope, binder);
    case "exists":
      return typed(`EXISTS (${bindQuery(expression.query, scope, binder).sql})`, BOOLEAN, false);
    case "subquery":
      return bindScalarQuery(expression, scope, binder);
    case "path":
      return bindPath(bind(expression.base), expression.steps, bind, mode);
    case "array":
      return arrayOf(expression.items.map(bind));
    case "object":
      return objectOf(
        expression.entries.map(({ key, value }) => [textLiteral(key), bind(value)] as const),
        { keepNulls: false },
      );
    case "star":
      throw compilationError("* is not expected here", "001003");
    case "tuple":
      throw unsupported("a row value outside of IN");
    case "interval":
      return { ...typed("NULL", { kind: "interval" }, false), constant: expression.text };
    default:
      return expression satisfies never;
  }
}

/** A condition: any value that casts to BOOLEAN. */
export function bindCondition(expression: Expression, scope: Scope, binder: Binder): string {
  return cast(bindExpression(expression, scope, binder), BOOLEAN, { session: binder.session }).sql;
}

function bindColumn(expression: Extract<Expression, { kind: "column" }>, scope: Scope, binder: Binder): Typed {
  const place = placeIn(binder, expression.at);
  const here = findColumn({ ...scope, parent: null }, expression.path, place);
  if (here !== undefined) return here;
  const name = expression.path[0] ?? "";
  const alias = expression.path.length === 1 && !scope.expanding.has(name) ? scope.aliases.get(name) : undefined;
  if (alias !== undefined) {
    const expanding = new Set(scope.expanding).add(name);
    return bindExpression(alias, { ...scope, expanding }, binder);
  }
  const outer = scope.parent === null ? undefined : findColumn(scope.parent, expression.path, place);
  if (outer !== undefined) return outer;
  throw invalidIdentifier(place, expression.raw.includes('"') ? expression.raw : expression.raw.toUpperCase());
}

function refuseVariable(name: string): never {
  throw compilationError(`Session variable '$${name}' does not exist`, "002211", "02000");
}

function bindUnary(op: "-" | "+" | "NOT", value: Typed, binder: Binder): Typed {
  const mode = { session: binder.session };
  if (op === "NOT") return negate(cast(value, BOOLEAN, mode), true);
  if (value.constant !== undefined && (value.type.kind === "number" || value.type.kind === "real") && op === "-")
    return { ...value, sql: `(-${value.sql})`, constant: `-${value.constant}` };
  if (op === "+") return value;
  return applyBinary("-", numberLiteral("0"), value, mode);
}

function negate(value: Typed, negated: boolean): Typed {
  return negated ? typed(`(NOT ${value.sql})`, BOOLEAN, value.nullable) : value;
}

function bindBinary(expression: Extract<Expression, { kind: "binary" }>, scope: Scope, binder: Binder): Typed {
  const mode = { session: binder.session };
  const { op } = expression;
  if (op === "AND" || op === "OR") {
    const left = bindCondition(expression.left, scope, binder);
    return typed(`(${left} ${op} ${bindCondition(expression.right, scope, binder)})`, BOOLEAN);
  }
  const left = bindExpression(expression.left, scope, binder);
  const right = bindExpression(expression.right, scope, binder);
  if (op === "=" || op === "<>" || op === "<" || op === "<=" || op === ">" || op === ">=")
    return compare(op, left, right, mode);
  return applyBinary(op, left, right, mode);
}

function bindIn(expression: Extract<Expression, { kind: "in" }>, scope: Scope, binder: Binder): Typed {
  const { items, negated } = expression;
  const values = expression.value.kind === "tuple" ? expression.value.items : [expression.value];
  const bound = values.map((value) => bindExpression(value, scope, binder));
  return negate(
    "body" in items ? inQuery(bound, bindQuery(items, scope, binder), binder) : inList(bound, items, scope, binder),
    negated,
  );
}

function inList(values: readonly Typed[], items: readonly Expression[], scope: Scope, binder: Binder): Typed {
  const mode = { session: binder.session };
  const rows = items.map((item) => (values.length > 1 && item.kind === "tuple" ? item.items : [item]));
  const tests = rows.map((row) => {
    if (row.length !== values.length) throw wrongArguments("IN", "the rows differ in length");
    return row
      .map((item, index) => compare("=", values[index] ?? nullOf(), bindExpression(item, scope, binder), mode).sql)
      .join(" AND ");
  });
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    const bound = rows.flat().map((item) => bindExpression(item, scope, binder));
    const type = commonTypeOf([only.type, ...bound.map((item) => item.type)]);
    if (type.kind !== "timestamp_tz" && type.kind !== "variant") {
      const list = bound.map((item) => cast(item, type, mode).sql).join(", ");
      return typed(`(${cast(only, type, mode).sql} IN (${list}))`, BOOLEAN);
    }
  }
  return typed(`(${tests.map((test) => `(${test})`).join(" OR ")})`, BOOLEAN);
}

function inQuery(
  values: readonly Typed[],
  query: { readonly sql: string; readonly columns: readonly { readonly type: Typed["type"] }[] },
  binder: Binder,
): Typed {
  const mode = { session: binder.session };
  if (query.columns.length !== values.length)
    throw compilationError(
      `Invalid argument types for function 'IN': ${values.length} and ${query.columns.length} columns`,
    );
  const alias = binder.nextAlias();
  const types = values.map((value, index) =>
    commonTypeOf([value.type, query.columns[index]?.type ?? { kind: "null" }]),
  );
  const lefts = values.map((value, index) => comparable(cast(value, types[index] ?? value.type, mode)));
  const rights = query.columns.map((column, index) =>
    comparable(cast(typed(`${alias}.c${index + 1}`, column.type), types[index] ?? column.type, mode)),
  );
  const left = lefts.length === 1 ? (lefts[0] ?? "") : `(${lefts.join(", ")})`;
  const right = rights.length === 1 ? (rights[0] ?? "") : `(${rights.join(", ")})`;
  return typed(`(${left} IN (SELECT ${right} FROM (${query.sql}) AS ${alias}))`, BOOLEAN);
}

function bindCase(expression: Extract<Expression, { kind: "case" }>, scope: Scope, binder: Binder): Typed {
  const mode = { session: binder.session };
  const operand = expression.operand === null ? null : bindExpression(expression.operand, scope, binder);
  const results = expression.branches.map((branch) => bindExpression(branch.result, scope, binder));
  const otherwise = expression.otherwise === null ? nullOf() : bindExpression(expression.otherwise, scope, binder);
  const type = commonTypeOf([...results.map((result) => result.type), otherwise.type]);
  const branches = expression.branches.map((branch, index) => {
    const when =
      operand === null
        ? bindCondition(branch.when, scope, binder)
        : compare("=", operand, bindExpression(branch.when, scope, binder), mode).sql;
    return `WHEN ${when} THEN ${cast(results[index] ?? nullOf(), type, mode).sql}`;
  });
  return typed(`(CASE ${branches.join(" ")} ELSE ${cast(otherwise, type, mode).sql} END)`, type);
}

function bindScalarQuery(expression: Extract<Expression, { kind: "subquery" }>, scope: Scope, binder: Binder): Typed {
  const query = bindQuery(expression.query, scope, binder);
  const [column] = query.columns;
  if (column === undefined || query.columns.length !== 1)
    throw compilationError("Single-row subquery returns more than one column.", "002057");
  return typed(`(${query.sql})`, column.type);
}
