import { type ColumnBatch, characterCount, type Field, type Value, valueAt, valueText } from "@snowmelt/core/types";

/**
 * A row as one text that no other row has: of each column the text of its value with its length before it, as the source
 * writes it for the same digest. For columns whose texts both sides share. Pure.
 */
export function rowText({ fields, columns }: ColumnBatch, row: number): string {
  let text = "";
  for (const [index, vector] of columns.entries()) {
    const field = fields[index];
    if (field) text += cellText(field, valueAt(field.type, vector, row));
  }
  return text;
}

function cellText({ type }: Field, value: Value): string {
  if (value === null) return "N";
  const text = typeof value === "string" ? value : valueText(type, value).replace(/Z$/, "");
  return `${characterCount(text)}:${text}`;
}
