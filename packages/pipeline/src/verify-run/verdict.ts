import type { RungCheck, Verdict } from "./verification.ts";

/**
 * What checks add up to. They agree where none differs, none was left unproven, and something was compared that tells: of
 * what does not, such as the columns of a definition, nobody takes a table for equal. Pure.
 */
export function verdictOf(checks: readonly RungCheck[], tells: (check: RungCheck) => boolean = () => true): Verdict {
  if (checks.some(({ outcome }) => outcome === "failed")) return "differs";
  if (checks.some(({ outcome }) => outcome === "notProven")) return "notProven";
  const isCompared = checks.some((check) => check.outcome === "passed" && tells(check));
  return isCompared ? "agrees" : "notProven";
}

/** The verdict of several: the worst of them. Of none it is not proven. Pure. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("differs")) return "differs";
  return verdicts.length === 0 || verdicts.includes("notProven") ? "notProven" : "agrees";
}
