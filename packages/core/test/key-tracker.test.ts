import { tmpdir } from "node:os";
import { type KeyReport, type KeyTrackerOptions, openKeyTracker } from "@snowmelt/core/quality";
import { type Field, valueText } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchOf, landTypes, type Row, valuesOf } from "./batch-model.ts";

type Options = Omit<KeyTrackerOptions, "fields" | "spillDirectory">;

async function track(
  fields: readonly Field[],
  batches: readonly (readonly Row[])[],
  options: Options,
): Promise<KeyReport> {
  await using tracker = openKeyTracker({ fields, spillDirectory: tmpdir(), ...options });
  for (const rows of batches) await tracker.observe(batchOf({ fields, rows }));
  return await tracker.finish();
}

/** What the tracker promises, the plain way. */
function counted(fields: readonly Field[], rows: readonly Row[], nulls: "exclude" | "equal") {
  const leftOut = (row: Row) => (nulls === "exclude" ? row.includes(null) : row.every((value) => value === null));
  const kept = rows.filter((row) => !leftOut(row));
  const text = (row: Row) =>
    JSON.stringify(
      row.map((value, index) => [
        value === null,
        value === 0 ? "0" : valueText(fields[index]?.type ?? { kind: "string" }, value),
      ]),
    );
  const groups = [...Map.groupBy(kept, text).values()].filter((group) => group.length > 1);
  return {
    rows: rows.length,
    rowsWithNull: rows.length - kept.length,
    duplicateKeys: groups.length,
    duplicateRows: groups.reduce((sum, group) => sum + group.length, 0),
  };
}

/** Rows of one to three columns whose values come from a few, so that many are the same. */
const tables = fc
  .array(
    landTypes.chain((type) =>
      fc
        .array(fc.option(valuesOf(type), { freq: 6 }), { minLength: 1, maxLength: 6 })
        .map((values) => ({ type, values })),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .chain((columns) => {
    const fields = columns.map(({ type }, index) => ({ name: `C${index}`, type, nullable: true }));
    const row = fc.tuple(...columns.map(({ values }) => fc.constantFrom(...values)));
    return fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 4 }).map((batches) => ({ fields, batches }));
  });

describe("openKeyTracker", () => {
  it("counts exactly the keys that occur more than once, for every type and mix of columns, in memory and spilled", async () => {
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom("exclude" as const, "equal" as const),
        fc.constantFrom<Partial<Options>>(
          {},
          { memoryBudgetBytes: 0, runBytes: 64 },
          { memoryBudgetBytes: 200, runBytes: 24 },
        ),
        async ({ fields, batches }, nulls, limits) => {
          const key = fields.map(({ name }) => name);
          const report = await track(fields, batches, { key, nulls, ...limits });
          expect(report).toMatchObject(counted(fields, batches.flat(), nulls));
          expect(report.samples).toHaveLength(Math.min(5, report.duplicateKeys));
          const kept = report.rows - report.rowsWithNull;
          if (limits.memoryBudgetBytes === undefined) expect(report.spilledBytes).toBe(0);
          if (limits.memoryBudgetBytes === 0) expect(report.spilledBytes).toBeGreaterThanOrEqual(kept * 8);
        },
      ),
      { numRuns: 200 },
    );
  });

  const int: Field = { name: "ID", type: { kind: "int64" }, nullable: true };
  const code: Field = { name: "CODE", type: { kind: "string" }, nullable: true };

  it("shows a few of the keys, as people write them and cut short, with how often they occur", async () => {
    expect(await track([int], [[[-5n], [7n], [-5n]], [[-5n]]], { key: ["ID"], nulls: "exclude" })).toEqual({
      rows: 4,
      rowsWithNull: 0,
      duplicateKeys: 1,
      duplicateRows: 3,
      samples: [{ key: "-5", count: 3 }],
      spilledBytes: 0,
    });
    const day: Field = { name: "DAY", type: { kind: "date" }, nullable: true };
    const days = await track([day], [[[-1], [-1]]], { key: ["DAY"], nulls: "exclude" });
    expect(days.samples).toEqual([{ key: "1969-12-31", count: 2 }]);
    const long = "x".repeat(1000);
    const { samples } = await track(
      [int, code],
      [
        [
          [1n, long],
          [1n, long],
          [1n, "b"],
        ],
      ],
      { key: ["CODE", "ID"], nulls: "exclude" },
    );
    expect(samples).toEqual([{ key: `${"x".repeat(60)}… (1003 characters)`, count: 2 }]);
  });

  it("takes no two values for the same that only look alike when strung together", async () => {
    const fields = [code, { ...code, name: "B" }];
    const report = await track(
      fields,
      [
        [
          ["a", "bc"],
          ["ab", "c"],
          ["", null],
          [null, ""],
        ],
      ],
      { key: ["CODE", "B"], nulls: "equal" },
    );
    expect(report.duplicateKeys).toBe(0);
  });

  it("takes 0 and -0, and any NaN, for the same", async () => {
    const share: Field = { name: "SHARE", type: { kind: "float64" }, nullable: true };
    const report = await track([share], [[[0], [-0], [Number.NaN], [Number.NaN], [1]]], {
      key: ["SHARE"],
      nulls: "exclude",
    });
    expect(report).toMatchObject({ duplicateKeys: 2, duplicateRows: 4 });
  });

  it("refuses a batch whose columns are not those it was opened with", async () => {
    await using tracker = openKeyTracker({ fields: [int, code], key: ["CODE"], nulls: "exclude" });
    await expect(tracker.observe(batchOf({ fields: [code, int], rows: [] }))).rejects.toThrow(
      'expected column "CODE" at 1, the batch has CODE, ID',
    );
    expect(() => openKeyTracker({ fields: [int], key: ["NOWHERE"], nulls: "exclude" })).toThrow(/no column "NOWHERE"/);
  });
});
