import { type RunCommand, RunEvent, RunGraph, RunState, RunStatus, runSchemaVersion } from "@snowmelt/core/engine";
import { z } from "zod";
import { pipelineError } from "../../pipeline-error.ts";
import type { AuditEntry } from "../run-store.ts";

/** A command as this version or an earlier one wrote it: beside its type it is what the engine made, and is not judged again. */
const StoredCommand = z.custom<RunCommand>(
  (value) => typeof value === "object" && value !== null && "type" in value && typeof value.type === "string",
);
export const StoredCommands = z.array(StoredCommand);

const StoredAuditEntry = z.strictObject({
  version: z.int().min(1),
  event: RunEvent,
  statusBefore: RunStatus.nullable(),
  status: RunStatus,
  note: z.string(),
  commands: StoredCommands,
});

/** Each throws RUN_STATE_INVALID, naming `place`, for what is not what was written there. */
export const parseRunState = (json: unknown, place: string): RunState => parse(RunState, json, place);
export const parseRunGraph = (json: unknown, place: string): RunGraph => parse(RunGraph, json, place);
export const parseAuditEntry = (json: unknown, place: string): AuditEntry => parse(StoredAuditEntry, json, place);
export const parseCommand = (json: unknown, place: string): RunCommand => parse(StoredCommand, json, place);

export function parse<T>(schema: z.ZodType<T>, json: unknown, place: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw pipelineError(
    "RUN_STATE_INVALID",
    `${place} does not hold what Snowmelt wrote there: ${issue?.path.join(".") || "it"}: ${issue?.message}. Restore it from an export, or remove the run.`,
    { cause: parsed.error },
  );
}

/** Throws RUN_STATE_NEWER. */
export function checkSchemaVersion(runId: string, schemaVersion: unknown): void {
  if (typeof schemaVersion === "number" && schemaVersion <= runSchemaVersion) return;
  throw pipelineError(
    "RUN_STATE_NEWER",
    `Run ${runId} was written in form ${String(schemaVersion)} by a newer version of Snowmelt; this one knows forms up to ${runSchemaVersion}. Nothing was changed: run the newer version.`,
    { details: { runId, schemaVersion, knownVersion: runSchemaVersion } },
  );
}
