/** A value to compare with. Dates and timestamps may be text (`2026-11-22`, UTC without an offset) or a `Date`; decimals text. */
export type Literal = number | bigint | string | boolean | Date | Uint8Array;

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/**
 * Which rows are wanted, as plain data. A comparison with NULL is neither true nor false, as in SQL; NaN equals NaN and is
 * above every other number, as in Snowflake and Spark; text is ordered by its UTF-8 bytes.
 */
export type Predicate =
  | { readonly kind: "compare"; readonly column: string; readonly operator: Comparison; readonly value: Literal }
  | { readonly kind: "in"; readonly column: string; readonly values: readonly Literal[] }
  | { readonly kind: "isNull"; readonly column: string }
  | { readonly kind: "not"; readonly of: Predicate }
  | { readonly kind: "and" | "or"; readonly of: readonly Predicate[] };

/** `compare("DAY", ">=", "2026-11-01")`. */
export function compare(column: string, operator: Comparison, value: Literal): Predicate {
  return { kind: "compare", column, operator, value };
}

/** The column has one of the values. */
export function oneOf(column: string, values: readonly Literal[]): Predicate {
  return { kind: "in", column, values };
}

export function isNull(column: string): Predicate {
  return { kind: "isNull", column };
}

export function not(of: Predicate): Predicate {
  return { kind: "not", of };
}

/** All of them; true when there are none. */
export function and(...of: readonly Predicate[]): Predicate {
  return { kind: "and", of };
}

/** One of them; false when there are none. */
export function or(...of: readonly Predicate[]): Predicate {
  return { kind: "or", of };
}
