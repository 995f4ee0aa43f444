import type { z } from "zod";
import { coreError } from "../errors/index.ts";
import { type Problem, problemsOf, problemText } from "./problem.ts";

/** The input in the schema's normal form. Throws DEFINITION_INVALID, listing every problem with its path. */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(withoutUndefined(input), { error: problemText });
  if (parsed.success) return parsed.data;
  throw definitionInvalid(what, problemsOf(parsed.error));
}

export function definitionInvalid(what: string, problems: readonly Problem[]) {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, message }) => `- ${path === "" ? "" : `${path}: `}${message}`);
  return coreError("DEFINITION_INVALID", `${what} has ${count}:\n${lines.join("\n")}`, { details: { problems } });
}

/** A property that is undefined is one that is not there, as in JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]) => (held === undefined ? [] : [[key, withoutUndefined(held)]])),
  );
}
