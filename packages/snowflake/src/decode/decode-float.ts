import { outOfRange } from "./cell-error.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/**
 * Decimal or scientific digits, or NaN and the infinities in any of Snowflake's spellings, to the nearest double. Two numbers
 * with a space between are a sum: see `cellExpression`.
 */
export function floatDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        builder.appendNull();
        continue;
      }
      const value = Number(text);
      if (Number.isFinite(value) && text.length > 0 && text.charCodeAt(text.length - 1) !== 32) {
        builder.appendNumber(value);
        continue;
      }
      const slow = special[text.toLowerCase()] ?? sumOf(text);
      if (slow === undefined) throw outOfRange({ source, field, row: firstRow + at }, text, "it is not a double");
      builder.appendNumber(slow);
    }
  };
}

function sumOf(text: string): number | undefined {
  const match = /^(\S+) (\S+)$/.exec(text);
  const sum = match ? Number(match[1]) + Number(match[2]) : Number.NaN;
  return Number.isFinite(sum) ? sum : undefined;
}
