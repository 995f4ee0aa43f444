import { unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import { parseMomentFormat } from "../types/moment-format.ts";

const PATTERNS: Readonly<Record<string, readonly [group: string, pattern: string]>> = {
  "%Y": ["y", String.raw`(\d{4})`],
  "%m": ["m", String.raw`(\d{1,2})`],
  "%b": ["n", "([A-Za-z]{3})"],
  "%B": ["n", "([A-Za-z]{3,9})"],
  "%d": ["d", String.raw`(\d{1,2})`],
  "%H": ["h", String.raw`(\d{1,2})`],
  "%I": ["h12", String.raw`(\d{1,2})`],
  "%p": ["p", "([AaPp][Mm])"],
  "%M": ["i", String.raw`(\d{1,2})`],
  "%S": ["s", String.raw`(\d{1,2})`],
};

/** DuckDB SQL that reads text by a Snowflake format into a `sf_clock` struct; NULL where it does not match. */
export function clockByFormat(textSql: string, format: string): string {
  const groups: string[] = [];
  let pattern = "";
  for (const piece of parseMomentFormat(format)) {
    if (piece.kind === "text") pattern += escapePattern(piece.text);
    else if (piece.kind === "fraction") {
      groups.push("f");
      pattern += piece.text.startsWith(".") ? String.raw`(?:\.(\d{0,9})\d*)?` : String.raw`(\d{1,9})\d*`;
    } else if (piece.kind === "zone") {
      groups.push("z");
      pattern += String.raw`(Z|[+-]\d{1,2}(?::?\d{2})?)`;
    } else {
      const known = PATTERNS[piece.text];
      if (known === undefined) throw unsupported(`reading the date format element '${piece.text}'`);
      groups.push(known[0]);
      pattern += known[1];
    }
  }
  const names = groups.map((group) => quoteText(group)).join(", ");
  const whole = quoteText(`^\\s*${pattern}\\s*$`);
  return `list_transform([CASE WHEN regexp_matches(${textSql}, ${whole}) THEN regexp_extract(${textSql}, ${whole}, [${names}]) END], lambda g: CASE WHEN g IS NOT NULL THEN ${assemble(groups)} END)[1]`;
}

function assemble(groups: readonly string[]): string {
  const part = (group: string, absent: string) => (groups.includes(group) ? `g.${group}` : absent);
  const month = groups.includes("n") ? "sf_month_number(g.n)" : part("m", "'1'");
  const hour = groups.includes("h12") ? twelveHour(groups) : part("h", "'0'");
  return `sf_clock_of(${part("y", "'1970'")}, ${month}, ${part("d", "'1'")}, ${hour}, ${part("i", "'0'")}, ${part("s", "'0'")}, ${part("f", "''")}, ${part("z", "''")})`;
}

function twelveHour(groups: readonly string[]): string {
  const base = "CAST(g.h12 AS INTEGER) % 12";
  return groups.includes("p")
    ? `CAST(${base} + CASE WHEN lower(g.p) = 'pm' THEN 12 ELSE 0 END AS VARCHAR)`
    : `CAST(${base} AS VARCHAR)`;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
