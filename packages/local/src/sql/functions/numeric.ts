import { unsupported } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { INTEGER, number, REAL } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import { applyBinary } from "./arithmetic.ts";
import { comparable } from "./comparison.ts";
import {
  asInteger,
  asReal,
  at,
  type BoundCall,
  bindRowArgs,
  type FunctionRule,
  type FunctionTable,
  realRule,
  scalar,
} from "./rule.ts";

/** Numbers stay decimals, everything else becomes FLOAT. */
function numeric(value: Typed, call: BoundCall): Typed {
  return value.type.kind === "number" || value.type.kind === "real"
    ? value
    : cast(value, value.type.kind === "null" ? INTEGER : REAL, call.mode);
}

function places(value: Typed | undefined, call: BoundCall): number {
  if (value === undefined) return 0;
  if (value.constant === undefined) throw unsupported(`a scale for ${call.name} that is not a literal`);
  return Number(value.constant);
}

type Rounding = "round" | "trunc" | "ceil" | "floor";

/** Rounds to a literal number of decimal places; halves go away from zero. */
function rounding(how: Rounding): FunctionRule {
  return scalar(1, 2, (args, call) => {
    const value = numeric(at(args, 0), call);
    const scale = places(args[1], call);
    if (value.type.kind !== "number") return typed(roundReal(how, value.sql, scale), REAL, value.nullable);
    if (scale >= value.type.scale) return value;
    const kept = Math.max(0, scale);
    const type = number(Math.min(38, value.type.precision + (how === "trunc" ? 0 : 1)), kept);
    const unit = `CAST('${scale >= 0 ? `1${"0".repeat(scale)}` : "1"}' AS DECIMAL(${kept + 1},0))`;
    if (scale < 0) {
      const step = `CAST('1${"0".repeat(-scale)}' AS HUGEINT)`;
      const whole = `CAST(trunc(${value.sql}) AS HUGEINT)`;
      return typed(`CAST(${negativePlaces(how, whole, step)} AS DECIMAL(${type.precision},0))`, type, value.nullable);
    }
    if (how === "round") return typed(`CAST(${value.sql} AS DECIMAL(${type.precision},${kept}))`, type, value.nullable);
    const back = kept === 0 ? "" : ` * CAST('0.${"1".padStart(kept, "0")}' AS DECIMAL(${kept + 1},${kept}))`;
    return typed(
      `CAST(${how}(${value.sql} * ${unit})${back} AS DECIMAL(${type.precision},${kept}))`,
      type,
      value.nullable,
    );
  });
}

function negativePlaces(how: Rounding, whole: string, step: string): string {
  if (how === "round") return `((abs(${whole}) + ${step} // 2) // ${step}) * ${step} * sign(${whole})`;
  if (how === "trunc") return `(${whole} // ${step}) * ${step}`;
  const away = how === "ceil" ? `${whole} > 0` : `${whole} < 0`;
  return `((${whole} // ${step}) + CASE WHEN ${away} AND ${whole} % ${step} <> 0 THEN sign(${whole}) ELSE 0 END) * ${step}`;
}

function roundReal(how: Rounding, sql: string, scale: number): string {
  if (how === "round") return `round(${sql}, ${scale})`;
  if (scale === 0) return `${how}(${sql})`;
  return `(${how}(${sql} * 1e${scale}) / 1e${scale})`;
}

const absolute: FunctionRule = scalar(1, 1, (args, call) => {
  const value = numeric(at(args, 0), call);
  return typed(`abs(${value.sql})`, value.type, value.nullable);
});

function bits(operator: string): FunctionRule {
  return scalar(2, 2, (args, call) => {
    const [a, b] = [at(args, 0), at(args, 1)].map((arg) => `CAST(${cast(arg, INTEGER, call.mode).sql} AS HUGEINT)`);
    return typed(
      `CAST(${operator === "xor" ? `xor(${a}, ${b})` : `(${a} ${operator} ${b})`} AS DECIMAL(38,0))`,
      INTEGER,
    );
  });
}

export const truncateNumber = rounding("trunc");

