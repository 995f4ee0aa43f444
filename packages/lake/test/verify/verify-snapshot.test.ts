import { memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import {
  type AddFile,
  landBatches,
  planAppend,
  planCreateTable,
  planTableLayout,
  type SnapshotVerification,
  toAddFile,
  type VerifySnapshotOptions,
  verifySnapshot,
} from "@snowmelt/lake/delta";
import { describe, expect, it } from "vitest";
import { mustSnapshot, openTable } from "../delta-log.ts";
import { toBatch } from "../table-rows.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "P", type: { kind: "string" }, nullable: true },
  { name: "F", type: { kind: "float64" }, nullable: true },
  { name: "N", type: { kind: "decimal", precision: 38, scale: 2 }, nullable: true },
  { name: "S", type: { kind: "string" }, nullable: true },
  { name: "AT", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
  { name: "B", type: { kind: "boolean" }, nullable: true },
];
const layout = planTableLayout(fields, [{ kind: "identity", column: "P" }]);
const rows: Value[][] = Array.from({ length: 600 }, (_, index) => [
  BigInt(index),
  index % 7 === 0 ? null : `p${index % 3}`,
  [Number.NaN, -0, 1.5, Number.NEGATIVE_INFINITY, null][index % 5] ?? null,
  index % 11 === 0 ? null : 10n ** 37n + BigInt(index),
  "é😀".repeat(index % 50),
  1_763_880_000_000_000n + BigInt(index) * 1_234_567n,
  index % 2 === 0,
]);

/** A table of four files, one a partition, and what was written down of them. `change` sees the entries before the log does. */
async function landed(change: (add: AddFile) => AddFile = (add) => add) {
  const store = memoryObjectStore();
  const table = openTable(store);
  const files = await landBatches([toBatch(fields, rows)], { table, layout, attemptId: "v", random: seededRandom(1) });
  const outcome = await table.commit(
    planCreateTable({
      id: "t",
      fields: layout.fields,
      partitionColumns: layout.partitionColumns,
      createdAtMs: 0,
      files: files.map((file) => change(toAddFile(file, 1n))),
    }),
  );
  if (outcome.status !== "committed") throw new Error(outcome.status);
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const verify = async (options: VerifySnapshotOptions = {}): Promise<SnapshotVerification> =>
    verifySnapshot(table, await mustSnapshot(table), { sha256Of: (path) => hashes.get(path), ...options });
  const keyOf = (at: number): string => `${table.path}/${files[at]?.path}`;
  return { store, table, files, verify, keyOf };
}

/** The kinds of comparison that found something. */
const found = (report: SnapshotVerification): string[] => [
  ...new Set(report.checks.flatMap(({ name, passed }) => (passed ? [] : [name]))),
];

async function flip(store: ObjectStore, key: string, at: number): Promise<void> {
  const bytes = (await store.get(key)) ?? new Uint8Array(0);
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  await store.put(key, bytes);
}

describe("a table as it was landed", () => {
  it.each([false, true])("agrees with its log (deep: %s), and says what its columns hold", async (deep) => {
    const { verify, files } = await landed();
    const report = await verify({ deep });
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report).toMatchObject({ passed: true, notChecked: [], rows: 600, files: files.length });
    expect(report.columns.find(({ name }) => name === "ID")).toEqual({
      name: "ID",
      valueCount: 600,
      min: 0n,
      max: 599n,
    });
    expect(report.columns.find(({ name }) => name === "P")).toMatchObject({ valueCount: 514, min: "p0", max: "p2" });
    expect(report.columns.find(({ name }) => name === "N")).toMatchObject({ max: 10n ** 37n + 599n });
    expect(report.columns.find(({ name }) => name === "F")).toMatchObject({ min: undefined, max: undefined });
    const sum = report.profiles?.find(({ name }) => name === "ID")?.sum;
    expect(sum).toBe(deep ? (599n * 600n) / 2n : undefined);
    const names = report.checks.map(({ name }) => name);
    const made = ["file", "size", "footer", "columns", "rows", "statistics"];
    expect(names).toEqual(deep ? expect.arrayContaining([...made, "sha256", "values"]) : made);
  });

  it("says what could not be compared", async () => {
    const { verify } = await landed(({ stats: _stats, ...add }) => add);
    const report = await verify({ deep: true, sha256Of: () => undefined });
    expect(report.passed).toBe(true);
    expect(report.notChecked).toEqual([
      { name: "sha256", subject: "4 files", because: "no record of a run has its sha256" },
      { name: "rows", subject: "4 files", because: "the log has no statistics of the file" },
    ]);
  });
});

