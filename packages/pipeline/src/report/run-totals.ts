import type { DatasetResult, RunManifest } from "../manifest.ts";

export interface RunTotals {
  readonly rowsExtracted: number;
  readonly bytesWritten: number;
  readonly files: number;
  readonly checks: number;
  readonly checksPassed: number;
  readonly peakRssBytes: number;
  readonly durationMs: number;
}

/** What a run comes to over all its datasets. */
export function runTotals({ datasets, startedAt, finishedAt }: RunManifest): RunTotals {
  const sum = (value: (result: DatasetResult) => number): number =>
    datasets.reduce((total, result) => total + value(result), 0);
  return {
    rowsExtracted: sum(({ counts }) => counts.extracted),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
    files: sum(({ files }) => files.length),
    checks: sum(({ checks }) => checks.length),
    checksPassed: sum(passedChecks),
    peakRssBytes: Math.max(0, ...datasets.map(({ peakRssBytes }) => peakRssBytes)),
    durationMs: Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
  };
}

export const passedChecks = ({ checks }: DatasetResult): number => checks.filter(({ passed }) => passed).length;

/** From the first row asked for to the last one landed and merged: what a dataset's rows a second are measured by. */
export function movingMs({ stages, durationMs }: DatasetResult): number {
  const moving = stages.filter(({ stage }) => ["extract", "land", "merge"].includes(stage));
  if (moving.length === 0) return durationMs;
  const from = Math.min(...moving.map(({ startedAtMs }) => startedAtMs));
  return Math.max(...moving.map((span) => span.startedAtMs + span.durationMs)) - from;
}

/** What became of a dataset, for people. */
export const outcomeText: Readonly<Record<DatasetResult["outcome"], string>> = {
  committed: "committed",
  empty: "nothing new",
  unchanged: "unchanged, skipped",
  alreadyCommitted: "already there",
  failed: "failed",
};
