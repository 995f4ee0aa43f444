import type { RunState } from "@snowmelt/core/engine";
import { hasEnded, type RunCommand } from "@snowmelt/core/engine";
import type { AuditEntry, OutboxItem, RunChange, RunFilter } from "../run-store.ts";

/**
 * What a change adds to the store beside the state. Throws RangeError for a change that no decision makes: another run's event,
 * a version that does not follow.
 */
export function recordsOf(change: RunChange): { readonly audit: AuditEntry; readonly outbox: readonly OutboxItem[] } {
  const { before, state, event, commands, note } = change;
  const { runId, version, status } = state;
  if (event.runId !== runId || (before && before.runId !== runId)) {
    throw new RangeError(`a change of run ${runId} was given with an event of run ${event.runId}`);
  }
  if (version !== (before?.version ?? 0) + 1) {
    throw new RangeError(`run ${runId} goes from version ${before?.version ?? 0} to the next, not to ${version}`);
  }
  return {
    audit: { version, event, statusBefore: before?.status ?? null, status, note, commands },
    outbox: commands.map((command, index) => freshItem(runId, version, index, command)),
  };
}

/** As it is before anybody took it. */
export const freshItem = (runId: string, version: number, index: number, command: RunCommand): OutboxItem => ({
  id: `${runId}/${version}/${index}`,
  runId,
  command,
  attempts: 0,
  notBeforeMs: 0,
});

/** The run, version and index that an item's id is made of. Throws RangeError for another text. */
export function parseItemId(id: string): { readonly runId: string; readonly version: number; readonly index: number } {
  const parts = /^(.+)\/(\d+)\/(\d+)$/.exec(id);
  if (!parts) throw new RangeError(`${id} is no id of an outbox item: expected <runId>/<version>/<index>`);
  return { runId: parts[1] ?? "", version: Number(parts[2]), index: Number(parts[3]) };
}

/** Sorts as text as the version and index do as numbers. */
export const itemSortKey = (version: number, index: number): string =>
  `${String(version).padStart(10, "0")}/${String(index).padStart(6, "0")}`;

/** When somebody has to look at it; undefined once it has ended. */
export const deadlineOf = (state: RunState): number | undefined =>
  hasEnded(state) ? undefined : (state.deadlineAtMs ?? undefined);

export function matches(filter: RunFilter, state: RunState): boolean {
  const { environment, pipeline, status } = filter;
  return (
    (environment === undefined || environment === state.environment) &&
    (pipeline === undefined || pipeline === state.pipeline) &&
    (status === undefined || status.includes(state.status))
  );
}
