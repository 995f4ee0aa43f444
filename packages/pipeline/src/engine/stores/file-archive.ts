import { type BreakerState, type IncidentState, runSchemaVersion } from "@snowmelt/core/engine";
import type { DocumentLog } from "./document-log.ts";
import type { Dated } from "./file-documents.ts";
import type { FileRunParts } from "./file-runs.ts";
import { auditOf, type RunLogEntry, toStoredAudit } from "./run-log-entry.ts";
import { parseItemId } from "./run-records.ts";
import type { DocumentRecord, LeaseRecord, RunRecord, StoreArchive } from "./store-archive.ts";

export interface FileLogs {
  readonly leases: DocumentLog<LeaseRecord>;
  readonly incidents: DocumentLog<Dated<IncidentState>>;
  readonly breakers: DocumentLog<Dated<BreakerState>>;
}

export function openFileArchive(parts: FileRunParts, logs: FileLogs): StoreArchive {
  return {
    async *runs() {
      for await (const { runId, requestedAtMs } of parts.places.listed()) {
        const run = await recordOf(parts, runId);
        if (run?.state.requestedAtMs === requestedAtMs) yield run;
      }
    },
    async *leases() {
      for await (const { value } of logs.leases.all()) yield value;
    },
    incidents: () => documentsOf(logs.incidents),
    breakers: () => documentsOf(logs.breakers),
    putRun: (run) => putRun(parts, run),
    putLease: (lease) => logs.leases.place({ name: lease.resource, version: 1, value: lease }),
    putIncident: (incident) => place(logs.incidents, incident),
    putBreaker: (breaker) => place(logs.breakers, breaker),
  };
}

async function* documentsOf<T>(log: DocumentLog<Dated<T>>): AsyncGenerator<DocumentRecord<T>> {
  for await (const { name, version, value } of log.all()) yield { name, version, ...value };
}

const place = <T>(log: DocumentLog<Dated<T>>, { name, version, value, deadlineAtMs }: DocumentRecord<T>) =>
  log.place({ name, version, value: { value, deadlineAtMs } });

async function recordOf({ log, views }: FileRunParts, runId: string): Promise<RunRecord | undefined> {
  return views.with(runId, async (view) => {
    if (!view) return undefined;
    await views.refreshOpen(view);
    const audit = [];
    for (let version = 1; version <= view.state.version; version++) {
      const entry = await log.entry(runId, version);
      if (entry?.kind !== "changed") return undefined;
      audit.push(auditOf(entry));
    }
    return structuredClone({ state: view.state, graph: view.graph, audit, outbox: [...view.open.values()] });
  });
}

/** Its first entry goes last: by it the run is there. */
async function putRun({ log, marks, places }: FileRunParts, run: RunRecord): Promise<boolean> {
  const { state, outbox } = run;
  const { runId, version } = state;
  if (await log.readLatest(runId)) return false;
  await log.wipe(runId);
  await places.list(state);
  if (state.endedAtMs === null || outbox.length > 0) await places.open(runId, version);
  for (const { id, attempts, notBeforeMs } of outbox) {
    if (attempts > 0) await marks.take(parseItemId(id), { attempts, notBeforeMs });
  }
  const entries = toEntries(run);
  for (const entry of entries.slice(1)) await log.append(entry);
  const [first] = entries;
  return first !== undefined && log.append(first);
}

function toEntries({ state, graph, audit, outbox }: RunRecord): RunLogEntry[] {
  const waiting = new Set(outbox.map(({ id }) => id));
  return audit.map((entry) => ({
    schemaVersion: runSchemaVersion,
    kind: "changed",
    runId: state.runId,
    ...toStoredAudit(entry),
    settled: entry.commands.flatMap((_, index) =>
      waiting.has(`${state.runId}/${entry.version}/${index}`) ? [] : [index],
    ),
    state: entry.version === state.version ? state : null,
    isWhole: entry.version === state.version,
    ...(entry.version === 1 ? { graph } : {}),
  }));
}
