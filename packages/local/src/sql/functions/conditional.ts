import { cast } from "../types/cast.ts";
import { commonTypeOf } from "../types/common-type.ts";
import { BOOLEAN, INTEGER } from "../types/logical-type.ts";
import { nullOf, numberLiteral, type Typed, typed } from "../types/typed.ts";
import { divide } from "./arithmetic.ts";
import { compare } from "./comparison.ts";
import { asReal, at, type BoundCall, type FunctionTable, scalar } from "./rule.ts";

function condition(value: Typed, call: BoundCall): string {
  return cast(value, BOOLEAN, call.mode).sql;
}

function choose(test: string, yes: Typed, no: Typed, call: BoundCall): Typed {
  const type = commonTypeOf([yes.type, no.type]);
  return typed(
    `(CASE WHEN ${test} THEN ${cast(yes, type, call.mode).sql} ELSE ${cast(no, type, call.mode).sql} END)`,
    type,
  );
}

function coalesce(args: readonly Typed[], call: BoundCall): Typed {
  const type = commonTypeOf(args.map((arg) => arg.type));
  return typed(
    `COALESCE(${args.map((arg) => cast(arg, type, call.mode).sql).join(", ")})`,
    type,
    args.every((arg) => arg.nullable),
  );
}

function decode(args: readonly Typed[], call: BoundCall): Typed {
  const pairs = Math.floor((args.length - 1) / 2);
  const fallback = args.length % 2 === 0 ? at(args, args.length - 1) : nullOf();
  const results = Array.from({ length: pairs }, (_, index) => at(args, index * 2 + 2));
  const type = commonTypeOf([...results.map((result) => result.type), fallback.type]);
  const branches = results.map((result, index) => {
    const test = compare("IS NOT DISTINCT FROM", at(args, 0), at(args, index * 2 + 1), call.mode).sql;
    return `WHEN ${test} THEN ${cast(result, type, call.mode).sql}`;
  });
  return typed(`(CASE ${branches.join(" ")} ELSE ${cast(fallback, type, call.mode).sql} END)`, type);
}

function extreme(pick: "greatest" | "least", ignoreNulls: boolean) {
  return scalar(1, 1000, (args, call) => {
    const type = commonTypeOf(args.map((arg) => arg.type));
    const values = args.map((arg) => cast(arg, type, call.mode).sql);
    const sql = `${pick}(${values.join(", ")})`;
    if (ignoreNulls) return typed(sql, type);
    return typed(
      `(CASE WHEN ${values.map((value) => `${value} IS NULL`).join(" OR ")} THEN NULL ELSE ${sql} END)`,
      type,
    );
  });
}

function divideOrZero(nullDivisor: boolean) {
  return scalar(2, 2, (args, call) => {
    const [a, b] = [at(args, 0), at(args, 1)];
    const zero = compare("=", b, numberLiteral("0"), call.mode).sql;
    const test = nullDivisor ? `${b.sql} IS NULL OR ${zero}` : zero;
    const safe = typed(`(CASE WHEN ${zero} THEN NULL ELSE ${b.sql} END)`, b.type);
    const [left, right] = [integral(a, call), integral(safe, call)];
    if (left.type.kind === "number" && right.type.kind === "number")
      return choose(test, numberLiteral("0"), divide(left, left.type, right, right.type), call);
    return choose(
      test,
      numberLiteral("0"),
      typed(`(${asReal(a, call)} / ${asReal(safe, call)})`, { kind: "real" }),
      call,
    );
  });
}

function integral(value: Typed, call: BoundCall): Typed {
  return value.type.kind === "null" ? cast(value, INTEGER, call.mode) : value;
}

/** IFF, NVL, DECODE and their kin. */
export const CONDITIONAL_FUNCTIONS: FunctionTable = {
  IFF: scalar(3, 3, (args, call) => choose(condition(at(args, 0), call), at(args, 1), at(args, 2), call)),
  NVL: scalar(2, 2, coalesce),
  IFNULL: scalar(2, 2, coalesce),
  COALESCE: scalar(1, 1000, coalesce),
  NVL2: scalar(3, 3, (args, call) => choose(`${at(args, 0).sql} IS NOT NULL`, at(args, 1), at(args, 2), call)),
  NULLIF: scalar(2, 2, (args, call) => {
    const value = at(args, 0);
    return typed(
      `(CASE WHEN ${compare("=", value, at(args, 1), call.mode).sql} THEN NULL ELSE ${value.sql} END)`,
      value.type,
    );
  }),
  NULLIFZERO: scalar(1, 1, (args, call) => {
    const value = at(args, 0);
    return typed(
      `(CASE WHEN ${compare("=", value, numberLiteral("0"), call.mode).sql} THEN NULL ELSE ${value.sql} END)`,
      value.type,
    );
  }),
  ZEROIFNULL: scalar(1, 1, (args, call) => coalesce([at(args, 0), numberLiteral("0")], call)),
  DECODE: scalar(3, 1000, decode),
  EQUAL_NULL: scalar(2, 2, (args, call) => compare("IS NOT DISTINCT FROM", at(args, 0), at(args, 1), call.mode)),
  GREATEST: extreme("greatest", false),
  LEAST: extreme("least", false),
  GREATEST_IGNORE_NULLS: extreme("greatest", true),
  LEAST_IGNORE_NULLS: extreme("least", true),
  DIV0: divideOrZero(false),
  DIV0NULL: divideOrZero(true),
  BOOLAND: scalar(2, 2, (args, call) =>
    typed(`(${condition(at(args, 0), call)} AND ${condition(at(args, 1), call)})`, BOOLEAN),
  ),
  BOOLOR: scalar(2, 2, (args, call) =>
    typed(`(${condition(at(args, 0), call)} OR ${condition(at(args, 1), call)})`, BOOLEAN),
  ),
  BOOLNOT: scalar(1, 1, (args, call) => typed(`(NOT ${condition(at(args, 0), call)})`, BOOLEAN)),
  BOOLXOR: scalar(2, 2, (args, call) =>
    typed(`(${condition(at(args, 0), call)} <> ${condition(at(args, 1), call)})`, BOOLEAN),
  ),
};
