import type { RuleResult } from "@snowmelt/core/quality";
import type { RuleOutcome } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";

/** The rules' results for the manifest. */
export const ruleOutcomes = (results: readonly RuleResult[]): RuleOutcome[] =>
  results.map(({ description, onFail, passed, expected, measured, rowsFailing }) => ({
    rule: description,
    onFail,
    passed,
    expected,
    measured,
    rowsFailing: rowsFailing ?? null,
  }));

/**
 * QUALITY_BLOCKED when a blocking rule failed, or a key is NULL or there twice; RULE_FAILED when own code could not say whether rows may
 * pass. Nothing has been committed.
 */
export function checkRules(
  { name, schema }: InspectedDataset,
  { rules, keys }: Pick<LandedAttempt, "rules" | "keys">,
): void {
  const key = schema.key.join(", ");
  if (keys && keys.rowsWithNull > 0) {
    throw pipelineError(
      "QUALITY_BLOCKED",
      `${keys.rowsWithNull} rows of ${name} have NULL in the key (${key}). A key has to be complete; nothing was committed.`,
    );
  }
  if (keys && keys.duplicateKeys > 0) {
    const shown = keys.samples.map(({ key: value, count }) => `${value} (${count} times)`).join(", ");
    throw pipelineError(
      "QUALITY_BLOCKED",
      `${keys.duplicateKeys} keys (${key}) of ${name} occur more than once, such as ${shown}. Snowflake enforces no keys: make the rows unique at the source, or name a key that is. Nothing was committed.`,
    );
  }
  const broken = rules.filter(({ broken: why, onFail }) => why !== undefined && onFail !== "warn");
  if (broken.length > 0) {
    const told = broken.map(({ description, broken: why }) => `${description}: ${why}`).join("; ");
    throw pipelineError(
      "RULE_FAILED",
      `Rules of ${name} could not be evaluated: ${told}. Nothing was committed. Mend the code of the rule, and run again.`,
      { details: { rules: broken.map(({ description }) => description) } },
    );
  }
  const blocking = rules.filter(({ passed, onFail }) => !passed && onFail === "block");
  if (blocking.length === 0) return;
  const told = blocking
    .map(({ description, expected, measured }) => `${description} (expected ${expected}, measured ${measured})`)
    .join("; ");
  throw pipelineError("QUALITY_BLOCKED", `Blocked by quality rules of ${name}: ${told}. Nothing was committed.`, {
    details: { rules: blocking.map(({ description }) => description) },
  });
}
