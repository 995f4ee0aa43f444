import type { RestoredLane, RestoreOutcome } from "@snowmelt/lake/maintain";
import { countText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import { printable } from "../text/printable.ts";

export function restoreText(outcome: RestoreOutcome): string {
  if (outcome.status === "conflict") return `Nothing was restored: ${printable(outcome.message)}\n`;
  const { plan, target } = outcome;
  const { restoredFiles, removedFiles, effects } = plan;
  if (outcome.status === "unchanged") return `The table is what it was at version ${target}. Nothing was written.\n`;
  const files = `${counted(restoredFiles.length, "file")} back, ${countText(removedFiles.length)} gone`;
  const head =
    outcome.status !== "restored"
      ? `Version ${target} would be restored: ${files}. Nothing was written; --yes does it.`
      : `Version ${outcome.version} is what version ${target} was: ${files}.`;
  return `${[head, ...effects.map(effectText)].map(printable).join("\n")}\n`;
}

/** Whole numbers of 64 bits as text. */
export function restoreJson(outcome: RestoreOutcome): string {
  const shown =
    outcome.status === "conflict"
      ? { status: outcome.status, reason: outcome.reason, message: outcome.message }
      : {
          status: outcome.status,
          target: outcome.target,
          version: outcome.status === "restored" ? outcome.version : null,
          lanes: outcome.plan.effects.map((lane) => ({ ...lane, hi: `${lane.hi}`, previousHi: `${lane.previousHi}` })),
          restoredFiles: outcome.plan.restoredFiles,
          removedFiles: outcome.plan.removedFiles,
        };
  return `${JSON.stringify(shown)}\n`;
}

function effectText({ appId, hi, previousHi, effect }: RestoredLane): string {
  switch (effect) {
    case "readAgain":
      return `${appId}: the next run reads again what came from ${boundText(hi)} to ${boundText(previousHi)}.`;
    case "rolledBack":
      return `${appId}: what it brought is gone, and it has to be run again.`;
    case "unchanged":
      return `${appId}: nothing is read again; a run under way plans anew.`;
    default:
      return effect satisfies never;
  }
}

/** A window's end is microseconds since the epoch or a number; a moment between 1973 and 2286 has sixteen digits or fifteen. */
function boundText(hi: bigint): string {
  const isMoment = hi >= 10n ** 14n && hi < 10n ** 16n;
  return isMoment ? `${hi} (${new Date(Number(hi / 1000n)).toISOString()})` : `${hi}`;
}
