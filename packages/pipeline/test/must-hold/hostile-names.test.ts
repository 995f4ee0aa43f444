import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { dataset, delta, full, identity, incremental, integer, query, table } from "@snowmelt/core/definition";
import { columnValues, isComplete, isUnique } from "@snowmelt/core/quality";
import type { SourceColumn, SourceTable } from "@snowmelt/core/types";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const hostile = [
  "__proto__",
  "constructor",
  "toString",
  "select",
  "123",
  "1e5",
  " ",
  "a b",
  '"',
  '""; DROP TABLE X; --',
  "'; DROP TABLE X; --",
  "/* comment */",
  "-- comment",
  "a;b",
  "$$",
  "$1",
  ":1",
  "?",
  "{{x}}",
  "a.b",
  "../..",
  "a/b\\c",
  "%s%n",
  "größe",
  "名前",
  "😀👩‍👩‍👧",
  "a\tb",
  "\u202eevil",
  "NULL",
  "x".repeat(255),
  "é".repeat(255),
];
const hostileTexts = [
  "",
  " ",
  "NULL",
  "null",
  "undefined",
  "'; DROP TABLE X; --",
  "' OR '1'='1",
  '"quoted"',
  "back\\slash \\n \\u0041",
  "line\nbreak\r\n",
  "\u0000",
  "a\u0000b",
  "\u0001\u001f\u007f",
  "\ufeffbom",
  "\ufffd",
  "😀👩‍👩‍👧",
  "e\u0301 é",
  "</script><script>alert(1)</script>",
  "$ {x} {{y}} %s :1 ?",
  "z".repeat(100_000),
];

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const anyName = fc.oneof(
  fc.constantFrom(...hostile),
  fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(..."\"';-/*\\$.`[]{}() \t"),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 20,
    })
    .filter((name) => name.length <= 255 && !name.includes("\u0000")),
);
const anyText = fc.option(fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: "grapheme", maxLength: 30 })), {
  nil: null,
});

interface HostileTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const anyTable: fc.Arbitrary<HostileTable> = fc
  .tuple(anyName, anyName, fc.uniqueArray(anyName, { minLength: 1, maxLength: 5 }))
  .chain(([schema, name, columns]) =>
    fc
      .array(fc.tuple(...columns.map(() => anyText)), { minLength: 1, maxLength: 8 })
      .map((rows) => ({ schema, name, columns, rows })),
  );

async function create({ schema, name, columns, rows }: HostileTable): Promise<SourceTable> {
  const path = `AVIATION.${quoted(schema)}.${quoted(name)}`;
  await land.sql(`CREATE SCHEMA IF NOT EXISTS AVIATION.${quoted(schema)}`);
  await land.sql(
    `CREATE OR REPLACE TABLE ${path} (ROW_NUMBER_ NUMBER(10,0), ${columns.map((column) => `${quoted(column)} VARCHAR`).join(", ")})`,
  );
  for (const [index, row] of rows.entries())
    await land.session.query(`INSERT INTO ${path} SELECT ?, ${row.map(() => "?").join(", ")}`, [String(index), ...row]);
  const types = columns.map((column): SourceColumn => [column, "VARCHAR(16777216)"]);
  return { kind: "table", database: "AVIATION", schema, name, columns: [["ROW_NUMBER_", "NUMBER(10,0)"], ...types] };
}

/** As bytes, since DuckDB's binding leaves out a byte order mark. */
async function landed(path: string, columns: readonly string[]): Promise<(string | null)[][]> {
  const select = columns.map((column) => `hex(${quoted(column)})`).join(", ");
  const rows = await lakeRows(land.lake, path, select, "ROW_NUMBER_");
  return rows.map((row) => row.map(textOf));
}

const textOf = (hex: string | null): string | null => (hex === null ? null : Buffer.from(hex, "hex").toString("utf8"));

