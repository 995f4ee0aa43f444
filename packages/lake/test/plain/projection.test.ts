import type { Field, Value } from "@snowmelt/core/types";
import { type KeyProjection, memoryGlue, patientCatalog } from "@snowmelt/lake/glue";
import { planPlainCatalog, planPlainTable, syncPlainCatalog, verifyPlainCatalog } from "@snowmelt/lake/plain";
import { describe, expect, it, test } from "vitest";
import { isProjected } from "../../src/glue/partition-projection.ts";
import { landRun, mustSnapshot, openTable } from "./plain-tables.ts";

const columns: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "P", type: { kind: "string" }, nullable: true },
];
const request = { database: "raw", name: "t", location: "s3://lake/raw/t" };

async function tableOf(values: readonly Value[]) {
  const table = openTable();
  const rows = values.map((value, id) => [BigInt(id), value]);
  const files = await landRun(table, "one", rows, { of: columns, partitionBy: [{ kind: "identity", column: "P" }] });
  await table.commit(
    planPlainTable({ id: "i", name: "t", fields: columns, partitionColumns: ["P"], createdAtMs: 1, files }),
  );
  return table;
}

describe("a projected table", () => {
  it("registers no partition, and the catalog is held against that", async () => {
    const table = await tableOf(["AK", "VT"]);
    const glue = patientCatalog(memoryGlue({ databases: ["raw"] }));
    const projection = { p: { kind: "enum", values: ["AK", "VT", "NY"] } } as const;
    await syncPlainCatalog(glue, table, { ...request, projection });
    const checks = await verifyPlainCatalog(glue, await mustSnapshot(table), { ...request, projection });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ name }) => name)).not.toContain("partitions");
  });

  it("is refused where a live partition is none of those that queries would look in", async () => {
    const table = await tableOf(["AK", "VT"]);
    const projection = { p: { kind: "enum", values: ["AK"] } } as const;
    const snapshot = await mustSnapshot(table);
    expect(() => planPlainCatalog(snapshot, { ...request, projection })).toThrow(
      expect.objectContaining({
        code: "GLUE_PROJECTION_INVALID",
        message: expect.stringContaining("The partition P=VT is none of those"),
      }),
    );
  });
});

const integer: KeyProjection = { kind: "integer", range: [0n, 20n], interval: 5n, digits: 2 };
const days: KeyProjection = { kind: "date", range: ["2001-01-01", "NOW"], format: "yyyy-MM-dd" };
const months: KeyProjection = { kind: "date", range: ["2001-01", "2001-12"], format: "yyyy-MM" };
test.each<[KeyProjection, string, boolean]>([
  [{ kind: "injected" }, "anything", true],
  [{ kind: "enum", values: ["a"] }, "b", false],
  [integer, "05", true],
  [integer, "5", false],
  [integer, "06", false],
  [integer, "25", false],
  [integer, "x", false],
  [days, "2000-12-31", false],
  [days, "2026-11-23", true],
  [days, "2026-11", false],
  [months, "2002-01", false],
  [months, "2001-12", true],
  [{ ...months, format: "MM/yyyy" }, "2002-01", true],
])("%o names %s: %s", (projection, value, expected) => {
  expect(isProjected(projection, value)).toBe(expected);
});
