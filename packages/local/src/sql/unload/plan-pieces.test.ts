import fc from "fast-check";
import { expect, it } from "vitest";
import { type PartitionRows, planFileCut, planPieces } from "./plan-pieces.ts";

const partitions = fc
  .array(fc.record({ folder: fc.constantFrom("", "a/", "b/"), rowCount: fc.integer({ min: 1, max: 40_000 }) }))
  .map((sizes) => {
    let firstRow = 0;
    return sizes.map(({ folder, rowCount }): PartitionRows => {
      firstRow += rowCount;
      return { folder, rowCount, firstRow: firstRow - rowCount };
    });
  });

it("gives every row to one piece, and no two pieces one name", () => {
  fc.assert(
    fc.property(partitions, fc.integer({ min: 1, max: 8 }), (all, threads) => {
      const pieces = planPieces(all, { threads, rowsPerThread: 5000 });
      let next = 0;
      for (const { firstRow, rowCount } of pieces) {
        expect(firstRow).toBe(next);
        expect(rowCount).toBeGreaterThan(0);
        next += rowCount;
      }
      expect(next).toBe(all.reduce((sum, { rowCount }) => sum + rowCount, 0));
      expect(new Set(pieces.map(({ folder, thread }) => `${folder} ${thread}`)).size).toBe(pieces.length);
    }),
  );
});

it("takes as many writers as rows are worth, and no more than there are", () => {
  const threadsOf = (rowCount: number) =>
    planPieces([{ folder: "", firstRow: 0, rowCount }], { threads: 4, rowsPerThread: 5000 }).length;
  expect([1, 5000, 5001, 100_000].map(threadsOf)).toEqual([1, 1, 2, 4]);
});

it("ends a file one row group short of its size", () => {
  expect(planFileCut(16_000_000, 100)).toEqual({ rowsPerGroup: 18_432, cutBytes: 13_972_480 });
  expect(planFileCut(268_435_456, 10)).toMatchObject({ rowsPerGroup: 122_880 });
  expect(planFileCut(1, 1000)).toEqual({ rowsPerGroup: 2048, cutBytes: 1 });
});