describe("hostile names and values", () => {
  test("land exactly as they are at the source, whatever schema, table, columns and texts are", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(anyTable, async (hostileTable) => {
        runs++;
        const source = await create(hostileTable);
        const pipeline = land.pipeline({
          [`any_${runs}`]: dataset({ source: table(source), sync: full(), land: delta(), names: "rename" }),
        });
        const { datasets } = await land.run(pipeline);
        expect(datasets.map(({ failure }) => failure)).toEqual([null]);
        const renames = new Map(
          datasets[0]?.notices
            .filter(({ code }) => code === "COLUMN_RENAMED")
            .map(({ message }) => /^Column (".*") lands as (".*")\.$/s.exec(message) ?? [])
            .map(([, from = '""', to = '""']) => [JSON.parse(from) as string, JSON.parse(to) as string]),
        );
        const names = hostileTable.columns.map((column) => renames.get(column) ?? column);
        expect(await landed(`raw/any_${runs}`, names)).toEqual(hostileTable.rows);
      }),
      {
        numRuns: 12,
        examples: [
          [
            {
              schema: '"; DROP SCHEMA PUBLIC; --',
              name: "'/*",
              columns: ["__proto__", "constructor", '""'],
              rows: [["1", "2", "3"]],
            },
          ],
          [
            {
              schema: "x".repeat(255),
              name: "😀".repeat(127),
              columns: ["n".repeat(255), "N".repeat(255)],
              rows: [["1", null]],
            },
          ],
          [{ schema: "PUBLIC", name: "t", columns: ["v"], rows: hostileTexts.map((text) => [text]) }],
        ],
      },
    );
    const rows = await land.rows(
      "SELECT COUNT(*)::VARCHAR FROM AVIATION.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = 'PUBLIC'",
    );
    expect(rows).toEqual([["1"]]);
  }, 240_000);

  test("go through key, cursor, partition, rules and a merge", async () => {
    const [key, cursor, part, text] = ['k"; --', "__proto__", "p' /*é", "constructor"] as const;
    const path = `AVIATION.PUBLIC.${quoted("merged ' table")}`;
    await land.sql(
      `CREATE OR REPLACE TABLE ${path} (${quoted(key)} VARCHAR NOT NULL, ${quoted(cursor)} NUMBER(18,0), ${quoted(part)} VARCHAR, ${quoted(text)} VARCHAR)`,
    );
    const put = (...cells: (string | null)[]) => land.session.query(`INSERT INTO ${path} SELECT ?, ?, ?, ?`, cells);
    for (const [index, value] of hostileTexts.slice(0, 19).entries())
      await put(value, "1", hostileTexts[1 + (index % 9)] ?? "", value);
    await put("x".repeat(30_000), "1", null, "null partition");
    const source: SourceTable = {
      kind: "table",
      database: "AVIATION",
      schema: "PUBLIC",
      name: "merged ' table",
      columns: [
        [key, "VARCHAR(16777216) NOT NULL"],
        [cursor, "NUMBER(18,0)"],
        [part, "VARCHAR(16777216)"],
        [text, "VARCHAR(16777216)"],
      ],
    };
    const pipeline = land.pipeline({
      merged: dataset({
        source: table(source),
        key: [key],
        sync: incremental({ cursor, deletes: "ignore" }),
        columns: Object.fromEntries([[cursor, integer()]]),
        land: delta({ partitionBy: [identity(part)] }),
        quality: [isUnique(key), isComplete(text), columnValues(cursor, ">", 0)],
        names: "rename",
      }),
    });
    const first = await land.run(pipeline);
    expect(first.datasets).toMatchObject([{ outcome: "committed", failure: null, counts: { inserted: 20 } }]);
    await land.session.query(`UPDATE ${path} SET ${quoted(text)} = ?, ${quoted(cursor)} = 2 WHERE ${quoted(key)} = ?`, [
      "'changed\\",
      "' OR '1'='1",
    ]);
    await put("new '", "2", "p/=%", "added");
    const second = await land.run(pipeline);
    expect(second.datasets).toMatchObject([
      { outcome: "committed", counts: { inserted: 1, updated: 1, rowsAfter: 21 } },
    ]);

    const names = ['k"__--', cursor, "p'_/*é", text];
    const sorted = (rows: (string | null)[][]) => rows.map((row) => JSON.stringify(row)).toSorted();
    const inLake = await partitionedRows("raw/merged", names);
    const atSource = await land.rows(
      `SELECT ${[key, cursor, part, text].map((name) => `${quoted(name)}::VARCHAR`).join(", ")} FROM ${path}`,
    );
    expect(sorted(inLake)).toEqual(sorted(atSource));
  }, 120_000);

  test("a query is sent as it was written, quotes and comments in it", async () => {
    await land.sql(`CREATE OR REPLACE TABLE AVIATION.PUBLIC.ASKED AS SELECT 1::NUMBER(5,0) AS A, 'x;--' AS B`);
    const source = query({
      name: "asked",
      sql: `SELECT A, B /* ' " ; */ FROM AVIATION.PUBLIC.ASKED -- the end ' "`,
      columns: [
        ["A", "NUMBER(5,0)"],
        ["B", "VARCHAR(16777216)"],
      ],
    });
    const { datasets } = await land.run(land.pipeline({ asked: dataset({ source, sync: full(), land: delta() }) }));
    expect(datasets.map(({ failure }) => failure)).toEqual([null]);
    expect(await lakeRows(land.lake, "raw/asked", "A, B", "A")).toEqual([["1", "x;--"]]);
  });

  test.each(["../x", "a b", "a;b", "__proto__", "x".repeat(64), ""])("a dataset is not called %j", (name) => {
    const source = query({ name: "q", sql: "SELECT 1 AS A", columns: [["A", "NUMBER(1,0)"]] });
    const datasets = Object.fromEntries([[name, dataset({ source, sync: full(), land: delta() })]]);
    expect(() => land.pipeline(datasets)).toThrow(/dataset/);
  });
});

/** Rows of a table whose partition values are in its log alone. */
async function partitionedRows(path: string, columns: readonly string[]): Promise<(string | null)[][]> {
  const snapshot = await readSnapshot({ store: openFileStore(land.lake), path });
  const rows: (string | null)[][] = [];
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const [file, { partitionValues }] of snapshot?.files ?? []) {
    const select = columns.map((name) => {
      if (!Object.hasOwn(partitionValues, name)) return `hex(${quoted(name)}::VARCHAR)`;
      const value = partitionValues[name];
      return value == null ? "NULL" : `'${Buffer.from(value).toString("hex")}'`;
    });
    const parquet = join(land.lake, path, file).replaceAll("'", "''");
    const result = await connection.runAndReadAll(
      `SELECT ${select.join(", ")} FROM read_parquet('${parquet}', hive_partitioning = false)`,
    );
    for (const row of result.getRowsJson()) rows.push(row.map((cell) => textOf(cell === null ? null : String(cell))));
  }
  connection.closeSync();
  instance.closeSync();
  return rows;
}
