import type { Check, NotChecked } from "@snowmelt/lake/delta";
import type { Rung, RungCheck } from "./verification.ts";

interface Compared {
  readonly name: string;
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
  /** Of a failure, what may be behind it. */
  readonly because?: string | undefined;
}

/** Passed where both texts are the same. */
export function compared(rung: Rung, { name, subject, expected, actual, because }: Compared): RungCheck {
  const outcome = expected === actual ? "passed" : "failed";
  return { rung, name, subject, outcome, expected, actual, because: outcome === "failed" ? (because ?? null) : null };
}

export function notChecked(rung: Rung, { name, subject, because }: NotChecked): RungCheck {
  return { rung, name, subject, outcome: "notChecked", expected: null, actual: null, because };
}

/**
 * The comparison, but where it differs for a reason that may be no fault it is not proven: both texts stay, and the reason is told.
 */
export function excused(check: RungCheck, reason: string | undefined): RungCheck {
  return check.outcome !== "failed" || reason === undefined
    ? check
    : { ...check, outcome: "notProven", because: reason };
}

/** What the lake found out, as checks of a rung. */
export const lakeChecks = (
  rung: Rung,
  found: { readonly checks: readonly Check[]; readonly notChecked?: readonly NotChecked[] },
): RungCheck[] => [
  ...found.checks.map((check) => compared(rung, check)),
  ...(found.notChecked ?? []).map((one) => notChecked(rung, one)),
];
