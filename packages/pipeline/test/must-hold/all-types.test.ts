import { join } from "node:path";
import { dataset, delta, full, table, timestamp } from "@snowmelt/core/definition";
import type { NanosPolicy, OffsetPolicy, SourceTable } from "@snowmelt/core/types";
import { describeTable } from "@snowmelt/snowflake";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_TYPES_STATEMENTS } from "../../../local/src/sample/all-types.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { fromHexFloat, judgesPython, judgeTable } from "./judge-table.ts";

let land: Landscape;
let ALL_TYPES: SourceTable;
beforeAll(async () => {
  land = await openLandscape();
  await land.sql(...ALL_TYPES_STATEMENTS);
  const name = { database: "AVIATION", schema: "PUBLIC", name: "ALL_TYPES" };
  ALL_TYPES = (await describeTable(land.session, name)).table;
}, 120_000);
afterAll(() => land[Symbol.asyncDispose]());

const timestamps = ["NTZ", "NTZ6", "NTZ0", "LTZ", "LTZ3", "TZ", "TZ3"] as const;
/** Those with digits below the microsecond. */
const fine = ["NTZ", "LTZ", "TZ"] as const;
const zoned = ["TZ", "TZ3"] as const;

interface Policies {
  readonly nanos: NanosPolicy;
  readonly offset: OffsetPolicy;
}

const typed = (name: string, { nanos, offset }: Policies) =>
  land.pipeline({
    [name]: dataset({
      source: table(ALL_TYPES),
      sync: full(),
      names: "rename",
      land: delta(),
      columns: Object.fromEntries(timestamps.map((column) => [column, timestamp({ nanos, offset })])),
    }),
  });

const clock = "'YYYY-MM-DD HH24:MI:SS.FF9'";
const asText: Readonly<Record<string, (column: string) => string>> = {
  NTZ: (column) => `TO_VARCHAR(${column}, ${clock})`,
  LTZ: (column) => `TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${column}), ${clock})`,
  TZ: (column) => `TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${column}), ${clock})`,
  D: (column) => `TO_VARCHAR(${column}, 'YYYY-MM-DD')`,
  T: (column) => `TO_VARCHAR(${column}, 'HH24:MI:SS.FF9')`,
  BIN: (column) => `LOWER(TO_VARCHAR(${column}, 'HEX'))`,
  V: (column) => `TO_JSON(${column})`,
  O: (column) => `TO_JSON(${column}::VARIANT)`,
  A: (column) => `TO_JSON(${column}::VARIANT)`,
  VF: (column) => `TO_JSON(TO_ARRAY(${column}))`,
  VI: (column) => `TO_JSON(TO_ARRAY(${column}))`,
  G: (column) => `TO_JSON(ST_ASGEOJSON(${column}))`,
};

/** The doubles of the sample, by row: what no text of a source could prove. */
const doubles = ["1.7976931348623157e308", "-1.7976931348623157e308", null, "NaN", "Infinity", "-Infinity", "5e-324"];

/** What has to be in the lake, in the source's own words. */
async function expectedRows({ nanos, offset }: Policies): Promise<Record<string, string | null>[]> {
  const columns = ALL_TYPES.columns.map(([name]) => name);
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const select = columns.map((name) => (asText[name.replace(/\d+$/, "")] ?? same)(quoted(name)));
  const offsets = zoned.map((name) => `TO_VARCHAR(${name}, 'TZH:TZM')`);
  const rows = await land.rows(`SELECT ${[...select, ...offsets].join(", ")} FROM ALL_TYPES ORDER BY ID`);
  return rows.map((cells, row) => {
    const expected: Record<string, string | null> = {};
    for (const [index, name] of columns.entries()) {
      const cell = cells[index] ?? null;
      const isMoment = timestamps.some((moment) => moment === name);
      expected[renamed[name] ?? name] =
        name === "F" ? (doubles[row] ?? null) : isMoment ? (cell?.slice(0, 26) ?? null) : cell;
      if (nanos === "keep" && fine.some((moment) => moment === name))
        expected[`${name}_nanos`] = cell === null ? null : String(Number(cell.slice(26)));
    }
    if (offset === "keep")
      for (const [index, name] of zoned.entries())
        expected[`${name}_offset_minutes`] = minutesOf(cells[columns.length + index] ?? null);
    return expected;
  });
}

const same = (column: string): string => `${column}::VARCHAR`;
const renamed: Readonly<Record<string, string>> = {
  "mixed Case": "mixed_Case",
  'a "quoted" name; --': 'a_"quoted"_name__--',
  "größe 📏": "größe_📏",
};

function minutesOf(offset: string | null): string | null {
  if (offset === null) return null;
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return String(sign === "-" && total !== 0 ? -total : total);
}

