import { compilationError } from "../failures.ts";
import { quoteText } from "../quote.ts";

/** Elements of a date format, the longest first, with what strftime calls them; null marks those made apart. */
const ELEMENTS: readonly (readonly [RegExp, string | null])[] = [
  [/^"([^"]*)"/, null],
  [/^YYYY/i, "%Y"],
  [/^YY/i, "%y"],
  [/^MMMM/i, "%B"],
  [/^MON/i, "%b"],
  [/^MM/i, "%m"],
  [/^DD/i, "%d"],
  [/^DY/i, "%a"],
  [/^HH24/i, "%H"],
  [/^HH12/i, "%I"],
  [/^HH/i, "%H"],
  [/^AM|^PM/i, "%p"],
  [/^MI/i, "%M"],
  [/^SS/i, "%S"],
  [/^\.?FF(\d?)/i, null],
  [/^TZH:TZM|^TZHTZM|^TZH|^TZM|^TZD/i, null],
];

export interface FormatPiece {
  readonly kind: "clock" | "text" | "fraction" | "zone";
  /** A strftime code, literal text, the number of fraction digits (with a leading dot if written), or the zone's element. */
  readonly text: string;
}

/** Splits a Snowflake date and time format into its elements. */
export function parseMomentFormat(format: string): readonly FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let rest = format;
  while (rest !== "") {
    const [piece, length] = nextPiece(rest);
    pieces.push(piece);
    rest = rest.slice(length);
  }
  return pieces;
}

function nextPiece(rest: string): readonly [FormatPiece, number] {
  for (const [pattern, code] of ELEMENTS) {
    const found = pattern.exec(rest);
    if (found === null) continue;
    const [whole, group = ""] = found;
    if (code !== null) return [{ kind: "clock", text: code }, whole.length];
    if (whole.startsWith('"')) return [{ kind: "text", text: group }, whole.length];
    if (/FF/i.test(whole))
      return [
        { kind: "fraction", text: `${whole.startsWith(".") ? "." : ""}${group === "" ? "9" : group}` },
        whole.length,
      ];
    return [{ kind: "zone", text: whole.toUpperCase() }, whole.length];
  }
  if (/^[A-Za-z]/.test(rest) && !/^[TZ]/i.test(rest))
    throw compilationError(`Invalid date format element at '${rest}'`, "100096", "22007");
  return [{ kind: "text", text: rest.charAt(0) }, 1];
}

/** DuckDB SQL that prints wall-clock seconds by a format; `offset` is in minutes, null where the type has none. */
export function formatMoment(format: string, seconds: string, offset: string | null): string {
  const parts: string[] = [];
  let clock = "";
  const flush = () => {
    if (/%/.test(clock.replaceAll("%%", ""))) parts.push(`strftime(sf_moment(${seconds}), ${quoteText(clock)})`);
    else if (clock !== "") parts.push(quoteText(clock.replaceAll("%%", "%")));
    clock = "";
  };
  for (const piece of parseMomentFormat(format)) {
    if (piece.kind === "clock") clock += piece.text;
    else if (piece.kind === "text") clock += piece.text.replaceAll("%", "%%");
    else {
      flush();
      parts.push(piece.kind === "fraction" ? fractionSql(piece.text, seconds) : zoneElement(piece.text, offset));
    }
  }
  flush();
  if (parts.length === 0) return `CASE WHEN ${seconds} IS NOT NULL THEN '' END`;
  const joined = parts.join(" || ");
  return joined.includes(seconds) ? `(${joined})` : `CASE WHEN ${seconds} IS NOT NULL THEN ${joined} END`;
}

function fractionSql(text: string, seconds: string): string {
  const dot = text.startsWith(".");
  const digits = Number(dot ? text.slice(1) : text);
  if (digits === 0) return "''";
  const all = `sf_fraction(${seconds})`;
  const cut = digits === 9 ? all : `left(${all}, ${digits})`;
  return dot ? `'.' || ${cut}` : cut;
}

function zoneElement(element: string, offset: string | null): string {
  const minutes = offset ?? "0";
  const hours = `CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(${minutes}) // 60 AS VARCHAR), 2, '0')`;
  const rest = `lpad(CAST(abs(${minutes}) % 60 AS VARCHAR), 2, '0')`;
  if (element === "TZH") return hours;
  if (element === "TZM") return rest;
  if (element === "TZH:TZM") return `${hours} || ':' || ${rest}`;
  if (element === "TZHTZM") return `${hours} || ${rest}`;
  throw compilationError("Unsupported date format element 'TZD'", "100096", "22007");
}