describe("damage", () => {
  it("a flipped byte in a data page is found by the deep look: hash and values", async () => {
    const { store, verify, keyOf } = await landed();
    await flip(store, keyOf(0), 40);
    expect((await verify()).passed).toBe(true);
    const report = await verify({ deep: true });
    expect(found(report)).toEqual(["sha256", "values"]);
    expect(report.profiles).toBeUndefined();
    expect(found(await verify({ deep: true, sha256Of: () => undefined }))).toEqual(["values"]);
  });

  it("a flipped byte in a footer is found by the footer, the statistics or the hash", async () => {
    const { store, verify, keyOf } = await landed();
    const size = (await store.head(keyOf(1)))?.sizeBytes ?? 0;
    await flip(store, keyOf(1), size - 1);
    expect(found(await verify())).toEqual(["footer"]);
  });

  it("a file that another of the same size stands in for is found by its footer", async () => {
    const { store, verify, keyOf, files } = await landed();
    const [first, second] = [await store.get(keyOf(0)), await store.get(keyOf(1))];
    if (!first || !second) throw new Error("no files");
    // Bytes between the magic and the first page would not be read: a shorter file is made as long as the other there.
    const donor = first.length < second.length ? first : second;
    const victim = donor === first ? 1 : 0;
    const length = files[victim]?.bytes ?? 0;
    await store.put(keyOf(victim), padded(donor, length));
    const report = await verify();
    expect(report.checks.find(({ name }) => name === "size")).toMatchObject({ passed: true });
    expect(report.passed).toBe(false);
    expect(found(await verify({ deep: true }))).toContain("sha256");
  });

  it("a missing file and a file of another size are told by name", async () => {
    const { store, verify, keyOf, files } = await landed();
    await store.delete(keyOf(0));
    await store.put(keyOf(1), new Uint8Array(3));
    const report = await verify();
    expect(found(report)).toEqual(["file", "size", "footer"]);
    expect(report.rows).toBeUndefined();
    expect(report.checks).toContainEqual({
      name: "file",
      subject: files[0]?.path,
      expected: `a file of ${files[0]?.bytes} bytes`,
      actual: "no such file",
      passed: false,
    });
  });

  it.each([
    ["a wrong row count", /"numRecords":\d+/, '"numRecords":7', "rows"],
    ["a wrong NULL count", /"nullCount":\{"ID":0/, '"nullCount":{"ID":3', "null counts"],
    ["a bound that is too high", /"minValues":\{"ID":\d+/, '"minValues":{"ID":500', "bounds"],
    ["a bound that is too wide", /"minValues":\{"ID":\d+/, '"minValues":{"ID":-500', "bounds"],
    ["a text bound that is too low", /("maxValues":\{.*)"S":"[^"]*"/, '$1"S":"é"', "bounds"],
  ])("%s in the log is found by the statistics", async (_, pattern, text, name) => {
    const { verify } = await landed((add) => ({ ...add, stats: (add.stats ?? "").replace(pattern, text) }));
    expect(found(await verify())).toEqual(name === "rows" ? ["rows"] : ["statistics", name]);
  });

  it("a wrong size in the log is found by the size", async () => {
    const { verify, files } = await landed();
    const other = await landed((add) => ({ ...add, size: add.size }));
    expect((await other.verify()).passed).toBe(true);
    const { table } = await landed();
    const [file] = files;
    if (!file) throw new Error("no file");
    await table.store.put(`${table.path}/more.parquet`, new Uint8Array(9));
    await table.commit(
      planAppend(await mustSnapshot(table), [{ ...toAddFile(file, 1n), path: "more.parquet", size: 9 }]),
    );
    await table.store.put(`${table.path}/more.parquet`, new Uint8Array(12));
    const report = await verifySnapshot(table, await mustSnapshot(table));
    expect(found(report)).toEqual(["size", "footer"]);
    expect((await verify()).passed).toBe(true);
  });

  it("a file without a column that may not be NULL is found by its columns", async () => {
    const { table, files } = await landed();
    const narrow = planTableLayout(fields.slice(1), [{ kind: "identity", column: "P" }]);
    const batch = toBatch(
      fields.slice(1),
      rows.map((row) => row.slice(1)),
    );
    const [file] = await landBatches([batch], { table, layout: narrow, attemptId: "w", random: seededRandom(2) });
    if (!file || files.length === 0) throw new Error("no file");
    await table.commit(planAppend(await mustSnapshot(table), [toAddFile(file, 2n)]));
    expect(found(await verifySnapshot(table, await mustSnapshot(table)))).toContain("columns");
  });

  it("a store that fails is an error, not a difference", async () => {
    const { store, table } = await landed();
    const failing = { ...store, get: () => Promise.reject(new Error("no answer")) };
    await expect(verifySnapshot({ store: failing, path: table.path }, await mustSnapshot(table))).rejects.toThrow(
      "no answer",
    );
  });
});

/** The file's bytes with zeros in front of its footer, so that it has `length` bytes and stays a Parquet file. */
function padded(file: Uint8Array, length: number): Uint8Array {
  const footerBytes = new DataView(file.buffer, file.byteOffset + file.length - 8, 4).getUint32(0, true);
  const footerStart = file.length - 8 - footerBytes;
  const whole = new Uint8Array(length);
  whole.set(file.subarray(0, footerStart));
  whole.set(file.subarray(footerStart), length - (file.length - footerStart));
  return whole;
}
