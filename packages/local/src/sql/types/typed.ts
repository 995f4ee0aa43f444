import { quoteText } from "../quote.ts";
import { BOOLEAN, type LogicalType, NULL_TYPE, number, TEXT } from "./logical-type.ts";
import { physicalType } from "./physical.ts";

/** A DuckDB expression, parenthesised where needed, with the Snowflake type of its value. */
export interface Typed {
  readonly sql: string;
  readonly type: LogicalType;
  readonly nullable: boolean;
  /** The text of a literal: formats and parts must be known when the statement is compiled. */
  readonly constant?: string;
}

export function typed(sql: string, type: LogicalType, nullable = true): Typed {
  return { sql, type, nullable };
}

export function textLiteral(value: string): Typed {
  return {
    sql: quoteText(value),
    type: { ...TEXT, length: Math.max(1, [...value].length) },
    nullable: false,
    constant: value,
  };
}

export function booleanLiteral(value: boolean): Typed {
  return typed(value ? "TRUE" : "FALSE", BOOLEAN, false);
}

/** NULL of a type; without one it takes the type of what it meets. */
export function nullOf(type: LogicalType = NULL_TYPE): Typed {
  return typed(`CAST(NULL AS ${physicalType(type)})`, type);
}

/** A decimal literal: its digits are its type. Beyond 38 digits, or with an exponent, it is a FLOAT, as in Snowflake. */
export function numberLiteral(text: string): Typed {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = whole.replace(/^0+/, "");
  const precision = Math.max(1, digits.length) + fraction.length;
  if (/[eE]/.test(text) || precision > 38)
    return { ...typed(`CAST(${quoteText(text)} AS DOUBLE)`, { kind: "real" }, false), constant: text };
  const scale = fraction.length;
  return {
    sql: `CAST(${quoteText(`${digits === "" ? "0" : digits}${scale > 0 ? `.${fraction}` : ""}`)} AS DECIMAL(${precision},${scale}))`,
    type: number(precision, scale),
    nullable: false,
    constant: text,
  };
}
