import type { Field, LandType, Value } from "@snowmelt/core/types";
import { footerSummary } from "@snowmelt/lake/parquet";
import fc from "fast-check";
import { parquetMetadata, parquetQuery, readColumnIndex, readOffsetIndex } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arbitraryTable } from "./arbitrary-table.ts";
import { batchesOf } from "./batches.ts";
import { edgeValues } from "./every-type.ts";
import { encode, storeOf } from "./files.ts";
import { type DuckDbJudge, openDuckDbJudge } from "./judge-duckdb.ts";

let duckdb: DuckDbJudge;
beforeAll(async () => {
  duckdb = await openDuckDbJudge();
});
afterAll(() => duckdb[Symbol.asyncDispose]());

const column = (type: LandType): Field[] => [{ name: "v", type, nullable: true }];
const one = (values: readonly Value[]): Value[][] => values.map((value) => [value]);

/** Ranges of values that differ from page to page, so that a wrong bound loses rows. */
const sorted = (type: LandType, make: (row: number) => Value): { type: LandType; values: Value[] } => ({
  type,
  values: Array.from({ length: 2000 }, (_, row) => (row % 17 === 3 ? null : make(row))),
});

const words = (row: number): string => `${String.fromCodePoint(0x61 + (row % 26))}${"é".repeat(row % 50)}${row}`;

const columns = [
  { name: "int32", literal: (value: Value) => `${value}`, ...sorted({ kind: "int32" }, (row) => row - 1000) },
  {
    name: "int64",
    literal: (value: Value) => `${value}`,
    ...sorted({ kind: "int64" }, (row) => BigInt(row - 1000) * 4_294_967_297n),
  },
  {
    name: "decimal(38,0)",
    literal: (value: Value) => `${value}::DECIMAL(38,0)`,
    ...sorted({ kind: "decimal", precision: 38, scale: 0 }, (row) => BigInt(row - 1000) * 10n ** 34n + 7n),
  },
  {
    name: "float64",
    literal: (value: Value) => `'${value}'::DOUBLE`,
    ...sorted({ kind: "float64" }, (row) => (row % 31 === 0 ? Number.NaN : (row - 1000) / 8)),
  },
  {
    name: "short text",
    literal: (value: Value) => `'${value}'`,
    ...sorted({ kind: "string" }, (row) => words(row).slice(0, 4)),
  },
  {
    name: "text longer than a bound",
    literal: (value: Value) => `'${value}'`,
    ...sorted({ kind: "string" }, (row) => `${"ü".repeat(40)}${words(row)}`),
  },
  {
    name: "sorted text",
    literal: (value: Value) => `'${value}'`,
    ...sorted({ kind: "string" }, (row) => `${String(row).padStart(6, "0")}${"z".repeat(90)}`),
  },
];

describe("a predicate finds as many rows as there are", () => {
  test.each(columns)("DuckDB on $name", async ({ type, values, literal }) => {
    const { bytes } = await encode(column(type), batchesOf(column(type), one(values), [333]), {
      pageRows: 100,
      rowGroupRows: 400,
    });
    const probes = [values[0], values[1], values[400], values[777], values.at(-1)].filter(
      (value) => value !== null && value !== undefined,
    );
    for (const probe of probes) {
      const counts = { "=": 0, "<": 0, ">=": 0 };
      for (const value of values) {
        if (value === null) continue;
        const order = compare(value, probe);
        if (order === 0) counts["="]++;
        if (order < 0) counts["<"]++;
        if (order >= 0) counts[">="]++;
      }
      for (const [operator, count] of Object.entries(counts)) {
        const sql = `SELECT count(*) FROM ? WHERE v ${operator} ${literal(probe)}`;
        expect(await duckdb.scalar(bytes, sql), sql).toBe(BigInt(count));
      }
    }
  });

  test.each(columns.slice(0, 2).concat(columns.slice(4)))(
    "hyparquet, which skips pages, on $name",
    async ({ type, values }) => {
      const { bytes } = await encode(column(type), batchesOf(column(type), one(values), [333]), {
        pageRows: 100,
        rowGroupRows: 800,
      });
      for (const probe of [values[1], values[777], values[1500]]) {
        if (probe === null || probe === undefined) continue;
        const expected = values.filter((value) => value !== null && compare(value, probe) >= 0).length;
        const file = new Uint8Array(bytes).buffer;
        const rows = await parquetQuery({
          file,
          compressors,
          filter: { v: { $gte: probe } },
          usePageIndex: true,
          useOffsetIndex: true,
        });
        expect(rows).toHaveLength(expected);
      }
    },
  );
});

