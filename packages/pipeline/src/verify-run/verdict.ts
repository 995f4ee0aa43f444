import type { Rung, RungCheck, Verdict } from "./verification.ts";

/**
 * What checks add up to. They agree where none differs, none was left unproven, and something was compared: where rungs are
 * named, on one of those. Pure.
 */
export function verdictOf(checks: readonly RungCheck[], rungs?: readonly Rung[]): Verdict {
  if (checks.some(({ outcome }) => outcome === "failed")) return "differs";
  if (checks.some(({ outcome }) => outcome === "notProven")) return "notProven";
  const isCompared = checks.some(
    ({ outcome, rung }) => outcome === "passed" && (rungs === undefined || rungs.includes(rung)),
  );
  return isCompared ? "agrees" : "notProven";
}

/** The verdict of several: the worst of them. Of none it is not proven. Pure. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("differs")) return "differs";
  return verdicts.length === 0 || verdicts.includes("notProven") ? "notProven" : "agrees";
}
