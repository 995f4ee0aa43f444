import { bytesText, countText, durationText, rowsPerSecond } from "@snowmelt/pipeline/report";
import { clip, displayWidth, padEnd } from "../text/display-width.ts";
import type { Paint } from "../text/paint.ts";
import {
  currentRowsPerSecond,
  currentStage,
  type DatasetProgress,
  type Outcome,
  remainingMs,
} from "./progress-state.ts";

export interface LineLayout {
  /** What a line may take at most. */
  readonly columns: number;
  readonly nameWidth: number;
  readonly nowMs: number;
  readonly paint: Paint;
}

const stageWidth = "extract".length;
const maxBarWidth = 32;
const minBarWidth = 8;

/**
 * One dataset that is on its way, in one line that is never wider than `columns`: what matters least is left out first.
 * `flights  land    ━━━━━━━━━━━─────  62 %  1,860,000 of 3,000,000 rows  152,331 rows/s  19.5 MB  7 s left`
 */
export function progressLine(dataset: DatasetProgress, { columns, nameWidth, nowMs, paint }: LineLayout): string {
  const name = padEnd(clip(dataset.dataset, nameWidth), nameWidth);
  const head = `${name}  ${padEnd(currentStage(dataset) ?? "", stageWidth)}`;
  const share = currentStage(dataset) === "merge" ? mergedShare(dataset) : shareOf(dataset);
  const pieces = fitting(
    piecesOf(dataset, share, nowMs),
    columns - displayWidth(head) - (share === null ? 0 : minBarWidth + 2),
  );
  const used = displayWidth(head) + pieces.reduce((sum, piece) => sum + displayWidth(piece) + 2, 0);
  const barWidth = Math.min(columns - used - 2, maxBarWidth);
  const bar = share === null || barWidth < minBarWidth ? [] : [barText(share, barWidth, paint)];
  return clipPlain([head, ...bar, ...pieces].join("  ").trimEnd(), columns);
}

const outcomeMarks: Readonly<Record<Outcome, readonly [mark: string, text: string, tone: "green" | "red" | "dim"]>> = {
  committed: ["✓", "committed", "green"],
  alreadyCommitted: ["✓", "already there", "green"],
  empty: ["–", "nothing new", "dim"],
  unchanged: ["–", "unchanged, skipped", "dim"],
  failed: ["✗", "failed", "red"],
};

/** One dataset that is done. */
export function finishedLine(
  dataset: DatasetProgress,
  { columns, nameWidth, paint }: Omit<LineLayout, "nowMs">,
): string {
  const { outcome, rows, bytes, durationMs, movedFromMs, movedToMs } = dataset;
  const [mark, text, tone] = outcomeMarks[outcome ?? "failed"];
  const rate = movedFromMs === null || movedToMs === null ? null : rowsPerSecond(rows, movedToMs - movedFromMs);
  const figures = [
    ...(rows > 0 ? [`${countText(rows)} rows read`] : []),
    ...(bytes > 0 ? [bytesText(bytes)] : []),
    ...(rows > 0 && rate !== null ? [`${countText(rate)} rows/s`] : []),
    durationText(durationMs ?? 0),
  ];
  const head = `${mark} ${padEnd(clip(dataset.dataset, nameWidth), nameWidth)}  ${text}`;
  const line = clip([head, ...figures].join("  "), columns);
  return line.startsWith(mark) ? paint(tone, mark) + line.slice(mark.length) : line;
}

/** In the order they are shown; `rank` says in which they are left out, the highest first. */
interface Piece {
  readonly text: string;
  readonly rank: number;
}

/** Figures that grow keep their width, so that the bar does not twitch. */
function piecesOf(dataset: DatasetProgress, share: number | null, nowMs: number): Piece[] {
  const { rows, rowsExpected, bytes, merged, startedAtMs } = dataset;
  if (currentStage(dataset) === "merge" && merged !== null) {
    const of = merged.rowsExpected === null ? "" : ` of ${countText(merged.rowsExpected)}`;
    return [
      ...(share === null ? [] : [{ text: `${String(Math.floor(share * 100)).padStart(3)} %`, rank: 0 }]),
      { text: `${countText(merged.rows)}${of} rows of the table read`, rank: 1 },
      { text: durationText(Math.max(0, nowMs - startedAtMs)).padEnd(9), rank: 2 },
    ];
  }
  const rate = currentRowsPerSecond(dataset);
  const left = remainingMs(dataset);
  const expected = rowsExpected === null ? "" : countText(rowsExpected);
  const counted = `${countText(rows).padStart(expected.length)}${expected && ` of ${expected}`} rows`;
  const time = left === null ? durationText(Math.max(0, nowMs - startedAtMs)) : `${wholeSeconds(left)} left`;
  return [
    ...(share === null ? [] : [{ text: `${String(Math.floor(share * 100)).padStart(3)} %`, rank: 0 }]),
    ...(rows > 0 || rowsExpected !== null ? [{ text: counted, rank: 1 }] : []),
    ...(rate === null ? [] : [{ text: `${countText(Math.round(rate)).padStart(7)} rows/s`, rank: 3 }]),
    ...(bytes > 0 ? [{ text: bytesText(bytes).padStart(7), rank: 4 }] : []),
    { text: time.padEnd(9), rank: 2 },
  ];
}

const wholeSeconds = (ms: number): string => durationText(Math.ceil(ms / 1000) * 1000);

function fitting(pieces: readonly Piece[], columns: number): string[] {
  const widthOf = (some: readonly Piece[]): number => some.reduce((sum, { text }) => sum + displayWidth(text) + 2, 0);
  let kept = [...pieces];
  while (kept.length > 0 && widthOf(kept) > columns) {
    const least = Math.max(...kept.map(({ rank }) => rank));
    kept = kept.filter(({ rank }) => rank !== least);
  }
  return kept.map(({ text }) => text);
}

const mergedShare = ({ merged }: DatasetProgress): number | null =>
  merged === null || !merged.rowsExpected ? null : Math.min(1, merged.rows / merged.rowsExpected);

/** `null` while the source has not said how many rows there are. */
function shareOf({ rows, rowsExpected }: DatasetProgress): number | null {
  if (rowsExpected === null) return null;
  return rowsExpected === 0 ? 1 : Math.min(1, rows / rowsExpected);
}

function barText(share: number, width: number, paint: Paint): string {
  const filled = Math.floor(share * width);
  return paint("cyan", "━".repeat(filled)) + paint("dim", "─".repeat(width - filled));
}

/** Lines are laid out to fit; a terminal narrower than the name alone gets the line cut, without its colours. */
function clipPlain(line: string, columns: number): string {
  return displayWidth(line) <= columns ? line : clip(line.replace(/\u001b\[[0-9;]*m/g, ""), columns);
}
