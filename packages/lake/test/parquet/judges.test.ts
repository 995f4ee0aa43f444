import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arbitraryTable } from "./arbitrary-table.ts";
import { batchesOf, expectSameRows, rowsOf } from "./batches.ts";
import { everyTypeFields, everyTypeRows } from "./every-type.ts";
import { encode, read } from "./files.ts";
import { asDuckDbSees, type DuckDbJudge, openDuckDbJudge } from "./judge-duckdb.ts";
import { readByHyparquet } from "./judge-hyparquet.ts";

let duckdb: DuckDbJudge;
beforeAll(async () => {
  duckdb = await openDuckDbJudge();
});
afterAll(() => duckdb[Symbol.asyncDispose]());

const codecs = ["zstd", "snappy", "gzip", "uncompressed"] as const;

describe("files read alike by us, hyparquet and DuckDB", () => {
  test.each(codecs)("edge values of every type by %s", async (codec) => {
    const rows = everyTypeRows(5000);
    const options = { codec, pageRows: 600, rowGroupRows: 2500 };
    const { bytes } = await encode(everyTypeFields, batchesOf(everyTypeFields, rows, [999]), options);
    expectSameRows(rowsOf(await read(bytes)), rows);
    expectSameRows(await readByHyparquet(bytes, everyTypeFields), rows);
    const came = await duckdb.rows(bytes, everyTypeFields);
    everyTypeFields.forEach(({ name }, column) => {
      const expected = rows.map((row) => asDuckDbSees(everyTypeFields, row)[column]);
      expect(
        came.map((row) => row[column]),
        name,
      ).toStrictEqual(expected);
    });
  });

  test("any table, however it is cut into batches, pages and row groups", async () => {
    const options = fc.record({
      codec: fc.constantFrom(...codecs),
      pageRows: fc.integer({ min: 1, max: 300 }),
      pageBytes: fc.integer({ min: 1, max: 4096 }),
      rowGroupRows: fc.integer({ min: 1, max: 500 }),
      rowGroupBytes: fc.integer({ min: 1, max: 20_000 }),
      dictionary: fc.constantFrom(
        undefined,
        false as const,
        { maxEntries: 5 },
        { probationValues: 10 },
        { maxBytes: 64 },
      ),
      boundBytes: fc.integer({ min: 1, max: 70 }),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });
    const property = fc.asyncProperty(
      arbitraryTable({ maxRows: 400 }),
      options,
      sizes,
      async (table, { dictionary, ...rest }, cuts) => {
        const { fields, rows } = table;
        const chosen = dictionary === undefined ? rest : { ...rest, dictionary };
        const { bytes } = await encode(fields, batchesOf(fields, rows, cuts), chosen);
        const whole = await encode(fields, batchesOf(fields, rows, [rows.length || 1]), chosen);
        expect(Buffer.compare(bytes, whole.bytes)).toBe(0);
        expectSameRows(rowsOf(await read(bytes, { batchRows: cuts[0] ?? 1 })), rows);
        expectSameRows(await readByHyparquet(bytes, fields), rows);
        expectSameRows(
          await duckdb.rows(bytes, fields),
          rows.map((row) => asDuckDbSees(fields, row)),
        );
      },
    );
    await fc.assert(property, { numRuns: 60 });
  }, 120_000);
});
