import { unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import { BOOLEAN, INTEGER, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import { asInteger, asText, at, type BoundCall, type FunctionRule, type FunctionTable, scalar } from "./rule.ts";

/** Snowflake's regular-expression parameters (i, c, m, s, e) for RE2. */
function flags(value: Typed | undefined, call: BoundCall): string {
  if (value === undefined) return "";
  if (value.constant === undefined) throw unsupported(`parameters of ${call.name} that are not a literal`);
  const letters = [...value.constant].filter((letter) => "ims".includes(letter));
  return letters.length === 0 ? "" : `(?${[...new Set(letters)].join("")})`;
}

function patternOf(args: readonly Typed[], index: number, call: BoundCall): string {
  const inline = flags(args[index], call);
  const pattern = asText(at(args, 1), call);
  return inline === "" ? pattern : `(${quoteText(inline)} || ${pattern})`;
}

const like: FunctionRule = scalar(2, 3, (args, call) =>
  typed(`regexp_full_match(${asText(at(args, 0), call)}, ${patternOf(args, 2, call)})`, BOOLEAN),
);

/** All matches from a 1-based position on. */
function matches(
  args: readonly Typed[],
  call: BoundCall,
  positionIndex: number,
  flagIndex: number,
  group: string,
): string {
  const value = asText(at(args, 0), call);
  const start = args[positionIndex];
  const source = start === undefined ? value : `substr(${value}, ${asInteger(start, call)})`;
  return `regexp_extract_all(${source}, ${patternOf(args, flagIndex, call)}, ${group})`;
}

const substring: FunctionRule = scalar(2, 6, (args, call) => {
  const occurrence = args[3] === undefined ? "1" : asInteger(args[3], call);
  const extract = args[4]?.constant?.includes("e") === true || args[5] !== undefined;
  const group = args[5]?.constant ?? (extract ? "1" : "0");
  return typed(`(${matches(args, call, 2, 4, group)})[${occurrence}]`, TEXT);
});

const replace: FunctionRule = scalar(2, 6, (args, call) => {
  if (args[3] !== undefined && args[3].constant !== "1") throw unsupported("a start position in REGEXP_REPLACE");
  const occurrence = args[4]?.constant ?? "0";
  if (occurrence !== "0" && occurrence !== "1") throw unsupported("an occurrence in REGEXP_REPLACE other than 0 or 1");
  const replacement = args[2] === undefined ? "''" : asText(args[2], call);
  const all = occurrence === "0" ? ", 'g'" : "";
  return typed(`regexp_replace(${asText(at(args, 0), call)}, ${patternOf(args, 5, call)}, ${replacement}${all})`, TEXT);
});

const instr: FunctionRule = scalar(2, 3, (args, call) => {
  const value = asText(at(args, 0), call);
  const hit = `(${matches(args, call, 2, 99, "0")})[1]`;
  if (args[2] !== undefined) throw unsupported("a start position in REGEXP_INSTR");
  return typed(
    `CAST(CASE WHEN ${value} IS NULL THEN NULL WHEN ${hit} IS NULL THEN 0 ELSE length(regexp_extract(${value}, '(?s)^(.*?)' || ${asText(at(args, 1), call)}, 1)) + 1 END AS DECIMAL(38,0))`,
    INTEGER,
  );
});

export const REGEXP_FUNCTIONS: FunctionTable = {
  REGEXP_LIKE: like,
  RLIKE: like,
  REGEXP_SUBSTR: substring,
  REGEXP_REPLACE: replace,
  REGEXP_INSTR: instr,
  REGEXP_COUNT: scalar(2, 4, (args, call) =>
    typed(`CAST(len(${matches(args, call, 2, 3, "0")}) AS DECIMAL(38,0))`, INTEGER),
  ),
};
