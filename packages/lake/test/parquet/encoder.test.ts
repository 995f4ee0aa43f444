import { readFileSync } from "node:fs";
import type { ColumnBatch, Field, Value } from "@snowmelt/core/types";
import { encodeParquet, footerSummary, openParquetEncoder } from "@snowmelt/lake/parquet";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { describe, expect, test } from "vitest";
import { batchesOf, batchOf, expectSameRows, rowsOf } from "./batches.ts";
import { everyTypeFields, everyTypeRows } from "./every-type.ts";
import { encode, read, storeOf } from "./files.ts";

const number: Field = { name: "N", type: { kind: "int64" }, nullable: false };
const text: Field = { name: "T", type: { kind: "string" }, nullable: true };
const fields = [number, text];

/** Rows that compress little. */
function noise(count: number, seed = 1): Value[][] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return Array.from({ length: count }, (_, row) => [
    BigInt(row),
    `${next().toString(36)}${next().toString(36)}${next().toString(36)}`,
  ]);
}

describe("what a column cannot hold is refused", () => {
  test("a NULL in a required column, with its row", async () => {
    const rows = [...Array(100).fill([1n, "a"]), [null, "b"]];
    await expect(encode(fields, batchesOf(fields, rows, [30]))).rejects.toMatchObject({
      code: "PARQUET_NULL_IN_REQUIRED",
      message: expect.stringContaining('Column "N" is not nullable, but row 100 of the file'),
    });
  });

  test("more digits than a decimal has", async () => {
    const decimal: Field[] = [{ name: "D", type: { kind: "decimal", precision: 5, scale: 2 }, nullable: true }];
    const wide: Field[] = [{ name: "W", type: { kind: "decimal", precision: 37, scale: 2 }, nullable: true }];
    const refused = { code: "PARQUET_VALUE_OUT_OF_RANGE" };
    await expect(encode(decimal, [batchOf(decimal, [[99_999], [-100_000]])])).rejects.toMatchObject(refused);
    await expect(encode(wide, [batchOf(wide, [[10n ** 37n]])])).rejects.toMatchObject(refused);
  });

  test("a time beyond midnight", async () => {
    const time: Field[] = [{ name: "C", type: { kind: "time", unit: "us" }, nullable: true }];
    await expect(encode(time, [batchOf(time, [[86_400_000_000n]])])).rejects.toThrow(/Column "C".*86399999999/);
  });

  test("text that is not UTF-8, with its row, even where its bytes are whole together", async () => {
    const strings: Field[] = [{ name: "T", type: { kind: "string" }, nullable: true }];
    const batch = (offsets: number[], bytes: number[]): ColumnBatch => ({
      fields: strings,
      columns: [
        {
          storage: "bytes",
          validity: undefined,
          nullCount: 0,
          offsets: Int32Array.from(offsets),
          bytes: Uint8Array.from(bytes),
        },
      ],
      rowCount: offsets.length - 1,
    });
    for (const bad of [batch([0, 1, 2], [0x61, 0xff]), batch([0, 1, 2], [0xc3, 0xa9])]) {
      await expect(encode(strings, [bad])).rejects.toMatchObject({ code: "PARQUET_TEXT_INVALID" });
    }
  });

  test("a batch of other columns or too short vectors", () => {
    const encoder = openParquetEncoder(fields);
    expect(() => encoder.append(batchOf([text, number], [["a", 1n]]))).toThrow(/Column 0: expected "N" of int64/);
    const batch = batchOf(fields, [[1n, "a"]]);
    expect(() => encoder.append({ ...batch, rowCount: 2 })).toThrow(/expected int64 storage for 2 rows/);
    expect(() => encoder.append(batch, { from: 1, to: 3 })).toThrow(/row range/);
  });

  test("a schema without columns, with a name twice, or with an impossible decimal", () => {
    expect(() => openParquetEncoder([])).toThrow(/at least one column/);
    expect(() => openParquetEncoder([text, text])).toThrow(/declared twice/);
    const wide: Field = { name: "D", type: { kind: "decimal", precision: 39, scale: 0 }, nullable: true };
    expect(() => openParquetEncoder([wide])).toThrow(/1 to 38 digits/);
    expect(() => openParquetEncoder(fields, { pageRows: 0 })).toThrow(/pageRows/);
  });

  test("use after the end", () => {
    const encoder = openParquetEncoder(fields);
    encoder.finish();
    expect(() => encoder.append(batchOf(fields, []))).toThrow(
      expect.objectContaining({ code: "PARQUET_WRITER_CLOSED" }),
    );
  });
});

