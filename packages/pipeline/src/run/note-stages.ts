import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import type { DataFile } from "@snowmelt/lake/delta";
import type { DatasetResult, ManifestFile } from "../manifest.ts";
import { plainNotice } from "../plan/plain-notice.ts";
import type { Purpose } from "../plan/purpose.ts";
import { cursorOf, instantText, manifestWindow } from "../plan/window.ts";
import { columnSummary } from "../record/column-summary.ts";
import { ruleOutcomes } from "../stages/check-rules.ts";
import type { Committed } from "../stages/commit.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import type { LandedAttempt } from "../stages/land.ts";
import type { Next } from "../stages/next-attempt.ts";
import type { StagedWrite } from "../stages/stage-write.ts";
import type { Attempt, AttemptWindow } from "../state/dataset-state.ts";
import type { StageRecord } from "./stage-record.ts";

/** Nothing came that would be committed, as only the reading of a view or a query finds out. */
export const isEmptyWindow = (inspected: InspectedDataset, { rowsExtracted }: LandedAttempt): boolean =>
  inspected.dataset.sync.kind === "incremental" && inspected.purpose.kind !== "refresh" && rowsExtracted === 0;

/** What is known before a window is chosen. */
export function noteInspected(record: StageRecord, inspected: InspectedDataset): void {
  const { guarantee, schema, described, dataset } = inspected;
  record.note({ guarantee: guarantee.name, route: inspected.route.name });
  for (const { code, message } of schema.notices) record.notice(code, message);
  if (guarantee.name === "statement") record.notice("WEAKER_GUARANTEE", `The source is ${guarantee.text}.`);
  if (dataset.land.kind === "parquet") record.notice(plainNotice.code, plainNotice.message);
  if (dataset.sync.kind === "full" && described?.table.kind === "view")
    record.notice("ALWAYS_READ", "A view has no fingerprint, so it is read in every run.");
}

/** What is known of a dataset that has nothing to land, and what it comes to. */
export function noteWithout(
  record: StageRecord,
  inspected: InspectedDataset,
  { next, snapshotMicros }: { readonly next: Exclude<Next, { kind: "attempt" }>; readonly snapshotMicros: bigint },
): "empty" | "unchanged" | "alreadyCommitted" {
  const { snapshot, position } = inspected;
  record.note({
    deltaVersion: snapshot?.version ?? null,
    laneVersion: position.version,
    snapshot: instantText(snapshotMicros),
  });
  switch (next.kind) {
    case "settled":
      record.note({
        window: windowOf(inspected, next.attempt.window),
        attemptId: next.attempt.attemptId,
        queryId: next.attempt.queryId,
      });
      return "alreadyCommitted";
    case "empty":
      record.note({ window: windowOf(inspected, next.window) });
      return "empty";
    case "done":
      record.note({ window: windowOf(inspected, sliceWindow(inspected.purpose)) });
      return "alreadyCommitted";
    case "unchanged":
      return "unchanged";
    default:
      return next satisfies never;
  }
}

function windowOf(
  { dataset: { sync }, columns, purpose }: InspectedDataset,
  window: AttemptWindow | null,
): DatasetResult["window"] {
  return sync.kind === "incremental" && purpose.kind !== "refresh" && window
    ? manifestWindow(cursorOf(sync, columns), window)
    : null;
}

const sliceWindow = (purpose: Purpose): AttemptWindow | null =>
  purpose.kind === "slice" ? purpose.slice.window : null;

/** What is known once a query runs for an attempt. */
export function noteAttempt(
  record: StageRecord,
  inspected: InspectedDataset,
  { sql, queryId, route, attemptId, laneVersion, snapshotMicros, window }: Attempt,
): void {
  record.note({
    sql,
    queryId,
    route,
    attemptId,
    laneVersion,
    snapshot: instantText(BigInt(snapshotMicros)),
    window: windowOf(inspected, window),
  });
}

/** Another run's rows are in the table, not these. */
export function noteCommitted(record: StageRecord, { status, version }: Committed): void {
  record.note({ deltaVersion: version });
  if (status === "alreadyCommitted") record.note({ files: [], removedFiles: [], bytesWritten: 0, checks: [] });
}

/** What is known once the rows are on the lake. */
export function noteLanded(record: StageRecord, inspected: InspectedDataset, landed: LandedAttempt): void {
  const { schema } = inspected;
  if (landed.rowsQuarantined > 0)
    record.notice(
      "ROWS_QUARANTINED",
      `${landed.rowsQuarantined} rows failed a rule and go to ${toQuarantinePath(inspected.name)}; where the table holds an earlier version of such a row, that version stays.`,
    );
  record.note({
    bytesWritten: sum(landed.files, ({ bytes }) => bytes),
    rules: isEmptyWindow(inspected, landed) ? [] : ruleOutcomes(landed.rules),
    columns: schema.batchFields.map((field, index) =>
      columnSummary(field, landed.landedProfile[index], landed.histograms[index]),
    ),
  });
}

/** What is known once the commit is staged. */
export function noteStaged(record: StageRecord, landed: LandedAttempt, staged: StagedWrite): void {
  record.note({
    counts: { extracted: landed.rowsExtracted, quarantined: landed.rowsQuarantined, ...staged.counts },
    bytesWritten: sum(staged.added, ({ bytes }) => bytes),
    files: staged.added.map(manifestFile),
    removedFiles: [...staged.removed],
  });
}

const manifestFile = ({ path, rowCount, bytes, sha256, partitionValues }: DataFile): ManifestFile => ({
  path,
  rows: rowCount,
  sizeBytes: bytes,
  sha256: sha256 ?? null,
  partitionValues: { ...partitionValues },
});

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