describe("bounds", () => {
  test("of every page enclose the page's rows", async () => {
    const words = fc.array(fc.option(fc.string({ unit: "binary", maxLength: 20 }), { nil: null }), { maxLength: 200 });
    const property = fc.asyncProperty(words, fc.integer({ min: 1, max: 12 }), async (values, boundBytes) => {
      const field = column({ kind: "string" });
      const { bytes } = await encode(field, batchesOf(field, one(values), [50]), {
        pageRows: 16,
        boundBytes,
        rowGroupRows: 64,
      });
      const file = new Uint8Array(bytes).buffer;
      const metadata = parquetMetadata(file);
      let row = 0;
      for (const group of metadata.row_groups) {
        const chunk = group.columns[0];
        const offsets = readOffsetIndex(reader(bytes, chunk?.offset_index_offset));
        const index = chunk?.column_index_offset
          ? readColumnIndex(reader(bytes, chunk.column_index_offset), { type: "BYTE_ARRAY", name: "v" })
          : undefined;
        const starts = offsets.page_locations.map(({ first_row_index }) => row + Number(first_row_index));
        starts.forEach((start, page) => {
          const inPage = values.slice(start, starts[page + 1] ?? row + Number(group.num_rows));
          const stored = inPage.flatMap((value) => (value === null ? [] : [Buffer.from(value.toWellFormed())]));
          if (!index) return;
          expect(index.null_pages[page]).toBe(stored.length === 0);
          for (const value of stored) {
            expect(Buffer.compare(Buffer.from(index.min_values[page] as Uint8Array), value)).toBeLessThanOrEqual(0);
            expect(Buffer.compare(Buffer.from(index.max_values[page] as Uint8Array), value)).toBeGreaterThanOrEqual(0);
          }
        });
        row += Number(group.num_rows);
      }
      expect(row).toBe(values.length);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test.each(edgeValues)("of $name are the same in the summary and in the footer", async ({ type, values }) => {
    const { bytes, summary } = await encode(column(type), batchesOf(column(type), one(values), [2]), {
      pageRows: 3,
      rowGroupRows: 4,
    });
    const read = await footerSummary(await storeOf(bytes), "file.parquet");
    const [written] = summary.columns;
    expect(read.rowCount).toBe(values.length);
    expect(read.bytes).toBe(bytes.length);
    expect(read.columns[0]).toMatchObject({ name: "v", type, nullable: true, nullCount: written?.nullCount });
    if (read.columns[0]?.max !== undefined) expect(read.columns[0].max).toStrictEqual(written?.max);
    if (read.columns[0]?.min !== undefined) expect(read.columns[0].min).toStrictEqual(written?.min);
  });

  test("are the least and the greatest value of each column", async () => {
    const property = fc.asyncProperty(
      arbitraryTable({ maxRows: 200 }),
      fc.integer({ min: 1, max: 50 }),
      async ({ fields, rows }, pageRows) => {
        const { summary } = await encode(fields, batchesOf(fields, rows, [64]), {
          pageRows,
          rowGroupRows: 70,
          boundBytes: 400,
        });
        summary.columns.forEach((found, index) => {
          const values = rows.map((row) => row[index] ?? null);
          const ordered = values.filter((value) => value !== null && !Number.isNaN(value)).toSorted(compare);
          expect(found.nullCount).toBe(values.filter((value) => value === null).length);
          expect(found.nanCount).toBe(values.filter((value) => Number.isNaN(value)).length);
          expect(found.isMinExact && found.isMaxExact).toBe(true);
          expect(
            compare(found.min, ordered[0] ?? null),
            `${found.min} is the least of ${fields[index]?.type.kind}`,
          ).toBe(0);
          expect(
            compare(found.max, ordered.at(-1) ?? null),
            `${found.max} is the greatest of ${fields[index]?.type.kind}`,
          ).toBe(0);
        });
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  test("leave NaN out, count it, and take in both zeros", async () => {
    const field = column({ kind: "float64" });
    const bounds = async (values: Value[]) =>
      (await encode(field, batchesOf(field, one(values), [2]))).summary.columns[0];
    expect(await bounds([Number.NaN, 3, null, -1])).toMatchObject({ min: -1, max: 3, nanCount: 1, nullCount: 1 });
    expect(await bounds([0])).toMatchObject({ min: -0, max: 0 });
    expect(await bounds([-0])).toMatchObject({ min: -0, max: 0 });
    expect(await bounds([Number.NaN])).toMatchObject({ min: null, max: null, nanCount: 1 });
    expect(await bounds([null])).toMatchObject({ min: null, max: null, nanCount: 0, nullCount: 1 });
  });

  test("of long text are cut between characters, and say so", async () => {
    const field = column({ kind: "string" });
    const { summary } = await encode(field, batchesOf(field, one(["é".repeat(40), "a"]), [2]), { boundBytes: 9 });
    expect(summary.columns[0]).toMatchObject({ min: "a", isMinExact: true, max: "éééê", isMaxExact: false });
  });

  test("of text that nothing short lies above are left out", async () => {
    const field = column({ kind: "string" });
    const values = ["\u{10ffff}".repeat(20), "b"];
    const { bytes, summary } = await encode(field, batchesOf(field, one(values), [2]));
    expect(summary.columns[0]).toMatchObject({ min: "b", isMinExact: true, max: null, isMaxExact: false });
    expect(await duckdb.scalar(bytes, "SELECT count(*) FROM ? WHERE v > 'c'")).toBe(1n);
  });

  test("are left out of the file for a column with NaN, which engines order above all numbers", async () => {
    const field = column({ kind: "float64" });
    const values = [...Array(64).fill(1), ...Array(64).fill(Number.NaN)];
    const { bytes } = await encode(field, batchesOf(field, one(values), [64]), { pageRows: 64 });
    const chunk = parquetMetadata(new Uint8Array(bytes).buffer).row_groups[0]?.columns[0];
    expect(chunk?.meta_data?.statistics?.max_value).toBeUndefined();
    expect(chunk?.column_index_offset).toBeUndefined();
    expect(chunk?.offset_index_offset).toBeDefined();
  });
});

function reader(bytes: Uint8Array, at: bigint | undefined): { view: DataView; offset: number } {
  return { view: new DataView(new Uint8Array(bytes).buffer, Number(at)), offset: 0 };
}

/** DuckDB orders NaN above all else; text is ordered by its bytes. */
function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
