/**
 * SQL that reads a value more than once. A plain column is simply repeated; anything longer is bound by a lambda, or the
 * text (and the work) would double with each step of a path or a cast.
 */
export function once(sql: string, body: (value: string) => string): string {
  return /^[\w."]+$/.test(sql) ? body(sql) : `list_transform([${sql}], lambda v: ${body("v")})[1]`;
}