/** Arithmetic and transcendental functions. */
export const NUMERIC_FUNCTIONS: FunctionTable = {
  ABS: absolute,
  ROUND: rounding("round"),
  TRUNCATE: truncateNumber,
  CEIL: rounding("ceil"),
  CEILING: rounding("ceil"),
  FLOOR: rounding("floor"),
  SIGN: scalar(1, 1, (args, call) =>
    typed(`CAST(sign(${numeric(at(args, 0), call).sql}) AS DECIMAL(2,0))`, number(2, 0)),
  ),
  MOD: scalar(2, 2, (args, call) => applyBinary("%", at(args, 0), at(args, 1), call.mode)),
  SQRT: realRule(1, 1, (x) => `sqrt(${x})`),
  SQUARE: realRule(1, 1, (x) => `(${x} * ${x})`),
  CBRT: realRule(1, 1, (x) => `cbrt(${x})`),
  EXP: realRule(1, 1, (x) => `exp(${x})`),
  LN: realRule(1, 1, (x) => `ln(${x})`),
  LOG: realRule(2, 2, (base, x) => `(ln(${x}) / ln(${base}))`),
  POWER: realRule(2, 2, (x, y) => `pow(${x}, ${y})`),
  POW: realRule(2, 2, (x, y) => `pow(${x}, ${y})`),
  PI: scalar(0, 0, () => typed("pi()", REAL, false)),
  SIN: realRule(1, 1, (x) => `sin(${x})`),
  COS: realRule(1, 1, (x) => `cos(${x})`),
  TAN: realRule(1, 1, (x) => `tan(${x})`),
  ASIN: realRule(1, 1, (x) => `asin(${x})`),
  ACOS: realRule(1, 1, (x) => `acos(${x})`),
  ATAN: realRule(1, 1, (x) => `atan(${x})`),
  ATAN2: realRule(2, 2, (y, x) => `atan2(${y}, ${x})`),
  DEGREES: realRule(1, 1, (x) => `degrees(${x})`),
  RADIANS: realRule(1, 1, (x) => `radians(${x})`),
  HAVERSINE: realRule(
    4,
    4,
    (a, b, c, d) =>
      `(2 * 6371 * asin(sqrt(pow(sin(radians(${c} - ${a}) / 2), 2) + cos(radians(${a})) * cos(radians(${c})) * pow(sin(radians(${d} - ${b}) / 2), 2))))`,
  ),
  BITAND: bits("&"),
  BITOR: bits("|"),
  BITXOR: bits("xor"),
  RANDOM: scalar(0, 1, () =>
    typed("CAST(CAST(random() * 9223372036854775807 AS BIGINT) AS DECIMAL(19,0))", number(19, 0), false),
  ),
  UNIFORM: scalar(3, 3, (args, call) => {
    const [low, high] = [at(args, 0), at(args, 1)];
    if (low.type.kind === "number" && high.type.kind === "number" && low.type.scale === 0 && high.type.scale === 0)
      return typed(
        `CAST(floor(random() * (${asReal(high, call)} - ${asReal(low, call)} + 1) + ${asReal(low, call)}) AS DECIMAL(38,0))`,
        INTEGER,
        false,
      );
    return typed(`(random() * (${asReal(high, call)} - ${asReal(low, call)}) + ${asReal(low, call)})`, REAL, false);
  }),
  SEQ4: scalar(0, 1, () => typed("CAST(row_number() OVER () - 1 AS DECIMAL(10,0))", number(10, 0), false)),
  SEQ8: scalar(0, 1, () => typed("CAST(row_number() OVER () - 1 AS DECIMAL(19,0))", number(19, 0), false)),
  WIDTH_BUCKET: scalar(4, 4, (args, call) => {
    const [x, low, high] = [asReal(at(args, 0), call), asReal(at(args, 1), call), asReal(at(args, 2), call)];
    const count = asInteger(at(args, 3), call);
    return typed(
      `CAST(CASE WHEN ${x} < ${low} THEN 0 WHEN ${x} >= ${high} THEN ${count} + 1 ELSE floor((${x} - ${low}) / ((${high} - ${low}) / ${count})) + 1 END AS DECIMAL(38,0))`,
      INTEGER,
    );
  }),
  // Stable here, but not Snowflake's own hash.
  HASH: (call) =>
    typed(
      `CAST(CAST(hash(${bindRowArgs(call, 1, 2000).map(comparable).join(", ")}) AS HUGEINT) - 9223372036854775808 AS DECIMAL(19,0))`,
      number(19, 0),
      false,
    ),
  UUID_STRING: scalar(0, 0, () => typed("CAST(uuid() AS VARCHAR)", { kind: "text", length: 36 }, false)),
  FACTORIAL: scalar(1, 1, (args, call) =>
    typed(`CAST(factorial(CAST(${asInteger(at(args, 0), call)} AS INTEGER)) AS DECIMAL(38,0))`, INTEGER),
  ),
};