describe("the schema", () => {
  const int64 = { type: "INT64" };
  const clock = (type: string, unit: string, isAdjustedToUTC: boolean) => ({
    ...int64,
    logical_type: { type, isAdjustedToUTC, unit },
  });
  const decimal = (precision: number, scale: number) => ({
    converted_type: "DECIMAL",
    precision,
    scale,
    logical_type: { type: "DECIMAL", precision, scale },
  });
  // TIMESTAMP_MICROS and TIME_MICROS mean UTC to readers that know no logical types: a wall clock has neither.
  const elements: Record<string, object> = {
    boolean: { type: "BOOLEAN" },
    int32: { type: "INT32" },
    int64,
    float64: { type: "DOUBLE" },
    "decimal(1,0)": { type: "INT32", ...decimal(1, 0) },
    "decimal(9,2)": { type: "INT32", ...decimal(9, 2) },
    "decimal(10,0)": { type: "INT64", ...decimal(10, 0) },
    "decimal(18,18)": { type: "INT64", ...decimal(18, 18) },
    "decimal(19,4)": { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, ...decimal(19, 4) },
    "decimal(38,0)": { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, ...decimal(38, 0) },
    "decimal(38,37)": { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, ...decimal(38, 37) },
    date: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
    "time(us)": clock("TIME", "MICROS", false),
    "time(ns)": clock("TIME", "NANOS", false),
    "timestamp(us)": clock("TIMESTAMP", "MICROS", false),
    "timestamp(us, UTC)": { ...clock("TIMESTAMP", "MICROS", true), converted_type: "TIMESTAMP_MICROS" },
    "timestamp(ns)": clock("TIMESTAMP", "NANOS", false),
    "timestamp(ns, UTC)": clock("TIMESTAMP", "NANOS", true),
    string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
    binary: { type: "BYTE_ARRAY" },
  };

  test.each(everyTypeFields)("says what $name is", async (field) => {
    const { bytes } = await encode([field, { ...field, name: "required", nullable: false }], []);
    const [, optional, required] = parquetMetadata(new Uint8Array(bytes).buffer).schema;
    const said = (element: object | undefined) => JSON.parse(JSON.stringify(element)) as object;
    expect(said(optional)).toEqual({ name: field.name, repetition_type: "OPTIONAL", ...elements[field.name] });
    expect(said(required)).toEqual({ name: "required", repetition_type: "REQUIRED", ...elements[field.name] });
  });
});

describe("a file", () => {
  test("of no rows has columns and no row groups", async () => {
    const { bytes, summary } = await encode(everyTypeFields, []);
    expect(summary).toMatchObject({ rowCount: 0, bytes: bytes.length, rowGroups: [] });
    expect(await read(bytes)).toEqual([]);
    const footer = await footerSummary(await storeOf(bytes), "file.parquet");
    expect(footer.columns.map(({ name, min, nullCount }) => ({ name, min, nullCount }))).toEqual(
      everyTypeFields.map(({ name }) => ({ name, min: null, nullCount: 0 })),
    );
  });

  test("names its writer, whose version is the package's, and carries metadata", async () => {
    const { bytes } = await encode(fields, [], { metadata: { "snowmelt.run": "r-1", kind: "naïve" } });
    const footer = await footerSummary(await storeOf(bytes), "file.parquet");
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(footer.createdBy).toBe(`snowmelt version ${manifest.version}`);
    expect(footer.metadata).toEqual({ "snowmelt.run": "r-1", kind: "naïve" });
  });

  test("without statistics and indexes has none", async () => {
    const { bytes } = await encode(fields, batchesOf(fields, noise(100), [100]), {
      statistics: false,
      pageIndex: false,
    });
    const chunk = parquetMetadata(new Uint8Array(bytes).buffer).row_groups[0]?.columns[0];
    expect(chunk).toMatchObject({ offset_index_offset: undefined, column_index_offset: undefined });
    expect(chunk?.meta_data?.statistics).toBeUndefined();
  });

  test("is the same whatever rows of a batch it is appended by", () => {
    const batch = batchOf(everyTypeFields, everyTypeRows(1000));
    const whole = openParquetEncoder(everyTypeFields, { pageRows: 100 });
    const parts = openParquetEncoder(everyTypeFields, { pageRows: 100 });
    const expected = [...whole.append(batch), ...whole.finish().parts];
    const came: Uint8Array[] = [];
    for (let row = 0; row < 1000; row += 77)
      came.push(...parts.append(batch, { from: row, to: Math.min(1000, row + 77) }));
    came.push(...parts.finish().parts);
    expect(Buffer.compare(Buffer.concat(came), Buffer.concat(expected))).toBe(0);
  });

  test("has row groups as long as asked for in bytes", async () => {
    const rows = noise(20_000);
    const { summary } = await encode(fields, batchesOf(fields, rows, [1500]), { rowGroupBytes: 100_000 });
    const rawBytes = rows.reduce((total, [, text]) => total + 12 + String(text).length, 0);
    expect(summary.rowGroups.length).toBe(Math.ceil(rawBytes / 100_000));
  });

  test("holds values longer than a page and a row group", async () => {
    const long = ["x".repeat(300_000), "", "é".repeat(200_000), null].map((value): Value[] => [1n, value]);
    const { bytes } = await encode(fields, batchesOf(fields, long, [3]), { pageBytes: 1000, rowGroupBytes: 5000 });
    expectSameRows(rowsOf(await read(bytes)), long);
  });

  test("stops being written when the signal aborts", async () => {
    const stop = new AbortController();
    const stream = encodeParquet(fields, endless(stop), { signal: stop.signal });
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toThrow(/abort/i);
  });
});

