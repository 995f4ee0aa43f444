import { unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import type { Typed } from "../types/typed.ts";

/** TO_VARCHAR(number, format): the text-minimal formats, and patterns of 0, 9, comma, point, $ and a leading FM. */
export function formatNumber(value: Typed, format: string): string {
  const upper = format.toUpperCase();
  const real = value.type.kind === "real";
  if (upper === "TME") {
    const text = `sf_float_tme(${real ? value.sql : `CAST(${value.sql} AS DOUBLE)`})`;
    if (!real) throw unsupported("the format TME of a fixed-point number");
    return format === "TMe" || format === "tme" ? `lower(${text})` : text;
  }
  if (upper === "TM" || upper === "TM9")
    return real ? `sf_float_varchar(${value.sql})` : `CAST(${value.sql} AS VARCHAR)`;
  if (/^(?:FM)?\$?[09,]+(?:\.[09]+)?$/.test(upper)) return pattern(value, upper);
  throw unsupported(`the number format '${format}'`);
}

function pattern(value: Typed, format: string): string {
  const fill = format.startsWith("FM");
  const body = format.replace(/^FM/, "");
  const dollar = body.startsWith("$") ? "$" : "";
  const [whole = "", fraction = ""] = body.replace("$", "").split(".");
  const least = whole.includes("0") ? whole.replaceAll(",", "").length - whole.replaceAll(",", "").indexOf("0") : 0;
  const rounded = `CAST(${value.sql} AS DECIMAL(38,${fraction.length}))`;
  const digits = `lpad(${wholeDigits(rounded)}, CAST(greatest(length(${wholeDigits(rounded)}), ${least}) AS INTEGER), '0')`;
  const shown = whole.includes(",") ? `regexp_replace(${grouped(digits)}, '^,', '')` : digits;
  const tail = fraction === "" ? "" : ` || '.' || split_part(CAST(abs(${rounded}) AS VARCHAR), '.', 2)`;
  const text = `CASE WHEN ${rounded} < 0 THEN '-' ELSE '' END || '${dollar}' || ${shown}${tail}`;
  const width = body.length + 1;
  const fits = `length(${wholeDigits(rounded)}) <= ${whole.replaceAll(",", "").length}`;
  const hashes = quoteText("#".repeat(width));
  return `(CASE WHEN ${value.sql} IS NULL THEN NULL WHEN NOT (${fits}) THEN ${hashes} ELSE ${fill ? text : `lpad(${text}, ${width}, ' ')`} END)`;
}

function wholeDigits(sql: string): string {
  return `CASE WHEN abs(${sql}) < 1 THEN '' ELSE split_part(CAST(abs(${sql}) AS VARCHAR), '.', 1) END`;
}

/** Commas every three digits, from the right. */
function grouped(sql: string): string {
  return `reverse(regexp_replace(reverse(${sql}), '([0-9]{3})', '\\1,', 'g'))`;
}
