import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import { footerSummary, readFooter, readParquet } from "@snowmelt/lake/parquet";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchesOf, expectSameRows, rowsOf } from "./batches.ts";
import { everyTypeFields, everyTypeRows } from "./every-type.ts";
import { encode, read, storeOf } from "./files.ts";
import { type DuckDbJudge, openDuckDbJudge } from "./judge-duckdb.ts";

let duckdb: DuckDbJudge;
beforeAll(async () => {
  duckdb = await openDuckDbJudge();
});
afterAll(() => duckdb[Symbol.asyncDispose]());

const fields: Field[] = [
  { name: "A", type: { kind: "int32" }, nullable: true },
  { name: "B", type: { kind: "string" }, nullable: true },
  { name: "C", type: { kind: "decimal", precision: 9, scale: 2 }, nullable: true },
];
const rows = Array.from({ length: 1000 }, (_, row): Value[] => [row, row % 3 === 0 ? null : `b${row}`, row * 7]);

const file = async () =>
  (await encode(fields, batchesOf(fields, rows, [300]), { rowGroupRows: 250, pageRows: 60 })).bytes;

/** The store and the ranges it was asked for. */
async function counted(bytes: Uint8Array): Promise<{ store: ObjectStore; ranges: { start: number; end: number }[] }> {
  const store = await storeOf(bytes);
  const ranges: { start: number; end: number }[] = [];
  const get: ObjectStore["get"] = (key, options) => {
    ranges.push(options?.range ?? { start: 0, end: bytes.length });
    return store.get(key, options);
  };
  return { store: { ...store, get }, ranges };
}

describe("reading", () => {
  test("some columns and row groups, in the order asked for", async () => {
    const came = rowsOf(await read(await file(), { columns: ["C", "A"], rowGroups: [3, 1] }));
    const expected = [...rows.slice(750), ...rows.slice(250, 500)].map(([a, , c]) => [c ?? null, a ?? null]);
    expect(came).toStrictEqual(expected);
  });

  test("gives batches of the size asked for, which do not cross row groups", async () => {
    const batches = await read(await file(), { batchRows: 100 });
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([100, 100, 50, 100, 100, 50, 100, 100, 50, 100, 100, 50]);
  });

  test("a column the file does not have gives NULL, and refuses NOT NULL", async () => {
    const added: Field = { name: "LATER", type: { kind: "decimal", precision: 38, scale: 0 }, nullable: true };
    const came = rowsOf(await read(await file(), { fields: [fields[0] as Field, added] }));
    expect(came).toStrictEqual(rows.map(([a]) => [a ?? null, null]));
    await expect(read(await file(), { fields: [{ ...added, nullable: false }] })).rejects.toThrow(/no column "LATER"/);
    await expect(read(await file(), { columns: ["X"] })).rejects.toMatchObject({ code: "PARQUET_MISSING" });
  });

  test("widens to a type that holds every value, and refuses any other", async () => {
    const wide: Field[] = [
      { name: "A", type: { kind: "decimal", precision: 38, scale: 0 }, nullable: true },
      { name: "C", type: { kind: "decimal", precision: 30, scale: 2 }, nullable: true },
    ];
    const came = rowsOf(await read(await file(), { fields: wide }));
    expect(came).toStrictEqual(rows.map(([a, , c]) => [BigInt(a as number), BigInt(c as number)]));
    const long: Field[] = [{ name: "A", type: { kind: "int64" }, nullable: true }];
    expect(rowsOf(await read(await file(), { fields: long }))[999]).toStrictEqual([999n]);
    for (const type of [{ kind: "string" }, { kind: "date" }, { kind: "decimal", precision: 9, scale: 0 }] as const) {
      await expect(read(await file(), { fields: [{ name: "A", type, nullable: true }] })).rejects.toMatchObject({
        code: "PARQUET_TYPE_MISMATCH",
      });
    }
  });

  test("a NULL as NOT NULL is refused", async () => {
    await expect(read(await file(), { fields: [{ ...(fields[1] as Field), nullable: false }] })).rejects.toMatchObject({
      code: "PARQUET_NULL_IN_REQUIRED",
    });
  });

  test("a small footer costs one request, and a column no more than its bytes", async () => {
    const bytes = await file();
    const { store, ranges } = await counted(bytes);
    await footerSummary(store, "file.parquet", { sizeBytes: bytes.length });
    expect(ranges).toHaveLength(1);
  });

  test("a long footer costs two", async () => {
    const { bytes } = await encode(fields, batchesOf(fields, rows, [300]), { rowGroupRows: 10 });
    const { store, ranges } = await counted(bytes);
    expect((await readFooter(store, "file.parquet", { sizeBytes: bytes.length })).rowGroups).toHaveLength(100);
    expect(ranges).toHaveLength(2);
  });

  test("reads neighbouring columns at once and leaves out far ones", async () => {
    const wide: Field[] = ["a", "b", "c"].map((name) => ({ name, type: { kind: "binary" }, nullable: false }));
    const block = new Uint8Array(200_000).fill(7);
    const { bytes } = await encode(wide, batchesOf(wide, [[block, block, block]], [1]), { codec: "uncompressed" });
    const { store, ranges } = await counted(bytes);
    const footer = await readFooter(store, "file.parquet");
    ranges.length = 0;
    for await (const _ of readParquet(store, "file.parquet", { footer, columns: ["a", "c"] }));
    expect(ranges).toHaveLength(2);
    expect(ranges.reduce((total, { start, end }) => total + end - start, 0)).toBeLessThan(401_000);
  });

  test("stops when the signal aborts", async () => {
    const store = await storeOf(await file());
    const stop = new AbortController();
    const batches = readParquet(store, "file.parquet", { signal: stop.signal, batchRows: 10 });
    await batches.next();
    stop.abort();
    await expect(batches.next()).rejects.toThrow(/abort/i);
  });
});

