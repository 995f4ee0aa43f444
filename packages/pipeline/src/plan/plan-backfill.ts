import { createHash } from "node:crypto";
import { canonicalJson } from "@snowmelt/core/definition";
import { type Duration, durationMs, type Field } from "@snowmelt/core/types";
import type { Cursor } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { parseBound } from "./parse-bound.ts";
import type { BackfillSlice, SliceWindow } from "./purpose.ts";
import { instantText } from "./window.ts";

/** What to read again, and in which parts. */
export interface BackfillRange {
  /** First value of the cursor that is read. */
  readonly lo: string;
  /** For a cursor in time the first value that is not read any more; for a number the last one that is. */
  readonly hi: string;
  /** Cuts the range into so many parts, or fewer where there are not so many values. Not with `every`. @default 1 */
  readonly slices?: number | undefined;
  /** Cuts the range at every such length from `lo`. For cursors in time; whole days for a DATE. */
  readonly every?: Duration | undefined;
}

const maxSlices = 10_000;
const microsPerDay = 86_400_000_000n;

/** The slices of a range, in order: together they hold each value of it once. Pure. BACKFILL_REFUSED. */
export function planSlices(range: BackfillRange, cursor: Cursor): readonly SliceWindow[] {
  const { slices, every } = range;
  const isNumber = cursor.type.kind === "number";
  // A window of numbers leaves its lower end out.
  const lo = parseBound(range.lo, cursor) - (isNumber ? 1n : 0n);
  const hi = parseBound(range.hi, cursor);
  if (lo >= hi) {
    const order = isNumber ? "the first number not to be above the last" : "the begin to be before the end";
    throw refused(`${range.lo}..${range.hi} is empty: expected ${order}.`);
  }
  if (BigInt.asIntN(64, lo) !== lo) throw refused(`${range.lo} is too small for a lower end.`);
  if (slices !== undefined && every !== undefined)
    throw refused("It may be cut into a number of slices or at every length of time, not both.");
  const grain = cursor.type.kind === "date" ? microsPerDay : 1n;
  const cuts =
    every === undefined ? cutsByCount(lo, hi, { slices: slices ?? 1, grain }) : cutsByLength(lo, hi, every, cursor);
  return cuts.slice(1).map((end, index) => ({ lo: String(cuts[index]), hi: String(end) }));
}

/** Numbered, and each with what its lane is named by. */
export const numberSlices = (backfillId: string, windows: readonly SliceWindow[]): readonly BackfillSlice[] =>
  windows.map((window, index) => ({ backfillId, number: index + 1, of: windows.length, window }));

/** BACKFILL_REFUSED where rows may still come into the range: a slice is landed once. `end` as a live window would have it. */
export function checkReach(windows: readonly SliceWindow[], end: bigint | undefined, cursor: Cursor): void {
  const hi = BigInt(windows.at(-1)?.hi ?? 0);
  if (end !== undefined && hi <= end) return;
  const isNumber = cursor.type.kind === "number";
  const shown = (bound: bigint): string => (isNumber ? String(bound) : instantText(bound));
  const limit = end === undefined ? "the source has no value at all" : `it has to end at ${shown(end)} or before`;
  throw refused(
    `It ends at ${shown(hi)}, where rows may still come, and ${limit}${isNumber ? "" : " (the server's time less the lag)"}. What comes after that is read by the next run.`,
  );
}

/** The same range, cut the same way, into the same columns, is the same backfill: repeated, it goes on with what is not done. */
export function defaultBackfillId(facts: {
  readonly readBy: string;
  readonly windows: readonly SliceWindow[];
  readonly fields: readonly Field[];
}): string {
  const { readBy, windows, fields } = facts;
  const columns = fields.map(({ name, type }) => ({ name, type: { ...type } }));
  const text = canonicalJson({ readBy, windows: windows.map(({ lo, hi }) => [lo, hi]), columns });
  return `auto-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** BACKFILL_REFUSED for an id that cannot stand in the name of a lane. */
export function checkBackfillId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) return id;
  throw refused(
    `The id ${JSON.stringify(id)} cannot be used: expected 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
  );
}

function cutsByCount(
  lo: bigint,
  hi: bigint,
  { slices, grain }: { readonly slices: number; readonly grain: bigint },
): readonly bigint[] {
  if (!Number.isSafeInteger(slices) || slices < 1 || slices > maxSlices)
    throw refused(`Expected 1 to ${maxSlices} slices, got ${slices}.`);
  const units = (hi - lo) / grain;
  const count = BigInt(slices) < units ? BigInt(slices) : units;
  return Array.from({ length: Number(count) + 1 }, (_, index) => lo + ((units * BigInt(index)) / count) * grain);
}

function cutsByLength(lo: bigint, hi: bigint, every: Duration, { type }: Cursor): readonly bigint[] {
  if (type.kind === "number") throw refused("A numeric cursor has no lengths of time: say how many slices.");
  const step = BigInt(durationMs(every)) * 1000n;
  if (step <= 0n) throw refused(`Expected a length above 0, got ${every}.`);
  if (type.kind === "date" && step % microsPerDay !== 0n)
    throw refused(`A DATE cursor is cut at whole days, got ${every}.`);
  const count = (hi - lo + step - 1n) / step;
  if (count > BigInt(maxSlices))
    throw refused(`${every} cuts the range into ${count} slices; at most ${maxSlices} go.`);
  return [...Array.from({ length: Number(count) }, (_, index) => lo + step * BigInt(index)), hi];
}

const refused = (why: string) => pipelineError("BACKFILL_REFUSED", `The range cannot be read again so. ${why}`);
