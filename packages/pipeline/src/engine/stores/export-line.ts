import { BreakerState, IncidentState, RunEvent, RunGraph, RunState, RunStatus } from "@snowmelt/core/engine";
import { z } from "zod";
import { pipelineError } from "../../pipeline-error.ts";
import { StoredCommands } from "./stored-run.ts";

export const exportFormat = "snowmelt-engine-stores";
export const exportFormatVersion = 1;

const Header = z.strictObject({
  kind: z.literal("header"),
  format: z.literal(exportFormat),
  formatVersion: z.literal(exportFormatVersion),
  snowmeltVersion: z.string(),
});

const ExportedRun = z
  .strictObject({
    state: RunState,
    graph: RunGraph,
    audit: z.array(
      z.strictObject({
        version: z.int(),
        event: RunEvent,
        statusBefore: RunStatus.nullable(),
        status: RunStatus,
        note: z.string(),
        commands: StoredCommands,
      }),
    ),
    outbox: z.array(
      z.strictObject({
        id: z.string(),
        runId: z.string(),
        command: StoredCommands.element,
        attempts: z.int().min(0),
        notBeforeMs: z.number(),
      }),
    ),
  })
  .superRefine(({ state, audit, outbox }, context) => {
    if (audit.length !== state.version || audit.some(({ version }, index) => version !== index + 1)) {
      context.addIssue({ code: "custom", path: ["audit"], message: `expected the versions 1 to ${state.version}` });
    }
    const ids = new Set(
      audit.flatMap(({ version, commands }) => commands.map((_, index) => `${state.runId}/${version}/${index}`)),
    );
    for (const { id } of outbox) {
      if (!ids.has(id)) context.addIssue({ code: "custom", path: ["outbox"], message: `${id} is of no entry` });
    }
  });

const documentOf = <T>(value: z.ZodType<T>) =>
  z.strictObject({ name: z.string(), value, version: z.int().min(1), deadlineAtMs: z.number().nullable() });

/** A line of an export. The last one tells how many came before it, and their digest. */
export const ExportLine = z.discriminatedUnion("kind", [
  Header,
  z.strictObject({ kind: z.literal("run"), run: ExportedRun }),
  z.strictObject({
    kind: z.literal("lease"),
    lease: z.strictObject({
      resource: z.string(),
      fence: z.int().min(1),
      holder: z.string().nullable(),
      expiresAtMs: z.number(),
    }),
  }),
  z.strictObject({ kind: z.literal("incident"), incident: documentOf(IncidentState) }),
  z.strictObject({ kind: z.literal("breaker"), breaker: documentOf(BreakerState) }),
  z.strictObject({ kind: z.literal("end"), lines: z.int(), sha256: z.string() }),
]);
export type ExportLine = z.infer<typeof ExportLine>;

/** Throws ARCHIVE_INVALID, naming the line. */
export function parseExportLine(text: string, number: number): ExportLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalidExport(`Line ${number} is no JSON`, cause);
  }
  const parsed = ExportLine.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidExport(
    `Line ${number} is not what Snowmelt exports: ${issue?.path.join(".") || "it"}: ${issue?.message}`,
    parsed.error,
  );
}

export const invalidExport = (what: string, cause?: unknown) =>
  pipelineError(
    "ARCHIVE_INVALID",
    `${what}. Expected a whole export of form ${exportFormatVersion}, as exportStores writes it. Nothing was restored: take another export, or the version of Snowmelt that wrote it.`,
    cause === undefined ? {} : { cause },
  );
