import { RunEvent, RunGraph, RunState, RunStatus, runSchemaVersion } from "@snowmelt/core/engine";
import { z } from "zod";
import type { AuditEntry, RunChange } from "../run-store.ts";
import { recordsOf } from "./run-records.ts";
import { checkSchemaVersion, parse, StoredCommands } from "./stored-run.ts";

/** One version of a run: what happened, and all or part of what it is since. */
export const RunLogEntry = z.strictObject({
  schemaVersion: z.int(),
  kind: z.literal("changed"),
  runId: z.string(),
  version: z.int().min(1),
  event: RunEvent,
  statusBefore: RunStatus.nullable(),
  status: RunStatus,
  note: z.string(),
  commands: StoredCommands,
  /** Indices of commands that were carried out before the entry was written: of a run that was restored. */
  settled: z.array(z.int()).optional(),
  /** With the tasks that changed, or with all. Null for one of a restored run that is not the last. */
  state: RunState.nullable(),
  isWhole: z.boolean(),
  /** Of the first entry. */
  graph: RunGraph.optional(),
});
export type RunLogEntry = z.infer<typeof RunLogEntry>;

/** The end of a log: the run is to be no more, and nothing comes behind it. */
export const ForgottenEntry = z.strictObject({
  schemaVersion: z.int(),
  kind: z.literal("forgotten"),
  runId: z.string(),
});
export type ForgottenEntry = z.infer<typeof ForgottenEntry>;

const StoredEntry = z.discriminatedUnion("kind", [RunLogEntry, ForgottenEntry]);
const Form = z.looseObject({ schemaVersion: z.int(), runId: z.string() });

/** Runs of more tasks have them whole only in every so many-th version. */
const smallRunTasks = 16;
const wholeEvery = 32;

/** What a change adds to the log of its run. Pure. Throws RangeError for a change that no decision makes. */
export function planLogEntry(change: RunChange): RunLogEntry {
  const { audit } = recordsOf(change);
  const { before, state, graph } = change;
  const isWhole = !before || Object.keys(state.tasks).length <= smallRunTasks || state.version % wholeEvery === 0;
  return {
    schemaVersion: runSchemaVersion,
    kind: "changed",
    runId: state.runId,
    ...toStoredAudit(audit),
    state: isWhole ? state : { ...state, tasks: changedTasks(before, state) },
    isWhole,
    ...(before ? {} : { graph }),
  };
}

export const toStoredAudit = ({ commands, ...entry }: AuditEntry) => ({ ...entry, commands: [...commands] });

export const auditOf = ({ version, event, statusBefore, status, note, commands }: RunLogEntry): AuditEntry => ({
  version,
  event,
  statusBefore,
  status,
  note,
  commands,
});

/** Throws RUN_STATE_NEWER, RUN_STATE_INVALID. */
export function parseLogEntry(json: unknown, place: string): RunLogEntry | ForgottenEntry {
  const { schemaVersion, runId } = parse(Form, json, place);
  checkSchemaVersion(runId, schemaVersion);
  return parse(StoredEntry, json, place);
}

/** The state as of an entry, upon that of the one before. */
export function stateAfter(before: RunState | undefined, { state, isWhole }: RunLogEntry): RunState | undefined {
  if (!state || isWhole || !before) return state ?? undefined;
  return { ...state, tasks: { ...before.tasks, ...state.tasks } };
}

function changedTasks(before: RunState, { tasks }: RunState): RunState["tasks"] {
  return Object.fromEntries(
    Object.entries(tasks).filter(([name, task]) => {
      const old = before.tasks[name];
      return old !== task && JSON.stringify(old) !== JSON.stringify(task);
    }),
  );
}
