import type { Field, LandType, Value } from "@snowmelt/core/types";
import type { ParquetEncoderOptions } from "@snowmelt/lake/parquet";
import { parquetMetadata } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchesOf, expectSameRows, rowsOf } from "./batches.ts";
import { encode, read } from "./files.ts";
import { type DuckDbJudge, openDuckDbJudge } from "./judge-duckdb.ts";
import { readByHyparquet } from "./judge-hyparquet.ts";

let duckdb: DuckDbJudge;
beforeAll(async () => {
  duckdb = await openDuckDbJudge();
});
afterAll(() => duckdb[Symbol.asyncDispose]());

const text: LandType = { kind: "string" };

/** Encodes one column, has it read by all three readers, and returns how its pages are encoded. */
async function encodingsOf(type: LandType, values: readonly Value[], options: ParquetEncoderOptions = {}) {
  const fields: Field[] = [{ name: "v", type, nullable: true }];
  const rows = values.map((value) => [value]);
  const { bytes } = await encode(fields, batchesOf(fields, rows, [10_000]), options);
  expectSameRows(rowsOf(await read(bytes)), rows);
  expectSameRows(await readByHyparquet(bytes, fields), rows);
  expectSameRows(await duckdb.rows(bytes, fields), rows);
  const chunk = parquetMetadata(new Uint8Array(bytes).buffer).row_groups[0]?.columns[0]?.meta_data;
  const pages = (encoding: string, type: string) =>
    chunk?.encoding_stats?.find((stats) => stats.encoding === encoding && stats.page_type === type)?.count ?? 0;
  return {
    bytes: bytes.length,
    hasDictionary: chunk?.dictionary_page_offset !== undefined,
    dictionaryPages: pages("RLE_DICTIONARY", "DATA_PAGE"),
    plainPages: pages("PLAIN", "DATA_PAGE"),
  };
}

describe("a dictionary", () => {
  test("of one value needs no bits a row", async () => {
    const found = await encodingsOf(text, Array(5000).fill("same"), { codec: "uncompressed" });
    expect(found).toMatchObject({ hasDictionary: true, plainPages: 0 });
    expect(found.bytes).toBeLessThan(600);
  });

  test("is not begun for NULL alone", async () => {
    expect(await encodingsOf(text, Array(5000).fill(null))).toMatchObject({ hasDictionary: false, dictionaryPages: 0 });
  });

  test("is left out of a column of keys", async () => {
    const keys = Array.from({ length: 20_000 }, (_, row) => `key-${row}`);
    expect(await encodingsOf(text, keys)).toMatchObject({ hasDictionary: false, dictionaryPages: 0 });
    const numbers = keys.map((_, row) => BigInt(row));
    expect(await encodingsOf({ kind: "int64" }, numbers)).toMatchObject({ hasDictionary: false, dictionaryPages: 0 });
  });

  test("is given up in the middle of a row group once values stop repeating; earlier pages keep it", async () => {
    const values = Array.from({ length: 60_000 }, (_, row) => (row < 9000 ? `v${row % 50}` : `key-${row}`));
    const found = await encodingsOf(text, values, { pageRows: 4000 });
    expect(found).toMatchObject({ hasDictionary: true });
    expect(found.dictionaryPages).toBeGreaterThan(1);
    expect(found.plainPages).toBeGreaterThan(5);
  });

  test("of more than 65,536 distinct values is given up", async () => {
    const values = Array.from({ length: 280_000 }, (_, row) => (row >> 1) % 70_001);
    const found = await encodingsOf({ kind: "int32" }, values, { dictionary: { maxDistinctShare: 1 }, pageRows: 8192 });
    expect(found.dictionaryPages).toBeGreaterThan(0);
    expect(found.plainPages).toBeGreaterThan(0);
  });

  test("of exactly 65,536 distinct values is kept, at 16 bits a row", async () => {
    const values = Array.from({ length: 140_000 }, (_, row) => (row >> 1) % 65_536);
    const options = {
      dictionary: { maxDistinctShare: 1 },
      pageRows: 140_000,
      rowGroupRows: 140_000,
      pageBytes: 1 << 24,
    };
    expect(await encodingsOf({ kind: "int32" }, values, options)).toMatchObject({ plainPages: 0 });
  });

  test("stays within its bytes", async () => {
    const values = Array.from({ length: 9000 }, (_, row) => `${row % 3000}`.padEnd(1000, "-"));
    const found = await encodingsOf(text, values, { pageRows: 500, dictionary: { maxBytes: 700_000 } });
    expect(found.dictionaryPages).toBeGreaterThan(0);
    expect(found.plainPages).toBeGreaterThan(0);
  });

  test("of values made to collide costs no more than others", async () => {
    const before = process.cpuUsage();
    // The hash multiplies by an odd number and takes high bits: these share them all.
    const inverse = 0xe8b2f51;
    const values = Array.from({ length: 120_000 }, (_, row) => Math.imul(row % 60_000, inverse) | 0);
    await encodingsOf({ kind: "int32" }, values);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
  });

  test.each([
    ["int32", { kind: "int32" }, (row: number) => row % 300],
    ["int64", { kind: "int64" }, (row: number) => BigInt(row % 300) << 33n],
    ["decimal(38,0)", { kind: "decimal", precision: 38, scale: 0 }, (row: number) => (BigInt(row % 300) << 90n) - 5n],
    ["binary", { kind: "binary" }, (row: number) => Uint8Array.of(row % 7, 255, row % 5)],
  ] as const)("holds %s", async (_, type, make) => {
    const values = Array.from({ length: 30_000 }, (_, row) => (row % 11 === 0 ? null : make(row)));
    expect(await encodingsOf(type, values)).toMatchObject({ hasDictionary: true, plainPages: 0 });
  });
});
