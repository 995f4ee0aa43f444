import { compareBytes, compareRecords, openRunCursor, type RecordForm, type RunCursor } from "./key-run.ts";
import type { Run } from "./run-store.ts";

/** A key that occurs more than once. */
export interface DuplicateKey {
  readonly high: number;
  readonly low: number;
  readonly bytes: Uint8Array;
}

/** Walks all runs in key order and reports each key that occurs more than once, with how often. */
export async function mergeRuns(
  runs: readonly Run[],
  form: RecordForm,
  onDuplicate: (key: DuplicateKey, count: number) => void,
): Promise<void> {
  const heap: RunCursor[] = [];
  for (const run of runs) {
    const cursor = openRunCursor(run, form);
    if (await cursor.refill()) heap.push(cursor);
  }
  for (let index = (heap.length >> 1) - 1; index >= 0; index--) siftDown(heap, index);
  const group = openGroup(onDuplicate);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    group.add(top);
    if (!top.step() && !(await top.refill())) {
      const last = heap.pop();
      if (last !== undefined && last !== top) heap[0] = last;
    }
    siftDown(heap, 0);
  }
  group.finish();
}

/** The records of one key, which come one after the other. The first is copied, as its block may be gone by then. */
function openGroup(onDuplicate: (key: DuplicateKey, count: number) => void) {
  const held = { high: 0, low: 0, block: new Uint8Array(64), start: 0, end: 0 };
  let count = 0;
  const finish = () => {
    if (count < 2) return;
    onDuplicate({ high: held.high, low: held.low, bytes: held.block.slice(0, held.end) }, count);
  };
  return {
    add(record: RunCursor) {
      const isSame =
        count > 0 && record.low === held.low && record.high === held.high && compareBytes(record, held) === 0;
      if (isSame) {
        count++;
        return;
      }
      finish();
      held.high = record.high;
      held.low = record.low;
      held.end = record.end - record.start;
      if (held.end > held.block.byteLength) held.block = new Uint8Array(held.end * 2);
      for (let index = 0; index < held.end; index++) held.block[index] = record.block[record.start + index] ?? 0;
      count = 1;
    },
    finish,
  };
}

function siftDown(heap: RunCursor[], from: number): void {
  const moved = heap[from];
  if (!moved) return;
  let index = from;
  for (;;) {
    let child = 2 * index + 1;
    let least = heap[child];
    if (!least) break;
    const right = heap[child + 1];
    if (right && compareRecords(right, least) < 0) {
      least = right;
      child++;
    }
    if (compareRecords(moved, least) <= 0) break;
    heap[index] = least;
    index = child;
  }
  heap[index] = moved;
}
