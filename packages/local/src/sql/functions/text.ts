import { cast } from "../types/cast.ts";
import { ARRAY, BINARY, BOOLEAN, INTEGER, number, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import {
  asInteger,
  asText,
  at,
  type BoundCall,
  type FunctionRule,
  type FunctionTable,
  scalar,
  textRule,
} from "./rule.ts";

const LENGTH = number(18, 0);

const length: FunctionRule = scalar(1, 1, (args, call) => {
  const value = at(args, 0);
  const sql = value.type.kind === "binary" ? `octet_length(${value.sql})` : `length(${asText(value, call)})`;
  return typed(`CAST(${sql} AS DECIMAL(18,0))`, LENGTH, value.nullable);
});

/** The byte or character that a 1-based, possibly negative start means; 0 is 1. */
function substring(args: readonly Typed[], call: BoundCall): Typed {
  const value = at(args, 0);
  const binary = value.type.kind === "binary";
  const sql = binary ? `hex(${value.sql})` : asText(value, call);
  const size = binary ? `octet_length(${value.sql})` : `length(${sql})`;
  const start = asInteger(at(args, 1), call);
  const first = `(CASE WHEN ${start} < 0 THEN ${size} + ${start} + 1 WHEN ${start} = 0 THEN 1 ELSE ${start} END)`;
  const count = args[2] === undefined ? size : `greatest(${asInteger(args[2], call)}, 0)`;
  if (binary) return typed(`unhex(substr(${sql}, (${first} - 1) * 2 + 1, ${count} * 2))`, BINARY);
  return typed(`(CASE WHEN ${first} < 1 THEN '' ELSE substr(${sql}, ${first}, ${count}) END)`, TEXT, true);
}

function edge(side: "left" | "right"): FunctionRule {
  return scalar(2, 2, (args, call) => {
    const value = at(args, 0);
    const count = `greatest(${asInteger(at(args, 1), call)}, 0)`;
    if (value.type.kind === "binary") return typed(`unhex(${side}(hex(${value.sql}), ${count} * 2))`, BINARY);
    return typed(`${side}(${asText(value, call)}, ${count})`, TEXT);
  });
}

function pad(side: "lpad" | "rpad"): FunctionRule {
  return scalar(2, 3, (args, call) => {
    const fill = args[2] === undefined ? "' '" : asText(args[2], call);
    return typed(
      `${side}(${asText(at(args, 0), call)}, CAST(greatest(${asInteger(at(args, 1), call)}, 0) AS INTEGER), ${fill})`,
      TEXT,
    );
  });
}

function concat(args: readonly Typed[], call: BoundCall): Typed {
  if (args.every((arg) => arg.type.kind === "binary"))
    return typed(`(${args.map((arg) => arg.sql).join(" || ")})`, BINARY);
  return typed(`(${args.map((arg) => asText(arg, call)).join(" || ")})`, TEXT);
}

const position: FunctionRule = scalar(2, 3, (args, call) => {
  const [needle, hay] = [asText(at(args, 0), call), asText(at(args, 1), call)];
  if (args[2] === undefined) return typed(`CAST(strpos(${hay}, ${needle}) AS DECIMAL(38,0))`, INTEGER);
  const start = asInteger(args[2], call);
  const rest = `strpos(substr(${hay}, ${start}), ${needle})`;
  return typed(`CAST(CASE WHEN ${rest} = 0 THEN 0 ELSE ${rest} + ${start} - 1 END AS DECIMAL(38,0))`, INTEGER);
});

const splitPart: FunctionRule = scalar(3, 3, (args, call) => {
  const [value, separator] = [asText(at(args, 0), call), asText(at(args, 1), call)];
  const part = `(CASE WHEN ${asInteger(at(args, 2), call)} = 0 THEN 1 ELSE ${asInteger(at(args, 2), call)} END)`;
  return typed(
    `(CASE WHEN ${separator} = '' THEN CASE WHEN ${part} IN (1, -1) THEN ${value} ELSE '' END ELSE split_part(${value}, ${separator}, ${part}) END)`,
    TEXT,
  );
});

function found(test: (hay: string, needle: string) => string): FunctionRule {
  return scalar(2, 2, (args, call) => typed(test(asText(at(args, 0), call), asText(at(args, 1), call)), BOOLEAN));
}

/** Functions over text. */
export const TEXT_FUNCTIONS: FunctionTable = {
  UPPER: textRule(1, 1, (value) => `upper(${value})`),
  LOWER: textRule(1, 1, (value) => `lower(${value})`),
  INITCAP: textRule(
    1,
    1,
    (value) =>
      `array_to_string(list_transform(regexp_extract_all(lower(${value}), '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+'), lambda w: upper(w[1]) || w[2:]), '')`,
  ),
  LENGTH: length,
  LEN: length,
  OCTET_LENGTH: scalar(1, 1, (args, call) => {
    const value = at(args, 0);
    const bytes = value.type.kind === "binary" ? value.sql : `encode(${asText(value, call)})`;
    return typed(`CAST(octet_length(${bytes}) AS DECIMAL(18,0))`, LENGTH);
  }),
  SUBSTR: scalar(2, 3, substring),
  SUBSTRING: scalar(2, 3, substring),
  LEFT: edge("left"),
  RIGHT: edge("right"),
  LPAD: pad("lpad"),
  RPAD: pad("rpad"),
  CONCAT: scalar(1, 1000, concat),
  CONCAT_WS: scalar(2, 1000, (args, call) => {
    const [separator, ...values] = args.map((arg) => asText(arg, call));
    return typed(`(${values.join(` || ${separator} || `)})`, TEXT);
  }),
  TRIM: textRule(1, 2, (value, chars) => (chars === undefined ? `trim(${value})` : `trim(${value}, ${chars})`)),
  LTRIM: textRule(1, 2, (value, chars) => (chars === undefined ? `ltrim(${value})` : `ltrim(${value}, ${chars})`)),
  RTRIM: textRule(1, 2, (value, chars) => (chars === undefined ? `rtrim(${value})` : `rtrim(${value}, ${chars})`)),
  REPLACE: textRule(2, 3, (value, from, to) => `replace(${value}, ${from}, ${to ?? "''"})`),
  TRANSLATE: textRule(3, 3, (value, from, to) => `translate(${value}, ${from}, ${to})`),
  REVERSE: textRule(1, 1, (value) => `reverse(${value})`),
  REPEAT: scalar(2, 2, (args, call) =>
    typed(`repeat(${asText(at(args, 0), call)}, greatest(${asInteger(at(args, 1), call)}, 0))`, TEXT),
  ),
  SPACE: scalar(1, 1, (args, call) => typed(`repeat(' ', greatest(${asInteger(at(args, 0), call)}, 0))`, TEXT)),
  POSITION: position,
  CHARINDEX: position,
  CONTAINS: found((hay, needle) => `contains(${hay}, ${needle})`),
  STARTSWITH: found((hay, needle) => `starts_with(${hay}, ${needle})`),
  ENDSWITH: found((hay, needle) => `ends_with(${hay}, ${needle})`),
  SPLIT_PART: splitPart,
  SPLIT: scalar(2, 2, (args, call) => {
    const [value, separator] = [asText(at(args, 0), call), asText(at(args, 1), call)];
    return typed(
      `(CASE WHEN ${value} IS NOT NULL AND ${separator} IS NOT NULL THEN sf_json_array(list_transform(CASE WHEN ${separator} = '' THEN [${value}] ELSE string_split(${value}, ${separator}) END, lambda e: CAST(to_json(e) AS VARCHAR))) END)`,
      ARRAY,
    );
  }),
  STRTOK: scalar(1, 3, (args, call) => {
    const value = asText(at(args, 0), call);
    const delimiters = args[1] === undefined ? "' '" : asText(args[1], call);
    const part = args[2] === undefined ? "1" : asInteger(args[2], call);
    return typed(
      `list_filter(string_split(translate(${value}, ${delimiters}, repeat(left(${delimiters}, 1), CAST(length(${delimiters}) AS BIGINT))), left(${delimiters}, 1)), lambda e: e <> '')[${part}]`,
      TEXT,
    );
  }),
  ASCII: textRule(
    1,
    1,
    (value) => `CAST(CASE WHEN ${value} = '' THEN 0 ELSE unicode(${value}[1]) END AS DECIMAL(38,0))`,
    INTEGER,
  ),
  UNICODE: textRule(
    1,
    1,
    (value) => `CAST(CASE WHEN ${value} = '' THEN 0 ELSE unicode(${value}) END AS DECIMAL(38,0))`,
    INTEGER,
  ),
  CHR: scalar(1, 1, (args, call) => typed(`chr(CAST(${asInteger(at(args, 0), call)} AS INTEGER))`, TEXT)),
  CHAR: scalar(1, 1, (args, call) => typed(`chr(CAST(${asInteger(at(args, 0), call)} AS INTEGER))`, TEXT)),
  EDITDISTANCE: textRule(2, 2, (a, b) => `CAST(levenshtein(${a}, ${b}) AS DECIMAL(38,0))`, INTEGER),
  COLLATE: scalar(2, 2, (args, call) => cast(at(args, 0), TEXT, call.mode)),
  INSERT: scalar(4, 4, (args, call) => {
    const [value, start, count] = [
      asText(at(args, 0), call),
      asInteger(at(args, 1), call),
      asInteger(at(args, 2), call),
    ];
    return typed(
      `(left(${value}, ${start} - 1) || ${asText(at(args, 3), call)} || substr(${value}, ${start} + ${count}))`,
      TEXT,
    );
  }),
};
