import { memoryObjectStore, seededRandom } from "@snowmelt/core/ports";
import { type Field, openProfiler, type Value } from "@snowmelt/core/types";
import {
  type LandedFile,
  landBatches,
  planTableLayout,
  type VerifyFilesOptions,
  verifyFiles,
} from "@snowmelt/lake/delta";
import { describe, expect, it } from "vitest";
import { openTable } from "./delta-log.ts";
import { toBatch } from "./table-rows.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "P", type: { kind: "string" }, nullable: true },
  { name: "F", type: { kind: "float64" }, nullable: true },
  { name: "N", type: { kind: "decimal", precision: 38, scale: 2 }, nullable: true },
  { name: "S", type: { kind: "string" }, nullable: true },
  { name: "X", type: { kind: "binary" }, nullable: true },
];
const layout = planTableLayout(fields, [{ kind: "identity", column: "P" }]);
const rows: Value[][] = Array.from({ length: 500 }, (_, index) => [
  BigInt(index),
  index % 7 === 0 ? null : `p${index % 3}`,
  [Number.NaN, -0, 1.5, Number.NEGATIVE_INFINITY, null][index % 5] ?? null,
  index % 11 === 0 ? null : 10n ** 37n + BigInt(index),
  "é😀".repeat(index % 50),
  new Uint8Array([index & 0xff]),
]);

async function landed() {
  const table = openTable(memoryObjectStore());
  const batch = toBatch(fields, rows);
  const profiler = openProfiler(fields);
  profiler.add(batch);
  const files = await landBatches([batch], {
    table,
    layout,
    attemptId: "v",
    random: seededRandom(1),
    maxFileBytes: 6_000,
  });
  const verify = (changed: readonly LandedFile[] = files, more: Partial<VerifyFilesOptions> = {}) =>
    verifyFiles(table, changed, { layout, expectedRows: 500, expectedProfiles: profiler.profiles(), ...more });
  return { table, files, verify, profiles: profiler.profiles() };
}

const failed = (report: Awaited<ReturnType<typeof verifyFiles>>) => report.checks.filter(({ passed }) => !passed);

describe("verification", () => {
  it("passes what was landed, by footers and by values", async () => {
    const { files, verify } = await landed();
    expect(files.length).toBeGreaterThan(3);
    const report = await verify();
    expect(failed(report)).toEqual([]);
    expect(report).toMatchObject({ passed: true, level: "values", rows: 500, files: files.length });
    expect(report.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(report.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["values", "sha256", "bounds", "null counts"]),
    );
    const { expectedProfiles: _none, ...shallow } = { layout, expectedRows: 500, expectedProfiles: [] };
    const { table } = await landed();
    expect(await verifyFiles(table, [], { ...shallow, expectedRows: 0 })).toMatchObject({
      passed: true,
      level: "footers",
    });
  });

  it("fails when rows are missing, with both numbers", async () => {
    const { files, verify } = await landed();
    const lost = files[0]?.rowCount ?? 0;
    const report = await verify(files.slice(1));
    expect(report.passed).toBe(false);
    expect(failed(report)).toEqual(
      expect.arrayContaining([
        { name: "rows of footers", subject: "all files", expected: "500", actual: `${500 - lost}`, passed: false },
      ]),
    );
    expect(failed(report).filter(({ name }) => name === "values")).not.toEqual([]);
  });

  it("fails when the statistics for the log are not those of the file", async () => {
    const { files, verify } = await landed();
    const [first, ...others] = files;
    if (!first) throw new Error("no file");
    const wrong = { ...first, stats: first.stats.replace(/"ID":(\d+)/, '"ID":1$1') };
    expect(failed(await verify([wrong, ...others]))).toMatchObject([{ name: "delta statistics", subject: first.path }]);
    const fewer = { ...first, stats: first.stats.replace(/"numRecords":\d+/, '"numRecords":1') };
    expect(failed(await verify([fewer, ...others])).map(({ name }) => name)).toEqual([
      "rows of delta statistics",
      "delta statistics",
    ]);
  });

  it("fails when another file stands in a file's place", async () => {
    const { table, files, verify } = await landed();
    const [first, second] = files;
    if (!first || !second) throw new Error("no files");
    await table.store.put(`raw/t/${first.path}`, (await table.store.get(`raw/t/${second.path}`)) ?? new Uint8Array(0));
    const names = failed(await verify()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["sha256", "bounds", "values"]));
  });

  it("fails when one value is not what was extracted, naming the column", async () => {
    const { verify, profiles } = await landed();
    const expectedProfiles = profiles.map((profile) =>
      profile.name === "N" ? { ...profile, sum: (profile.sum ?? 0n) + 1n } : profile,
    );
    const found = failed(await verify(undefined, { expectedProfiles }));
    expect(found).toMatchObject([{ name: "values", subject: "N" }]);
    expect(found[0]?.expected).toMatch(/454 values, 46 NULL, 100000.*sum \d+\.\d\d/);
  });

  it("throws for a file that is cut", async () => {
    const { table, files, verify } = await landed();
    const key = `raw/t/${files[0]?.path}`;
    await table.store.put(key, ((await table.store.get(key)) ?? new Uint8Array(0)).slice(0, -5));
    await expect(verify()).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
  });
});
