/** Quotes a name for DuckDB. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A DuckDB text literal. A NUL would end the statement's text, so it is spliced in by `chr(0)`. */
export function quoteText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return quoted.includes("\0") ? `(${quoted.replaceAll("\0", "' || chr(0) || '")})` : quoted;
}

/** A Snowflake identifier as the server prints it in messages and DDL: bare when it folds to itself. */
export function printIdentifier(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : quoteName(name);
}

/** A dotted Snowflake name as the server prints it. */
export function printPath(path: readonly string[]): string {
  return path.map(printIdentifier).join(".");
}
