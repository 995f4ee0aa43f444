import { z } from "zod";
import { nearest } from "./nearest.ts";

/** Words for keys that people will reach for and that the language does not have, on purpose. */
const refusals: Readonly<Record<string, string>> = {
  pii: "pii is refused for now: masking is not enforced yet, and a column that is only called PII would land as it is; leave the column out or land it elsewhere",
};

/** A strict object whose complaint about an unknown key names the nearest known one. */
export function strict<S extends z.core.$ZodLooseShape>(shape: S) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownKeys(issue.keys, known) : undefined),
  });
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  return keys.map((key) => refusals[key] ?? unknownKey(key, known)).join("; ");
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined
    ? `unknown key ${JSON.stringify(key)}; known are ${known.join(", ")}`
    : `unknown key ${JSON.stringify(key)}; did you mean ${JSON.stringify(near)}?`;
}

export const refusalOf = (key: string): string | undefined =>
  Object.hasOwn(refusals, key) ? refusals[key] : undefined;
