import { outOfRange } from "./cell-error.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";

/** Text as it is. Half a surrogate pair has no UTF-8 form and fails, rather than become a replacement character. */
export function textDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) builder.appendNull();
      else if (text.isWellFormed()) builder.appendText(text);
      else throw outOfRange({ source, field, row: firstRow + at }, text, "it holds half of a surrogate pair");
    }
  };
}

/** Hexadecimal digits, either case, to bytes. */
export function hexDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        builder.appendNull();
        continue;
      }
      const bytes = Buffer.from(text, "hex");
      if (bytes.length * 2 !== text.length) {
        throw outOfRange({ source, field, row: firstRow + at }, text, "it is not pairs of hexadecimal digits");
      }
      builder.appendBytes(bytes);
    }
  };
}

export function booleanDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) builder.appendNull();
      else if (text === "true" || text === "1" || text === "TRUE") builder.appendNumber(1);
      else if (text === "false" || text === "0" || text === "FALSE") builder.appendNumber(0);
      else throw outOfRange({ source, field, row: firstRow + at }, text, "it is neither true nor false");
    }
  };
}
