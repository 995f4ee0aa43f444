import type { ErrorCategory } from "@snowmelt/core/errors";

/** What the command's exit code says; the table of docs/cli.md. */
export const exitCodes: Readonly<Record<ErrorCategory, number>> = {
  internal: 1,
  definition: 2,
  credentials: 3,
  source: 4,
  data: 5,
  quality: 6,
  storage: 7,
  conflict: 8,
  aborted: 130,
};

/** 1 for a category that is not known here. */
export function exitCode(category: string): number {
  return isCategory(category) ? exitCodes[category] : exitCodes.internal;
}

function isCategory(text: string): text is ErrorCategory {
  return Object.hasOwn(exitCodes, text);
}
