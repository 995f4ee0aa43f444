/** One thing that was compared. */
export interface Check {
  /** What kind: `rows`, `size`, `bounds`. */
  readonly name: string;
  /** Of what: a file's path, a column, or `all files`. */
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export function check(
  name: string,
  subject: string,
  compared: { readonly expected: string; readonly actual: string },
): Check {
  return { name, subject, ...compared, passed: compared.expected === compared.actual };
}
