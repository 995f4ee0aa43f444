import { BreakerState, IncidentState } from "@snowmelt/core/engine";
import { type ObjectStore, type Random, systemRandom } from "@snowmelt/core/ports";
import { openFileArchive } from "./file-archive.ts";
import { openFileCalls } from "./file-calls.ts";
import { openDatedLog, openFileDocuments } from "./file-documents.ts";
import { openFileLeases, openLeaseLog } from "./file-leases.ts";
import { openFileRuns } from "./file-runs.ts";
import { openOutboxMarks } from "./outbox-marks.ts";
import { openRunLog } from "./run-log.ts";
import { openRunPlaces } from "./run-places.ts";
import { openRunViews } from "./run-views.ts";
import type { ArchivedStores } from "./store-archive.ts";

/**
 * The engine's stores in a folder, or wherever objects can be put if absent. Every change is one such put, so that a process may be
 * killed between any two and the next goes on; several processes may work at once. What is asked of it costs by the runs that have
 * something to do, not by those that ended. For a laptop: a run of many versions is read whole by each process that works on it.
 */
export function openFileStores(objects: ObjectStore, options: { readonly random?: Random } = {}): ArchivedStores {
  const { random = systemRandom } = options;
  const log = openRunLog(objects);
  const marks = openOutboxMarks(objects);
  const parts = { log, marks, places: openRunPlaces(objects), views: openRunViews(log, marks) };
  const logs = {
    leases: openLeaseLog(objects),
    incidents: openDatedLog(objects, "incidents", IncidentState),
    breakers: openDatedLog(objects, "breakers", BreakerState),
  };
  return {
    runs: openFileRuns(parts),
    leases: openFileLeases(logs.leases),
    incidents: openFileDocuments(logs.incidents),
    breakers: openFileDocuments(logs.breakers),
    calls: openFileCalls(objects, random),
    archive: openFileArchive(parts, logs),
  };
}