async function* endless(stop: AbortController): AsyncGenerator<ColumnBatch> {
  for (let batches = 0; ; batches++) {
    if (batches === 3) stop.abort();
    yield batchOf(fields, noise(10));
  }
}

/** Files cut as a roller cuts them: rows as long as they fit, then the next file. */
function roll(batches: readonly ColumnBatch[], maxBytes: number): Uint8Array[] {
  const files: Uint8Array[] = [];
  let encoder = openParquetEncoder(fields);
  let parts: Uint8Array[] = [];
  const close = (): void => {
    parts.push(...encoder.finish().parts);
    files.push(Buffer.concat(parts));
    encoder = openParquetEncoder(fields);
    parts = [];
  };
  for (const batch of batches) {
    for (let from = 0; from < batch.rowCount; ) {
      const rows = encoder.rowsWithin(maxBytes, batch, from);
      if (rows === 0) close();
      else parts.push(...encoder.append(batch, { from, to: from + rows }));
      from += rows;
    }
  }
  close();
  return files;
}

describe("rowsWithin", () => {
  test.each([20_000, 100_000, 1_000_000])("cuts files near, and not far above, %i bytes", async (maxBytes) => {
    const rows = noise(200_000);
    const files = roll(batchesOf(fields, rows, [30_000]), maxBytes);
    const sizes = files.map((file) => file.length);
    for (const size of sizes) expect(size).toBeLessThan(maxBytes * 1.05 + 2000);
    for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThan(maxBytes * 0.5);
    const came = await Promise.all(files.map(async (file) => rowsOf(await read(file))));
    expect(came.flat()).toStrictEqual(rows);
  });

  test("gives an empty file at least a row, however small the limit", () => {
    expect(roll(batchesOf(fields, noise(20), [7]), 1)).toHaveLength(20);
  });

  test("exceeds the limit by less than a page a column, whatever comes", () => {
    const column = fc.constantFrom<(row: number) => Value>(
      (row) => `${row % 3}`,
      (row) => `key-${Math.imul(row, 2_654_435_761) >>> 0}-${Math.imul(row, 40_503)}`,
      () => null,
      (row) => (row < 20_000 ? "same" : `late-${Math.imul(row, 2_654_435_761) >>> 0}`),
    );
    const property = fc.property(column, fc.integer({ min: 10_000, max: 400_000 }), (make, maxBytes) => {
      const rows = Array.from({ length: 40_000 }, (_, row): Value[] => [BigInt(row), make(row)]);
      for (const file of roll(batchesOf(fields, rows, [10_000]), maxBytes)) {
        expect(file.length).toBeLessThan(maxBytes + fields.length * (1 << 20));
      }
    });
    fc.assert(property, { numRuns: 15 });
  });
});

describe("memory", () => {
  test("held is bounded by the row group, whatever the rows", () => {
    const encoder = openParquetEncoder(fields, { rowGroupBytes: 1 << 20 });
    let most = 0;
    for (let turn = 0; turn < 40; turn++) {
      encoder.append(batchOf(fields, noise(20_000, turn + 1)));
      most = Math.max(most, encoder.heldBytes);
    }
    expect(encoder.rowCount).toBe(800_000);
    expect(most).toBeLessThan(8 << 20);
  });

  test("is given up by flush", () => {
    const encoder = openParquetEncoder([{ ...text, nullable: false }]);
    const batch = batchOf(
      [{ ...text, nullable: false }],
      noise(50_000).map(([, value]) => [value ?? null]),
    );
    encoder.append(batch);
    const expected = encoder.estimatedBytes;
    const handedOut = encoder.flush().reduce((total, part) => total + part.length, 0);
    expect(handedOut).toBe(encoder.bytesWritten - 4);
    expect(handedOut).toBeGreaterThan(expected * 0.8);
    expect(handedOut).toBeLessThan(expected * 1.2);
    expect(encoder.finish().summary.rowGroups).toHaveLength(1);
  });
});
