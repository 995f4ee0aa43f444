import type { z } from "zod";

export interface Problem {
  /** `datasets.flights.land.partitionBy[0]`; empty for the whole. */
  readonly path: string;
  /** What was expected, what came, and what may have been meant. */
  readonly message: string;
}

export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
}

export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** The words for an issue that its own schema has none for. */
export function problemText(issue: z.core.$ZodRawIssue): string | undefined {
  const got = () => `got ${receivedText(issue.input, issue.path ?? [])}`;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? `missing; expected ${article(issue.expected)}`
        : `expected ${article(issue.expected)}, ${got()}`;
    case "invalid_value":
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}, ${got()}`;
    case "too_small":
      return `expected at least ${issue.minimum}${sizeUnit(issue.origin)}, ${got()}`;
    case "too_big":
      return `expected at most ${issue.maximum}${sizeUnit(issue.origin)}, ${got()}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

const secretPaths = new Set<PropertyKey>(["snowflake", "auth", "lake"]);

/** What came, cut short; text that might be a secret put in the wrong place is not shown. */
function receivedText(value: unknown, path: readonly PropertyKey[]): string {
  if (typeof value === "string") {
    if (path.some((part) => secretPaths.has(part))) return "a text (not shown, as it may be a secret)";
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  return Array.isArray(value) ? `a list of ${value.length}` : article(typeof value);
}

const article = (noun: string): string =>
  noun === "undefined" || noun === "int"
    ? noun === "int"
      ? "a whole number"
      : "nothing"
    : `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

const sizeUnit = (origin: string): string =>
  origin === "string" ? " characters" : origin === "array" ? " entries" : "";
