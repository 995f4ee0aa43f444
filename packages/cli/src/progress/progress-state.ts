import type { RunEvent, Stage } from "@snowmelt/pipeline";

export type Outcome = Extract<RunEvent, { kind: "datasetFinished" }>["outcome"];

/** What is known of one dataset while a run goes on. */
export interface DatasetProgress {
  readonly dataset: string;
  readonly startedAtMs: number;
  /** Begun and not finished, in the order they began. */
  readonly stages: readonly Stage[];
  readonly rows: number;
  readonly rowsExpected: number | null;
  /** An estimate until the dataset is done. */
  readonly bytes: number;
  /** Rows of the table that a merge has read; null before one. */
  readonly merged: { readonly rows: number; readonly rowsExpected: number | null } | null;
  /** Recent points, oldest first, for the present speed. */
  readonly recent: readonly { readonly atMs: number; readonly rows: number }[];
  /** When the first row was asked for and the last one had landed, as far as both are known. */
  readonly movedFromMs: number | null;
  readonly movedToMs: number | null;
  readonly outcome: Outcome | null;
  readonly durationMs: number | null;
}

export interface RunProgress {
  readonly datasets: readonly DatasetProgress[];
}

export const noProgress: RunProgress = { datasets: [] };

/** The speed shown is that of this long. */
const recentMs = 5000;

/** What is known after one more event. Pure. */
export function applyEvent(progress: RunProgress, event: RunEvent): RunProgress {
  switch (event.kind) {
    case "runStarted":
    case "runFinished":
    case "retry":
    case "notice":
      return progress;
    case "datasetStarted":
      return { datasets: [...others(progress, event.dataset), begun(event.dataset, event.atMs)] };
    case "stageStarted":
      return changed(progress, event, ({ stages, movedFromMs }) => ({
        stages: [...stages, event.stage],
        ...(moves(event.stage) ? { movedFromMs: movedFromMs ?? event.atMs } : {}),
      }));
    case "stageFinished":
      return changed(progress, event, ({ stages }) => ({
        stages: stages.filter((stage) => stage !== event.stage),
        ...(moves(event.stage) ? { movedToMs: event.atMs } : {}),
      }));
    case "progress":
      return changed(progress, event, (dataset) => moved(dataset, event));
    case "datasetFinished":
      return changed(progress, event, () => ({
        outcome: event.outcome,
        durationMs: event.durationMs,
        bytes: event.bytesWritten,
        stages: [],
      }));
    default:
      return event satisfies never;
  }
}

/** The stage to name: the latest that has begun, but moving rows goes before everything else. */
export function currentStage({ stages }: DatasetProgress): Stage | null {
  return stages.find((stage) => stage === "land") ?? stages.at(-1) ?? null;
}

/** Of the last seconds; `null` while there is too little to say. */
export function currentRowsPerSecond({ recent }: DatasetProgress): number | null {
  const first = recent[0];
  const last = recent.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < 300) return null;
  return ((last.rows - first.rows) * 1000) / (last.atMs - first.atMs);
}

/** `null` where the end is not known or nothing moves. */
export function remainingMs(dataset: DatasetProgress): number | null {
  const rate = currentRowsPerSecond(dataset);
  if (dataset.rowsExpected === null || rate === null || rate <= 0) return null;
  return (Math.max(0, dataset.rowsExpected - dataset.rows) * 1000) / rate;
}

type ProgressEvent = Extract<RunEvent, { kind: "progress" }>;

const moves = (stage: Stage): boolean => stage === "extract" || stage === "land" || stage === "merge";

/** Checks read the rows again, from zero: only rows on their way into the lake are counted. */
function moved(dataset: DatasetProgress, event: ProgressEvent): Partial<DatasetProgress> {
  const { atMs, rows, rowsExpected } = event;
  if (event.stage === "merge") return { merged: { rows, rowsExpected } };
  if (!moves(event.stage)) return {};
  const restarted = rows < dataset.rows;
  const kept = restarted ? [] : dataset.recent.filter((point) => point.atMs >= atMs - recentMs);
  return {
    rows,
    rowsExpected: event.rowsExpected ?? dataset.rowsExpected,
    bytes: event.bytesWritten,
    recent: [...kept, { atMs, rows }],
  };
}

/** A dataset may begin again in the same run: first a window that was left over, then what is new. */
const others = ({ datasets }: RunProgress, name: string): DatasetProgress[] =>
  datasets.filter(({ dataset }) => dataset !== name);

function changed(
  progress: RunProgress,
  { dataset: name, atMs }: { readonly dataset: string; readonly atMs: number },
  change: (dataset: DatasetProgress) => Partial<DatasetProgress>,
): RunProgress {
  const known = progress.datasets.some(({ dataset }) => dataset === name);
  const datasets = known ? progress.datasets : [...progress.datasets, begun(name, atMs)];
  return {
    datasets: datasets.map((dataset) => (dataset.dataset === name ? { ...dataset, ...change(dataset) } : dataset)),
  };
}

const begun = (dataset: string, startedAtMs: number): DatasetProgress => ({
  dataset,
  startedAtMs,
  stages: [],
  rows: 0,
  rowsExpected: null,
  bytes: 0,
  merged: null,
  recent: [],
  movedFromMs: null,
  movedToMs: null,
  outcome: null,
  durationMs: null,
});
