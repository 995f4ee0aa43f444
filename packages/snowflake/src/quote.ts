import { snowflakeError } from "./snowflake-error.ts";

const maxIdentifierLength = 255;

/** An exact name as SQL. Throws IDENTIFIER_INVALID for what cannot be one: empty, over 255 characters, or holding NUL. */
export function quoteIdentifier(name: string): string {
  if (name.length === 0 || [...name].length > maxIdentifierLength || name.includes("\0") || !name.isWellFormed()) {
    throw snowflakeError(
      "IDENTIFIER_INVALID",
      `Expected a name of 1 to ${maxIdentifierLength} Unicode characters without NUL, got ${JSON.stringify(name)}.`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"DB"."SCHEMA"."TABLE"` */
export const quotePath = (...names: readonly string[]): string => names.map(quoteIdentifier).join(".");

/** A text as SQL. Backslash starts an escape in Snowflake's quotes, so it is doubled as well. */
export function quoteText(text: string): string {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw snowflakeError("PLAN_INVALID", `A text in SQL cannot hold NUL or half a character: ${JSON.stringify(text)}.`);
  }
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
