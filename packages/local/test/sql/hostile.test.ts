import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const character = fc.constantFrom(..."\"'`;-/*\\%_.:?$ \n\t()[]{}aZ0é❄", "😀", "SELECT ");
const hostile = fc.array(character, { minLength: 1, maxLength: 20 }).map((parts) => parts.join(""));
const long = fc.constantFrom("x".repeat(255), '"'.repeat(255), "😀".repeat(100));

it("keeps any name and any value through DDL, DML, catalog and query", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostile, long), fc.oneof(hostile, long), hostile, async (table, column, value) => {
      const [t, c] = [quote(table), quote(column)];
      await test.run(
        `CREATE OR REPLACE TABLE ${t} (${c} VARCHAR, ID INT)`,
        `INSERT INTO ${t} (${c}, ID) VALUES (${text(value)}, 1)`,
      );
      const answer = await test.ask(`SELECT ${t}.${c} FROM ${t} WHERE ${c} = ${text(value)}`);
      expect(answer.columns[0]?.name).toBe(column);
      expect(answer.rows).toEqual([[value]]);
      expect(await test.rows(`SELECT ?`, { binds: { "1": { type: "TEXT", value } } })).toEqual([[value]]);
      expect((await test.rows(`DESCRIBE TABLE ${t}`)).map(([name]) => name)).toEqual([column, "ID"]);
      expect(
        await test.cell(
          `SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = ${text(table)} AND ORDINAL_POSITION = 1`,
        ),
      ).toBe(column);
      await test.run(`DROP TABLE ${t}`);
    }),
    { numRuns: 40 },
  );
}, 120_000);

it("tells names apart by case, when quoted", async () => {
  await test.run('CREATE TABLE CASES ("a" INT, A INT, "A b" INT)', "INSERT INTO CASES VALUES (1, 2, 3)");
  expect(await test.rows('SELECT "a", a, A, "A", "A b" FROM cases')).toEqual([["1", "2", "2", "2", "3"]]);
  expect((await test.failure('SELECT "Cases"."a" FROM CASES')).code).toBe("000904");
});

it("prints any FLOAT so that its text reads back as itself", async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
      const shown = await test.cell("SELECT TO_VARCHAR(?, 'TME')", {
        binds: { "1": { type: "REAL", value: String(value) } },
      });
      expect(Number(shown)).toBe(value === 0 ? 0 : value);
    }),
    { numRuns: 60 },
  );
});

it("prints any moment exactly", async () => {
  const nanos = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n });
  await fc.assert(
    fc.asyncProperty(nanos, async (value) => {
      const [row] = await test.rows(
        "SELECT DATE_PART(epoch_nanosecond, x), TO_VARCHAR(x, 'YYYY-MM-DD HH24:MI:SS.FF9')::TIMESTAMP_NTZ = x FROM (SELECT ? AS x)",
        { binds: { "1": { type: "TIMESTAMP_NTZ", value: String(value) } } },
      );
      expect(row).toEqual([String(value), "1"]);
    }),
    { numRuns: 60 },
  );
});
