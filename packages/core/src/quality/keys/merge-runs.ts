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
  const group = openGroup(onDuplicate);
  const heap = await openHeap(runs, form);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    group.add(top);
    if (!advance(heap, top)) await refillTop(heap, top);
  }
  group.finish();
}

const chunkBytes = 1 << 20;

/** All runs as one, in pieces of about 1 MiB. */
export async function* mergedBytes(runs: readonly Run[], form: RecordForm): AsyncGenerator<Uint8Array, void> {
  const headBytes = form === "word" ? 8 : 12;
  let chunk = new Uint8Array(chunkBytes);
  let view = new DataView(chunk.buffer);
  let at = 0;
  const heap = await openHeap(runs, form);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    const keyBytes = top.end - top.start;
    if (at + headBytes + keyBytes > chunk.byteLength) {
      if (at > 0) yield chunk.subarray(0, at);
      chunk = new Uint8Array(Math.max(chunkBytes, headBytes + keyBytes));
      view = new DataView(chunk.buffer);
      at = 0;
    }
    view.setUint32(at, top.low, true);
    view.setUint32(at + 4, top.high, true);
    if (form === "wordAndBytes") view.setUint32(at + 8, keyBytes, true);
    at += headBytes;
    for (let byte = top.start; byte < top.end; byte++) chunk[at++] = top.block[byte] ?? 0;
    if (!advance(heap, top)) await refillTop(heap, top);
  }
  if (at > 0) yield chunk.subarray(0, at);
}

/** The least record of all runs is that of the first. */
async function openHeap(runs: readonly Run[], form: RecordForm): Promise<RunCursor[]> {
  const heap: RunCursor[] = [];
  for (const run of runs) {
    const cursor = openRunCursor(run, form);
    if (await cursor.refill()) heap.push(cursor);
  }
  for (let index = (heap.length >> 1) - 1; index >= 0; index--) siftDown(heap, index);
  return heap;
}

/** To the next record; false: the block that the first of the heap reads from is used up. */
function advance(heap: RunCursor[], top: RunCursor): boolean {
  if (!top.step()) return false;
  siftDown(heap, 0);
  return true;
}

async function refillTop(heap: RunCursor[], top: RunCursor): Promise<void> {
  if (!(await top.refill())) {
    const last = heap.pop();
    if (last !== undefined && last !== top) heap[0] = last;
  }
  siftDown(heap, 0);
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