describe("files of other writers", () => {
  const written = everyTypeFields.filter(({ type }) => !("unit" in type && type.unit === "ns"));
  const kept = written.map(({ name }) => everyTypeFields.findIndex((field) => field.name === name));
  // DuckDB's dictionaries take the two zeros for one.
  const zero = (value: Value): Value => (value === 0 ? 0 : value);
  const expected = everyTypeRows(3000).map((row) => kept.map((index) => zero(row[index] ?? null)));

  test.each(["V1", "V2"])("DuckDB's %s files read back exactly", async (version) => {
    const { bytes } = await encode(written, batchesOf(written, expected, [3000]));
    const [source, target] = ["source", "target"].map((name) =>
      join(tmpdir(), `snowmelt-${process.pid}-${version}-${name}.parquet`),
    );
    await writeFile(source as string, bytes);
    await duckdb.connection.run(
      `COPY (FROM '${source}') TO '${target}' (FORMAT parquet, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`,
    );
    const came = rowsOf(await read(await readFile(target as string), { fields: written }));
    await Promise.all([rm(source as string), rm(target as string)]);
    expect(came).toStrictEqual(expected);
  });

  test("hyparquet-writer's files read back exactly", async () => {
    const writer = new ByteWriter();
    parquetWrite({
      writer,
      columnData: [
        { name: "id", data: rows.map((_, row) => BigInt(row)), type: "INT64" },
        { name: "text", data: rows.map(([, text]) => text), type: "STRING" },
        { name: "flag", data: rows.map((_, row) => row % 2 === 0), type: "BOOLEAN" },
        { name: "real", data: rows.map((_, row) => row / 3), type: "DOUBLE" },
      ],
    });
    const came = rowsOf(await read(writer.getBytes()));
    expect(came).toStrictEqual(rows.map(([, text], row) => [BigInt(row), text ?? null, row % 2 === 0, row / 3]));
  });

  test("a nested column is refused by name, the others are read", async () => {
    const target = join(tmpdir(), `snowmelt-${process.pid}-nested.parquet`);
    await duckdb.connection.run(
      `COPY (SELECT 1 AS a, [1, 2] AS list, {'x': 1} AS struct, 'z' AS b) TO '${target}' (FORMAT parquet)`,
    );
    const bytes = await readFile(target);
    await rm(target);
    await expect(read(bytes)).rejects.toThrow(/Column "list": nested/);
    expectSameRows(rowsOf(await read(bytes, { columns: ["a", "b"] })), [[1, "z"]]);
    const summary = await footerSummary(await storeOf(bytes), "file.parquet");
    expect(summary.columns.map(({ name, type }) => [name, type?.kind])).toEqual([
      ["a", "int32"],
      ["list", undefined],
      ["struct", undefined],
      ["b", "string"],
    ]);
  });

  test("types that no land type holds are refused by name", async () => {
    const target = join(tmpdir(), `snowmelt-${process.pid}-odd.parquet`);
    await duckdb.connection.run(
      `COPY (SELECT 1::UBIGINT AS big, uuid() AS id, 1::UINTEGER AS small, 1::TINYINT AS tiny, 1.5::FLOAT AS real) TO '${target}' (FORMAT parquet)`,
    );
    const bytes = await readFile(target);
    await rm(target);
    await expect(read(bytes, { columns: ["big"] })).rejects.toThrow(/Column "big": unsigned 64-bit/);
    await expect(read(bytes, { columns: ["id"] })).rejects.toThrow(/Column "id": the logical type UUID/);
    expectSameRows(rowsOf(await read(bytes, { columns: ["small", "tiny", "real"] })), [[1n, 1, 1.5]]);
  });
});

test("a store that cuts answers short is caught", async () => {
  const bytes = await file();
  const whole = memoryObjectStore();
  await whole.put("file.parquet", bytes);
  const footer = await readFooter(whole, "file.parquet");
  const short: ObjectStore = { ...whole, get: async (key, options) => (await whole.get(key, options))?.slice(0, -1) };
  await expect(readFooter(short, "file.parquet")).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
  const batches = readParquet(short, "file.parquet", { footer });
  await expect(batches.next()).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
});
