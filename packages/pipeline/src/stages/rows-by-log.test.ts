import type { AddFile, Snapshot } from "@snowmelt/lake/delta";
import { describe, expect, test } from "vitest";
import { rowsByLog } from "./rows-by-log.ts";

const add = (path: string, numRecords?: number): AddFile => ({
  path,
  partitionValues: {},
  size: 1,
  modificationTime: 1,
  dataChange: true,
  ...(numRecords === undefined ? {} : { stats: JSON.stringify({ numRecords }) }),
});
const remove = (path: string) => ({ remove: { path, deletionTimestamp: 1, dataChange: true } });
const snapshot = (...files: AddFile[]) =>
  ({ version: 3, files: new Map(files.map((file) => [decodeURIComponent(file.path), file])) }) as unknown as Snapshot;

describe("the rows of a table by its log", () => {
  test("are those of the files that are live after the commit", () => {
    const before = snapshot(add("a", 10), add("m%3D1/b", 5));
    expect(rowsByLog(before, { actions: [{ add: add("c", 2) }, remove("m%3D1/b")] })).toBe(12);
    expect(rowsByLog(undefined, { actions: [{ add: add("c", 2) }, { add: add("d", 3) }] })).toBe(5);
  });

  test("count a file twice only where it is added under two names, and show a removal that was forgotten", () => {
    const before = snapshot(add("a", 10));
    expect(rowsByLog(before, { actions: [{ add: add("rewritten", 10) }] })).toBe(20);
    expect(rowsByLog(before, { actions: [{ add: add("rewritten", 10) }, remove("a")] })).toBe(10);
  });

  test("are not known where a live file has no statistics, and are where it goes", () => {
    const before = snapshot(add("a", 10), add("foreign"));
    expect(rowsByLog(before, { actions: [] })).toBeUndefined();
    expect(rowsByLog(before, { actions: [remove("foreign")] })).toBe(10);
  });
});
