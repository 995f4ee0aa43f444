import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Run } from "./run-store.ts";

/**
 * A run is a sequence of records in ascending order: a 64-bit sort word (little-endian), and for keys that are more than the
 * word itself, their length (32 bits) and bytes. Records are ordered by word (unsigned), then by bytes, so equal keys are
 * neighbours, and keys are only equal when their bytes are.
 */
export type RecordForm = "word" | "wordAndBytes";

const blockBytes = 64 * 1024;

/** A place in a run. What `block` holds changes with `refill`, so a record that is to be kept is copied. */
export interface RunCursor {
  high: number;
  low: number;
  block: Uint8Array;
  start: number;
  end: number;
  /** To the next record within the block; false: the block is used up. */
  step(): boolean;
  /** To the first record of the next block; false: the run is used up. Lets other work have its turn. */
  refill(): Promise<boolean>;
}

export function openRunCursor(run: Run, form: RecordForm): RunCursor {
  const headBytes = form === "word" ? 8 : 12;
  let view: DataView = new DataView(new ArrayBuffer(0));
  let room = new Uint8Array(Math.min(blockBytes, run.byteLength));
  let at = 0;
  let blockStart = 0;
  const recordBytes = (): number =>
    at + headBytes > view.byteLength ? headBytes : headBytes + (form === "word" ? 0 : view.getUint32(at + 8, true));
  const cursor: RunCursor = {
    high: 0,
    low: 0,
    block: new Uint8Array(0),
    start: 0,
    end: 0,
    step() {
      if (at + headBytes > view.byteLength) return false;
      const start = at + headBytes;
      const end = form === "word" ? start : start + view.getUint32(at + 8, true);
      if (end > view.byteLength) return false;
      cursor.low = view.getUint32(at, true);
      cursor.high = view.getUint32(at + 4, true);
      cursor.start = start;
      cursor.end = end;
      at = end;
      return true;
    },
    async refill() {
      await yieldToOthers();
      const wanted = Math.max(blockBytes, recordBytes());
      blockStart += at;
      at = 0;
      const length = Math.min(wanted, run.byteLength - blockStart);
      if (length > room.byteLength) room = new Uint8Array(length);
      cursor.block = await run.read(blockStart, length, room);
      view = new DataView(cursor.block.buffer, cursor.block.byteOffset, cursor.block.byteLength);
      if (length === 0) return false;
      return cursor.step() || cursor.refill();
    },
  };
  return cursor;
}

/** The sign of `a` against `b`. */
export function compareRecords(a: RunCursor, b: RunCursor): number {
  if (a.high !== b.high) return a.high < b.high ? -1 : 1;
  if (a.low !== b.low) return a.low < b.low ? -1 : 1;
  return compareBytes(a, b);
}

type Slice = Pick<RunCursor, "block" | "start" | "end">;

/** By byte, the shorter first when it begins the longer. */
export function compareBytes(a: Slice, b: Slice): number {
  const length = Math.min(a.end - a.start, b.end - b.start);
  for (let index = 0; index < length; index++) {
    const difference = (a.block[a.start + index] ?? 0) - (b.block[b.start + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.end - a.start - (b.end - b.start);
}