/** The table by the DuckDB of this process, in the judges' text form. */
async function duckRows(path: string, columns: readonly string[]): Promise<Record<string, string | null>[]> {
  const select = columns.map((name) => {
    const column = `"${name.replaceAll('"', '""')}"`;
    if (timestamps.some((moment) => moment === name))
      return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')`;
    return name === "BIN" ? `lower(hex(${column}))` : `${column}::VARCHAR`;
  });
  const rows = await lakeRows(land.lake, path, select.join(", "), "ID");
  return rows.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null])));
}

const doublesAlike = (rows: readonly Record<string, string | null>[]) =>
  rows.map((row) => ({ ...row, F: row.F == null ? null : fromHexFloat(row.F.replace(/inf$/, "Infinity")) }));

const policies: readonly (Policies & { readonly name: string })[] = [
  { name: "kept", nanos: "keep", offset: "keep" },
  { name: "cut", nanos: "truncate", offset: "truncate" },
];

describe("a table of every type", () => {
  test.each(policies)("lands value for value, its nanoseconds and offsets $name", async ({ name, ...policy }) => {
    const { datasets } = await land.run(typed(name, policy));
    expect(datasets.map(({ failure }) => failure)).toEqual([null]);
    const expected = doublesAlike(await expectedRows(policy));
    expect(expected).toHaveLength(7);
    const columns = Object.keys(expected[0] ?? {});
    expect(doublesAlike(await duckRows(`raw/${name}`, columns))).toEqual(expected);
    expect(datasets[0]?.notices.filter(({ code }) => code === "COLUMN_RENAMED")).toHaveLength(3);
  });

  test.skipIf(judgesPython === undefined).each(policies)(
    "is read by delta-rs, pyarrow and DuckDB's delta extension alike, $name (needs SNOWMELT_JUDGES_PYTHON, which `npm test` sets)",
    async ({ name, ...policy }) => {
      const judged = `judged_${name}`;
      await land.run(typed(judged, policy));
      const expected = doublesAlike(await expectedRows(policy));
      const verdict = await judgeTable(join(land.lake, "raw", judged), "ID");
      for (const engine of ["deltalake", "pyarrow", "duckdb"] as const)
        expect(doublesAlike(verdict[engine]), engine).toEqual(expected);
      const names = verdict.columns.map(([column]) => column);
      expect(names.toSorted()).toEqual(Object.keys(expected[0] ?? {}).toSorted());
    },
    120_000,
  );
});

describe("what the lake cannot hold", () => {
  test("is an error by default, that names the column, and nothing lands", async () => {
    const pipeline = land.pipeline({
      strict: dataset({ source: table(ALL_TYPES), sync: full(), names: "rename", land: delta() }),
    });
    const { datasets } = await land.run(pipeline);
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { code: "VALUE_OUT_OF_RANGE", category: "data" } }]);
    expect(datasets[0]?.failure?.message).toMatch(/NTZ.*below the microsecond/s);
    await expect(lakeRows(land.lake, "raw/strict", "1", "1")).rejects.toThrow("there is no table");
  });

  test("an offset is an error where the definition says so, that names the column", async () => {
    const { datasets } = await land.run(typed("no_offset", { nanos: "truncate", offset: "fail" }));
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { code: "VALUE_OUT_OF_RANGE", category: "data" } }]);
    expect(datasets[0]?.failure?.message).toMatch(/TZ.*offset/s);
  });

  test("a name with a space is refused unless renaming is asked for", () => {
    const build = () =>
      land.pipeline({ named: dataset({ source: table(ALL_TYPES), sync: full(), land: delta(), names: "fail" }) });
    expect(build).toThrow(/"mixed Case" holds " ".*rename/s);
  });
});

describe("names that differ by case alone", () => {
  test("are refused, or renamed by a rule that the run tells of", async () => {
    await land.sql(
      'CREATE OR REPLACE TABLE CASED ("id" NUMBER(5,0), "ID" NUMBER(5,0), "Id" VARCHAR, "select" VARCHAR)',
      `INSERT INTO CASED VALUES (1, 10, 'a', 'x'), (2, 20, 'b', NULL)`,
    );
    const CASED = (await describeTable(land.session, { database: "AVIATION", schema: "PUBLIC", name: "CASED" })).table;
    const of = (names: "fail" | "rename") =>
      land.pipeline({ cased: dataset({ source: table(CASED), sync: full(), land: delta(), names }) });
    expect(() => of("fail")).toThrow(/"id" and "ID" and "Id"/);
    const { datasets } = await land.run(of("rename"));
    expect(datasets).toMatchObject([{ outcome: "committed" }]);
    expect(datasets[0]?.notices.map(({ message }) => message)).toEqual([
      'Column "ID" lands as "ID_2".',
      'Column "Id" lands as "Id_3".',
    ]);
    expect(await lakeRows(land.lake, "raw/cased", '"id", "ID_2", "Id_3", "select"', "1")).toEqual([
      ["1", "10", "a", "x"],
      ["2", "20", "b", null],
    ]);
  });
});
