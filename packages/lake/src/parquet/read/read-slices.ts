import type { ObjectStore } from "@snowmelt/core/ports";
import { parquetError } from "../parquet-error.ts";
import type { FileSlice } from "./file-metadata.ts";

/** Slices nearer than this are read as one. */
const mergeGapBytes = 64 << 10;

/** The bytes of each slice, in few ranged reads: neighbours are joined, with what little lies between. */
export async function readSlices(
  store: ObjectStore,
  key: string,
  { slices, signal }: { readonly slices: readonly (FileSlice | undefined)[]; readonly signal?: AbortSignal },
): Promise<(Uint8Array | undefined)[]> {
  const read: { readonly range: FileSlice; readonly bytes: Uint8Array }[] = [];
  for (const range of joinSlices(slices.filter((slice) => slice !== undefined))) {
    const bytes = await store.get(key, { range, ...(signal ? { signal } : {}) });
    if (!bytes) throw parquetError("PARQUET_MISSING", `${store.uri}/${key} has gone while it was read.`);
    if (bytes.length !== range.end - range.start) {
      throw parquetError(
        "PARQUET_CORRUPT",
        `${store.uri}/${key}: bytes ${range.start} to ${range.end} were asked for, ${bytes.length} came.`,
      );
    }
    read.push({ range, bytes });
  }
  return slices.map((slice) => {
    const found = slice && read.find(({ range }) => range.start <= slice.start && slice.end <= range.end);
    return found && slice && found.bytes.subarray(slice.start - found.range.start, slice.end - found.range.start);
  });
}

/** Sorted, disjoint ranges that cover the slices. */
export function joinSlices(slices: readonly FileSlice[]): FileSlice[] {
  const joined: FileSlice[] = [];
  for (const slice of slices.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && slice.start - last.end <= mergeGapBytes) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, slice.end) };
    } else joined.push(slice);
  }
  return joined;
}
