import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Field, Value } from "@snowmelt/core/types";
import type { ParquetEncoderOptions } from "@snowmelt/lake/parquet";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asSparkSees, isSparkType } from "./judges/as-spark-sees.ts";
import { openSpark, type Spark, sparkPython } from "./judges/open-spark.ts";
import { arbitraryTable } from "./parquet/arbitrary-table.ts";
import { batchesOf, type Rows } from "./parquet/batches.ts";
import { edgeValues, everyTypeFields, everyTypeRows } from "./parquet/every-type.ts";
import { encode } from "./parquet/files.ts";
import { sparkTables } from "./spark-tables.ts";

let spark: Spark;
let root: string;
let files = 0;

async function write(fields: readonly Field[], rows: Rows, options?: ParquetEncoderOptions): Promise<string> {
  const { bytes } = await encode(fields, batchesOf(fields, rows, [999]), options);
  const file = join(root, `${files++}.parquet`);
  await writeFile(file, bytes);
  return file;
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

/** Days on which the Julian and the Gregorian calendar part, and moments before time zones were kept. */
const oldDays = ["0001-01-01", "1500-02-28", "1500-03-01", "1582-10-04", "1582-10-15", "1899-12-31", "1900-01-01"];
const oldFields: readonly Field[] = [
  { name: "D", type: { kind: "date" }, nullable: true },
  { name: "T", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
  { name: "W", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
];
const oldRows: Value[][] = oldDays.map((text) => {
  const at = micros(`${text}T23:59:59.999Z`) + 999n;
  return [day(text), at, at];
});

describe.skipIf(sparkPython === undefined)(
  "Spark 3.5 (it needs SNOWMELT_SPARK_PYTHON, which `npm test` sets where a Java is)",
  () => {
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), "snowmelt-spark-"));
      spark = await openSpark();
    }, 120_000);
    afterAll(async () => {
      await spark?.[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    });

    it("is the version that is pinned", () => {
      expect(spark.version).toMatch(/^3\.5\./);
    });

    describe("reads of our Parquet files", () => {
      const readable = everyTypeFields.flatMap(({ type }, index) => (isSparkType(type) ? [index] : []));
      const fields = readable.flatMap((index) => everyTypeFields[index] ?? []);
      const rows = everyTypeRows(3000).map((row) => readable.map((index) => row[index] ?? null));

      it.each(["zstd", "snappy", "gzip", "uncompressed"] as const)(
        "edge values of every type it has, by %s",
        async (codec) => {
          const file = await write(fields, rows, { codec, pageRows: 600, rowGroupRows: 1500 });
          expect(await spark.read({ files: [file] })).toEqual(asSparkSees(fields, rows));
        },
        120_000,
      );

      it("any table, however it is cut into pages and row groups", async () => {
        const options = fc.record({
          codec: fc.constantFrom("zstd", "snappy"),
          pageRows: fc.integer({ min: 1, max: 300 }),
          rowGroupRows: fc.integer({ min: 1, max: 500 }),
          boundBytes: fc.integer({ min: 1, max: 70 }),
        });
        const tables = arbitraryTable({ maxRows: 300 }).filter(({ fields: all }) =>
          all.every(({ type }) => isSparkType(type)),
        );
        const property = fc.asyncProperty(tables, options, async (table, chosen) => {
          const file = await write(table.fields, table.rows, chosen);
          expect(await spark.read({ files: [file] })).toEqual(asSparkSees(table.fields, table.rows));
        });
        await fc.assert(property, { numRuns: 12, endOnFailure: true });
      }, 120_000);

      it("files without a row", async () => {
        const file = await write(fields, []);
        expect(await spark.read({ files: [file] })).toEqual(asSparkSees(fields, []));
      });

      it("times of day and nanoseconds: these it refuses, in files of any writer", async () => {
        for (const { type, values } of edgeValues.filter(({ type: one }) => !isSparkType(one))) {
          const file = await write(
            [{ name: "v", type, nullable: true }],
            values.map((value) => [value]),
          );
          await expect(spark.read({ files: [file] })).rejects.toThrow("Illegal Parquet type");
        }
      });
    });

    describe("takes days and moments of old", () => {
      it.each(["EXCEPTION", "CORRECTED", "LEGACY"])(
        "for what they are when a file without a word is %s",
        async (mode) => {
          const file = await write(oldFields, oldRows);
          const settings = { "spark.sql.parquet.datetimeRebaseModeInRead": mode };
          expect(await spark.read({ files: [file], settings })).toEqual(asSparkSees(oldFields, oldRows));
        },
      );

      it("for other ones when a file says that they are of the calendar of Spark 2", async () => {
        const file = await write(oldFields, oldRows, { metadata: { "org.apache.spark.version": "2.4.0" } });
        const { rows } = await spark.read({ files: [file] });
        expect(rows).not.toEqual(asSparkSees(oldFields, oldRows).rows);
      });

      it("where a filter asks for one of them, though pages and row groups are skipped by our bounds", async () => {
        const fields: readonly Field[] = [
          { name: "ID", type: { kind: "int64" }, nullable: false },
          ...oldFields,
          { name: "S", type: { kind: "string" }, nullable: true },
          { name: "N", type: { kind: "decimal", precision: 38, scale: 0 }, nullable: true },
        ];
        const rows = oldRows
          .toSorted((a, b) => Number(a[0]) - Number(b[0]))
          .map((row, id): Value[] => [BigInt(id), ...row, `${"é".repeat(70)}${id}`, 10n ** 37n * BigInt(id - 3)]);
        const file = await write(fields, rows, { pageRows: 1, rowGroupRows: 3, boundBytes: 5 });
        for (const [id, text] of [...oldDays.entries()].filter(([at]) => at % 2 === 0)) {
          for (const where of [
            `D = DATE'${text}'`,
            `T = TIMESTAMP'${text} 23:59:59.999999Z'`,
            `W = TIMESTAMP_NTZ'${text} 23:59:59.999999'`,
            `S = '${"é".repeat(70)}${id}'`,
            `N = ${10n ** 37n * BigInt(id - 3)}BD`,
          ]) {
            const found = await spark.read({ files: [file], where });
            expect(
              found.rows.map(([first]) => first),
              where,
            ).toEqual([`${id}`]);
          }
        }
      }, 180_000);
    });

    sparkTables(() => ({ spark, root }));
  },
);
