import type { Binder } from "../bind/binder.ts";
import { wrongArguments } from "../failures.ts";
import type { Call, Expression, Star } from "../syntax/tree.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { type LogicalType, number, REAL, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";

/** A call being bound: its syntax, and how to bind its arguments. */
export interface BoundCall {
  readonly name: string;
  readonly call: Call;
  readonly binder: Binder;
  readonly mode: CastMode;
  readonly bind: (expression: Expression) => Typed;
  /** The columns of a `*` among the arguments, for the functions that take one. */
  readonly bindStar: (star: Star) => readonly Typed[];
  /** The ` OVER (...)` text, or empty. */
  readonly over: string;
}

/** How one Snowflake function becomes DuckDB SQL. */
export type FunctionRule = (call: BoundCall) => Typed;
export type FunctionTable = Readonly<Record<string, FunctionRule>>;

/** A rule over bound arguments, checked for their number. */
export function scalar(
  least: number,
  most: number,
  build: (args: readonly Typed[], call: BoundCall) => Typed,
): FunctionRule {
  return (call) => build(bindArgs(call, least, most), call);
}

export function bindArgs(call: BoundCall, least: number, most: number): readonly Typed[] {
  const { args } = call.call;
  if (args.length < least)
    throw wrongArguments(call.name, `not enough arguments, got ${args.length}, expected ${least}`);
  if (args.length > most) throw wrongArguments(call.name, `too many arguments, got ${args.length}, expected ${most}`);
  return args.map(call.bind);
}

const everyColumn = { kind: "star", qualifier: null, exclude: [], rename: [], replace: [], ilike: null } as const;

/** The arguments of a function that takes `*`, `t.*` and `* EXCLUDE (a)` for the columns in their order. */
export function bindRowArgs(call: BoundCall, least: number, most: number): readonly Typed[] {
  const { star, args, at: place } = call.call;
  if (star) return call.bindStar({ ...everyColumn, at: place });
  if (!args.some(({ kind }) => kind === "star")) return bindArgs(call, least, most);
  return args.flatMap((arg) => (arg.kind === "star" ? call.bindStar(arg) : [call.bind(arg)]));
}

/** The argument at a place; rules ask only for those that their count promises. */
export function at(args: readonly Typed[], index: number): Typed {
  const arg = args[index];
  if (arg === undefined) throw new RangeError(`argument ${index} was not checked for`);
  return arg;
}

export function asText(value: Typed, call: BoundCall): string {
  return cast(value, TEXT, call.mode).sql;
}

export function asReal(value: Typed, call: BoundCall): string {
  return cast(value, REAL, call.mode).sql;
}

/** A whole number for DuckDB functions that take one. */
export function asInteger(value: Typed, call: BoundCall): string {
  return `CAST(${cast(value, number(18, 0), call.mode).sql} AS BIGINT)`;
}

/** A rule that is one DuckDB expression over text arguments. */
export function textRule(
  least: number,
  most: number,
  build: (...args: string[]) => string,
  type: LogicalType = TEXT,
): FunctionRule {
  return scalar(least, most, (args, call) => typed(build(...args.map((arg) => asText(arg, call))), type, true));
}

/** A rule over FLOAT arguments that gives a FLOAT. */
export function realRule(least: number, most: number, build: (...args: string[]) => string): FunctionRule {
  return scalar(least, most, (args, call) => typed(build(...args.map((arg) => asReal(arg, call))), REAL));
}
