import type { RunEvent } from "../run-event.ts";

export interface ProgressPoint {
  readonly elapsedMs: number;
  readonly value: number;
}

export interface DatasetProgress {
  readonly dataset: string;
  readonly rows: readonly ProgressPoint[];
  readonly bytes: readonly ProgressPoint[];
}

export interface RunProgress {
  readonly durationMs: number;
  readonly datasets: readonly DatasetProgress[];
  /** Of the whole process, all datasets together. */
  readonly rssBytes: readonly ProgressPoint[];
}

/** More points than this are thinned: an hour of progress at 200 ms is 18,000 events, a chart is 400 pixels wide. */
const maxPoints = 240;

/**
 * Rows and bytes of each dataset over the time since the run began, as the events told it. Values never fall: an attempt
 * that starts over shows as a plateau.
 */
export function progressSeries(events: readonly RunEvent[], startedAtMs: number, finishedAtMs: number): RunProgress {
  const durationMs = Math.max(finishedAtMs - startedAtMs, 1);
  const elapsed = (atMs: number): number => Math.min(Math.max(atMs - startedAtMs, 0), durationMs);
  const open = new Map<string, { rows: ProgressPoint[]; bytes: ProgressPoint[] }>();
  const rssBytes: ProgressPoint[] = [];
  for (const event of events) {
    if (event.kind === "datasetStarted") {
      const start = { elapsedMs: elapsed(event.atMs), value: 0 };
      if (!open.has(event.dataset)) open.set(event.dataset, { rows: [start], bytes: [start] });
    }
    if (event.kind !== "progress") continue;
    const elapsedMs = elapsed(event.atMs);
    rssBytes.push({ elapsedMs, value: event.rssBytes });
    if (event.stage !== "extract" && event.stage !== "land") continue;
    const series = open.get(event.dataset) ?? { rows: [], bytes: [] };
    open.set(event.dataset, series);
    pushRising(series.rows, { elapsedMs, value: event.rows });
    pushRising(series.bytes, { elapsedMs, value: event.bytesWritten });
  }
  return {
    durationMs,
    datasets: [...open].map(([dataset, { rows, bytes }]) => ({
      dataset,
      rows: thin(rows, durationMs),
      bytes: thin(bytes, durationMs),
    })),
    rssBytes: thin(rssBytes, durationMs),
  };
}

function pushRising(points: ProgressPoint[], next: ProgressPoint): void {
  points.push({ elapsedMs: next.elapsedMs, value: Math.max(next.value, points.at(-1)?.value ?? 0) });
}

/** The highest point of each slice of time, so that a peak survives; the last one always does. */
function thin(points: readonly ProgressPoint[], durationMs: number): ProgressPoint[] {
  if (points.length <= maxPoints) return [...points];
  const kept = new Map<number, ProgressPoint>();
  for (const point of points) {
    const slice = Math.floor((point.elapsedMs / durationMs) * (maxPoints - 1));
    const best = kept.get(slice);
    if (best === undefined || point.value >= best.value) kept.set(slice, point);
  }
  const last = points.at(-1);
  const result = [...kept.values()];
  if (last !== undefined && result.at(-1) !== last) result.push(last);
  return result;
}
