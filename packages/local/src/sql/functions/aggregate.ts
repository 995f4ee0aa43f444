import { orderSql } from "../bind/window.ts";
import { unsupported, wrongArguments } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { castToVariant } from "../types/cast-semi-structured.ts";
import { ARRAY, BOOLEAN, INTEGER, type LogicalType, number, OBJECT, REAL, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import { scaled, unscaled } from "./arithmetic.ts";
import { comparable, groupKey } from "./comparison.ts";
import {
  asReal,
  asText,
  at,
  type BoundCall,
  bindArgs,
  bindRowArgs,
  type FunctionRule,
  type FunctionTable,
} from "./rule.ts";

const COUNT = number(18, 0);

/** A rule over an aggregate's bound arguments. */
function aggregate(
  least: number,
  most: number,
  build: (args: readonly Typed[], call: BoundCall) => Typed,
): FunctionRule {
  return (call) => build(bindArgs(call, least, most), call);
}

function distinct(call: BoundCall): string {
  return call.call.distinct ? "DISTINCT " : "";
}

function orderBy(call: BoundCall): string {
  if (call.call.withinGroup.length === 0) return "";
  return ` ORDER BY ${call.call.withinGroup.map((item) => orderSql(comparable(call.bind(item.value)), item)).join(", ")}`;
}

const count: FunctionRule = (call) => {
  if (call.call.star) return typed(`CAST(count(*)${call.over} AS DECIMAL(18,0))`, COUNT, false);
  const args = bindArgs(call, 1, 100);
  if (args.length === 1)
    return typed(`CAST(count(${distinct(call)}${comparable(at(args, 0))})${call.over} AS DECIMAL(18,0))`, COUNT, false);
  const values = args.map((arg) => comparable(arg));
  const present = args.map((arg) => `${arg.sql} IS NOT NULL`).join(" AND ");
  return typed(
    `CAST(count(${distinct(call)}CASE WHEN ${present} THEN row(${values.join(", ")}) END)${call.over} AS DECIMAL(18,0))`,
    COUNT,
    false,
  );
};

/** What SUM and AVG add up: decimals exactly, all else as FLOAT. */
function summand(value: Typed, call: BoundCall): Typed {
  if (value.type.kind === "number") return value;
  return value.type.kind === "boolean" || value.type.kind === "null"
    ? cast(value, INTEGER, call.mode)
    : cast(value, REAL, call.mode);
}

const sum: FunctionRule = aggregate(1, 1, (args, call) => {
  const value = summand(at(args, 0), call);
  if (value.type.kind !== "number") return typed(`sum(${distinct(call)}${value.sql})${call.over}`, REAL);
  const { scale } = value.type;
  return typed(
    `CAST(sum(${distinct(call)}CAST(${value.sql} AS DECIMAL(38,${scale})))${call.over} AS DECIMAL(38,${scale}))`,
    number(38, scale),
  );
});

const average: FunctionRule = aggregate(1, 1, (args, call) => {
  const value = summand(at(args, 0), call);
  if (value.type.kind !== "number") return typed(`avg(${distinct(call)}${value.sql})${call.over}`, REAL);
  const { scale } = value.type;
  const result = Math.max(scale, Math.min(scale + 6, 12));
  const total = unscaled(`sum(${distinct(call)}CAST(${value.sql} AS DECIMAL(38,${scale})))${call.over}`, scale);
  const counted = `CAST(count(${distinct(call)}${value.sql})${call.over} AS HUGEINT)`;
  const quotient = `sf_divide(${total} * CAST('1${"0".repeat(result - scale)}' AS HUGEINT), NULLIF(${counted}, 0))`;
  return typed(scaled(quotient, 38, result), number(38, result));
});

function extreme(name: "min" | "max"): FunctionRule {
  return aggregate(1, 1, (args, call) => {
    const value = at(args, 0);
    if (value.type.kind === "timestamp_tz")
      return typed(`arg_${name}(${value.sql}, ${comparable(value)})${call.over}`, value.type);
    if (value.type.kind === "vector" || value.type.kind === "geography") throw unsupported(`${call.name} of this type`);
    if (value.type.kind === "object" || value.type.kind === "array" || value.type.kind === "variant")
      return cast(
        typed(`arg_${name}(${value.sql}, sf_json_scalar_text(${value.sql}))${call.over}`, value.type),
        value.type,
        call.mode,
      );
    return typed(`${name}(${value.sql})${call.over}`, value.type);
  });
}

function extremeBy(name: "arg_min" | "arg_max"): FunctionRule {
  return aggregate(2, 2, (args, call) => {
    const value = at(args, 0);
    return typed(`${name}_null(${value.sql}, ${comparable(at(args, 1))})${call.over}`, value.type);
  });
}

function real(name: string): FunctionRule {
  return aggregate(1, 1, (args, call) =>
    typed(`${name}(${distinct(call)}${asReal(at(args, 0), call)})${call.over}`, REAL),
  );
}

function realPair(name: string): FunctionRule {
  return aggregate(2, 2, (args, call) =>
    typed(`${name}(${asReal(at(args, 0), call)}, ${asReal(at(args, 1), call)})${call.over}`, REAL),
  );
}

function bits(name: "bit_and" | "bit_or" | "bit_xor"): FunctionRule {
  return aggregate(1, 1, (args, call) => {
    const value = cast(at(args, 0), INTEGER, call.mode).sql;
    return typed(`CAST(${name}(${distinct(call)}CAST(${value} AS HUGEINT))${call.over} AS DECIMAL(38,0))`, INTEGER);
  });
}

function truth(name: "bool_and" | "bool_or"): FunctionRule {
  return aggregate(1, 1, (args, call) =>
    typed(`${name}(${cast(at(args, 0), BOOLEAN, call.mode).sql})${call.over}`, BOOLEAN),
  );
}

const listAgg: FunctionRule = aggregate(1, 2, (args, call) => {
  const separator = args[1] === undefined ? "''" : asText(args[1], call);
  return typed(
    `COALESCE(string_agg(${distinct(call)}${asText(at(args, 0), call)}, ${separator}${orderBy(call)})${call.over}, '')`,
    TEXT,
    false,
  );
});

const arrayAgg: FunctionRule = aggregate(1, 1, (args, call) => {
  const variant = castToVariant(at(args, 0));
  if (variant === null) throw wrongArguments(call.name, "this type cannot be collected");
  const kept = `list(${distinct(call)}${variant}${orderBy(call)}) FILTER (WHERE ${variant} IS NOT NULL)${call.over}`;
  return typed(`sf_json_array(COALESCE(${kept}, []))`, ARRAY, false);
});

const objectAgg: FunctionRule = aggregate(2, 2, (args, call) => {
  const variant = castToVariant(at(args, 1));
  const entry = `CAST(to_json(${asText(at(args, 0), call)}) AS VARCHAR) || ':' || ${variant}`;
  return typed(
    `('{' || COALESCE(string_agg(${entry}, ',' ORDER BY ${asText(at(args, 0), call)})${call.over}, '') || '}')`,
    OBJECT,
    false,
  );
});

function percentile(name: "quantile_cont" | "quantile_disc"): FunctionRule {
  return aggregate(1, 1, (args, call) => {
    const [item] = call.call.withinGroup;
    const fraction = at(args, 0).constant;
    if (item === undefined || fraction === undefined)
      throw wrongArguments(call.name, "WITHIN GROUP (ORDER BY ..) and a literal fraction are expected");
    const value = call.bind(item.value);
    const share = item.descending ? `1 - ${fraction}` : fraction;
    const type: LogicalType = name === "quantile_disc" ? value.type : REAL;
    return typed(`${name}(${name === "quantile_disc" ? value.sql : asReal(value, call)}, ${share})${call.over}`, type);
  });
}

const median: FunctionRule = aggregate(1, 1, (args, call) => {
  const value = summand(at(args, 0), call);
  if (value.type.kind !== "number") return typed(`median(${value.sql})${call.over}`, REAL);
  const scale = Math.min(value.type.scale + 3, 37);
  return typed(`CAST(median(CAST(${value.sql} AS DOUBLE))${call.over} AS DECIMAL(38,${scale}))`, number(38, scale));
});

/** Aggregates; each also works OVER a window. */
export const AGGREGATES: FunctionTable = {
  COUNT: count,
  COUNT_IF: aggregate(1, 1, (args, call) =>
    typed(`CAST(count_if(${cast(at(args, 0), BOOLEAN, call.mode).sql})${call.over} AS DECIMAL(18,0))`, COUNT, false),
  ),
  SUM: sum,
  AVG: average,
  MIN: extreme("min"),
  MAX: extreme("max"),
  MIN_BY: extremeBy("arg_min"),
  MAX_BY: extremeBy("arg_max"),
  ANY_VALUE: aggregate(1, 1, (args, call) => typed(`any_value(${at(args, 0).sql})${call.over}`, at(args, 0).type)),
  STDDEV: real("stddev_samp"),
  STDDEV_SAMP: real("stddev_samp"),
  STDDEV_POP: real("stddev_pop"),
  VARIANCE: real("var_samp"),
  VAR_SAMP: real("var_samp"),
  VAR_POP: real("var_pop"),
  VARIANCE_POP: real("var_pop"),
  SKEW: real("skewness"),
  KURTOSIS: real("kurtosis"),
  CORR: realPair("corr"),
  COVAR_POP: realPair("covar_pop"),
  COVAR_SAMP: realPair("covar_samp"),
  REGR_SLOPE: realPair("regr_slope"),
  REGR_INTERCEPT: realPair("regr_intercept"),
  BITAND_AGG: bits("bit_and"),
  BITOR_AGG: bits("bit_or"),
  BITXOR_AGG: bits("bit_xor"),
  BOOLAND_AGG: truth("bool_and"),
  BOOLOR_AGG: truth("bool_or"),
  LISTAGG: listAgg,
  STRING_AGG: listAgg,
  ARRAY_AGG: arrayAgg,
  OBJECT_AGG: objectAgg,
  MEDIAN: median,
  PERCENTILE_CONT: percentile("quantile_cont"),
  PERCENTILE_DISC: percentile("quantile_disc"),
  APPROX_COUNT_DISTINCT: aggregate(1, 1, (args, call) =>
    typed(`CAST(count(DISTINCT ${comparable(at(args, 0))})${call.over} AS DECIMAL(18,0))`, COUNT, false),
  ),
  HLL: aggregate(1, 1, (args, call) =>
    typed(`CAST(count(DISTINCT ${comparable(at(args, 0))})${call.over} AS DECIMAL(18,0))`, COUNT, false),
  ),
  MODE: aggregate(1, 1, (args, call) => typed(`mode(${at(args, 0).sql})${call.over}`, at(args, 0).type)),
  // Independent of order and sensitive to repetition, as Snowflake's is; the number itself is another.
  HASH_AGG: (call) => {
    const values = bindRowArgs(call, 1, 2000).map(comparable);
    const total = `sum(${distinct(call)}hash(${values.join(", ")}))${call.over}`;
    return typed(
      `CAST(COALESCE(${total} % 18446744073709551616 - 9223372036854775808, 0) AS DECIMAL(19,0))`,
      number(19, 0),
      false,
    );
  },
  GROUPING: aggregate(1, 20, (args) =>
    typed(`CAST(grouping(${args.map(groupKey).join(", ")}) AS DECIMAL(18,0))`, COUNT, false),
  ),
};
