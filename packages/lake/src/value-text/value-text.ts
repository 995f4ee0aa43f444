import { valueText as exactText, type Field, type Value } from "@snowmelt/core/types";

/** Characters of text shown. */
const shownLength = 100;

/** A value for messages and reports: exact, but for long text and binary, which is cut. Text is quoted, binary `0x` and hex. */
export function valueText(type: Field["type"], value: Value): string {
  if (value instanceof Uint8Array) return `0x${cut(Buffer.from(value).toString("hex"))}`;
  if (typeof value === "string") return JSON.stringify(cut(value));
  return exactText(type, value);
}

const cut = (text: string): string =>
  text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text;
