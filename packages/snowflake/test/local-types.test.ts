import { parseSnowflakeColumnType, planLanding, sourceTable, type Value, valueAt } from "@snowmelt/core/types";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import {
  type CursorWindow,
  describeQuery,
  describeTable,
  generateSchema,
  parseSnapshot,
  parseSourceProfile,
  parseWindow,
  planExtract,
  planResultProfile,
  planSnapshot,
  planSourceProfile,
  planWindow,
  rows,
  type SnowflakeSession,
  stream,
} from "../src/index.ts";
import { openSession, runQuery, startSnowflake } from "./local-snowflake.ts";

const hostile = `odd "name"; DROP TABLE x -- 'é😀`;

/** Every type with its edges: an SQL literal and the landed value; the two columns a TIMESTAMP_TZ lands as after one another. */
const columns: readonly {
  name: string;
  type: string;
  cells: readonly (readonly [sql: string, ...landed: Value[]])[];
}[] = [
  {
    name: "N38",
    type: "NUMBER(38,0)",
    cells: [
      ["99999999999999999999999999999999999999", 10n ** 38n - 1n],
      ["-99999999999999999999999999999999999999", 1n - 10n ** 38n],
      ["0", 0n],
      ["NULL", null],
    ],
  },
  {
    name: "N18",
    type: "NUMBER(18,0)",
    cells: [
      ["999999999999999999", 10n ** 18n - 1n],
      ["-999999999999999999", 1n - 10n ** 18n],
      ["-1", -1n],
      ["NULL", null],
    ],
  },
  {
    name: "N9_2",
    type: "NUMBER(9,2)",
    cells: [
      ["1234567.89", 123456789],
      ["-0.01", -1],
      ["0.5", 50],
      ["NULL", null],
    ],
  },
  {
    name: "N38_37",
    type: "NUMBER(38,37)",
    cells: [
      ["9.9999999999999999999999999999999999999", 10n ** 38n - 1n],
      ["-0.0000000000000000000000000000000000001", -1n],
      ["1", 10n ** 37n],
      ["NULL", null],
    ],
  },
  {
    name: "F",
    type: "FLOAT",
    cells: [
      ["'NaN'::FLOAT", Number.NaN],
      ["'-inf'::FLOAT", Number.NEGATIVE_INFINITY],
      ["0.1::FLOAT + 0.2::FLOAT", 0.1 + 0.2],
      ["NULL", null],
    ],
  },
  {
    name: "B",
    type: "BOOLEAN",
    cells: [
      ["TRUE", true],
      ["FALSE", false],
      ["TRUE", true],
      ["NULL", null],
    ],
  },
  {
    name: hostile,
    type: "VARCHAR(1000)",
    cells: [
      ["''", ""],
      ["'NULL'", "NULL"],
      [`'a"b\\\\c''d\\n\\t é 😀'`, `a"b\\c'd\n\t é 😀`],
      ["NULL", null],
    ],
  },
  {
    name: "BI",
    type: "BINARY(100)",
    cells: [
      ["TO_BINARY('')", new Uint8Array()],
      ["TO_BINARY('00FFAB')", Uint8Array.of(0, 255, 171)],
      ["TO_BINARY('DEADBEEF')", Uint8Array.of(0xde, 0xad, 0xbe, 0xef)],
      ["NULL", null],
    ],
  },
  {
    name: "D",
    type: "DATE",
    cells: [
      ["'0001-01-01'::DATE", -719_162],
      ["'9999-12-31'::DATE", 2_932_896],
      ["'1969-12-31'::DATE", -1],
      ["NULL", null],
    ],
  },
  {
    name: "TI",
    type: "TIME(9)",
    cells: [
      ["'00:00:00'::TIME(9)", "00:00:00.000000000"],
      ["'23:59:59.999999999'::TIME(9)", "23:59:59.999999999"],
      ["'12:34:56.7'::TIME(9)", "12:34:56.700000000"],
      ["NULL", null],
    ],
  },
  {
    name: "TI6",
    type: "TIME(6)",
    cells: [
      ["'12:34:56.1'", "12:34:56.100000000"],
      ["'23:59:59.999999'::TIME(6)", "23:59:59.999999000"],
      ["'00:00:00.000001'::TIME(9)", "00:00:00.000001000"],
      ["NULL", null],
    ],
  },
  {
    name: "NTZ",
    type: "TIMESTAMP_NTZ(9)",
    cells: [
      ["'0001-01-01 00:00:00'::TIMESTAMP_NTZ(9)", -62_135_596_800_000_000n],
      ["'9999-12-31 23:59:59.999999'::TIMESTAMP_NTZ(9)", 253_402_300_799_999_999n],
      ["'1969-12-31 23:59:59.999999'::TIMESTAMP_NTZ(9)", -1n],
      ["NULL", null],
    ],
  },
  {
    name: "LTZ",
    type: "TIMESTAMP_LTZ(9)",
    cells: [
      ["'2026-01-01 02:00:00.000001 +02:00'::TIMESTAMP_LTZ(9)", 1_767_225_600_000_001n],
      ["'1900-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ(9)", -2_208_988_800_000_000n],
      ["'1970-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ(9)", 0n],
      ["NULL", null],
    ],
  },
  {
    name: "TZ",
    type: "TIMESTAMP_TZ(9)",
    cells: [
      ["'2026-01-01 00:00:00 +05:30'::TIMESTAMP_TZ(9)", 1_767_205_800_000_000n, 330],
      ["'2026-01-01 00:00:00 -03:30'::TIMESTAMP_TZ(9)", 1_767_238_200_000_000n, -210],
      ["'2026-01-01 00:00:00 +00:00'::TIMESTAMP_TZ(9)", 1_767_225_600_000_000n, 0],
      ["NULL", null, null],
    ],
  },
  {
    name: "V",
    type: "VARIANT",
    cells: [
      ["PARSE_JSON('12345678901234567890.5')", "12345678901234567890.5"],
      ["PARSE_JSON('null')", "null"],
      [`PARSE_JSON('{"a":[1,"x",null]}')`, '{"a":[1,"x",null]}'],
      ["NULL", null],
    ],
  },
  {
    name: "O",
    type: "OBJECT",
    cells: [
      ["OBJECT_CONSTRUCT('k', 1)", '{"k":1}'],
      ["OBJECT_CONSTRUCT()", "{}"],
      ["OBJECT_CONSTRUCT('a b', 'é')", '{"a b":"é"}'],
      ["NULL", null],
    ],
  },
  {
    name: "A",
    type: "ARRAY",
    cells: [
      ["ARRAY_CONSTRUCT(1, 'x')", '[1,"x"]'],
      ["ARRAY_CONSTRUCT()", "[]"],
      ["ARRAY_CONSTRUCT(TRUE)", "[true]"],
      ["NULL", null],
    ],
  },
  {
    name: "select",
    type: "NUMBER(4,0)",
    cells: [
      ["1", 1n],
      ["2", 2n],
      ["3", 3n],
      ["4", 4n],
    ],
  },
];

let server: LocalSnowflake;
let session: SnowflakeSession;
let table: { database: string; schema: string; name: string };
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

beforeAll(async () => {
  server = await startSnowflake();
  session = await openSession(server);
  table = { database: server.database, schema: server.schema, name: "Every type" };
  const definitions = columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(", ");
  await session.query(`CREATE TABLE ${quoted(table.name)} (${definitions}) COMMENT = 'it''s all'`);
  for (let row = 0; row < 4; row++) {
    const cells = columns.map(({ cells }) => cells[row]?.[0]);
    await session.query(`INSERT INTO ${quoted(table.name)} SELECT ${cells.join(", ")}`);
  }
}, 120_000);

afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
});

async function readAll(window?: CursorWindow, atMicros?: bigint) {
  const { table: live } = await describeTable(session, table);
  const landed = planLanding(live.columns, {}, "delta");
  const plan = planExtract({ source: { table }, landed, window, atMicros });
  const found: Value[][] = [];
  const queryId = await runQuery(session, plan.sql);
  for await (const { batch } of stream(session, { queryId, plan })) {
    for (let row = 0; row < batch.rowCount; row++) {
      found.push(
        batch.fields.map(({ type }, index) => {
          const vector = batch.columns[index];
          return vector ? valueAt(type, vector, row) : null;
        }),
      );
    }
  }
  const place = plan.fields.findIndex(({ name }) => name === "select");
  return found.sort((a, b) => Number(a[place]) - Number(b[place]));
}

describe("every type of Snowflake", () => {
  it("lands exactly, value for value", async () => {
    const expected = [0, 1, 2, 3].map((row) => columns.flatMap(({ cells }) => (cells[row] ?? []).slice(1)));
    expect(await readAll()).toEqual(expected);
  });

  it("leaves nothing to a conversion of the driver's: each result column is text", async () => {
    const { table: live } = await describeTable(session, table);
    const { sql } = planExtract({ source: { table }, landed: planLanding(live.columns, {}, "delta") });
    expect(new Set((await session.describe(sql)).map(({ type }) => type))).toEqual(new Set(["text"]));
  });

  it("fails for digits below the microsecond, naming column, row and value, unless a policy says otherwise", async () => {
    const query = "SELECT '2026-01-01 00:00:00.123456789'::TIMESTAMP_NTZ(9) AS T";
    const read = async (nanos?: "keep") => {
      const { columns } = await describeQuery(session, query);
      const landed = planLanding(columns, nanos ? { T: { kind: "timestamp", nanos } } : {}, "delta");
      const plan = planExtract({ source: { query }, landed });
      const queryId = await runQuery(session, plan.sql);
      const values: unknown[] = [];
      for await (const { batch } of stream(session, { queryId, plan })) {
        for (const [index, vector] of batch.columns.entries()) {
          const type = batch.fields[index]?.type;
          if (type) values.push(valueAt(type, vector, 0));
        }
      }
      return values;
    };
    await expect(read()).rejects.toThrow(/Column "T", row 0: "2026-01-01T00:00:00.123456789"/);
    expect(await read("keep")).toEqual([1_767_225_600_123_456n, 789]);
  });
});

describe("describing", () => {
  it("gives a table's columns in Snowflake's words, and its facts", async () => {
    const described = await describeTable(session, table);
    expect(described.table.columns.map(([name, type]) => [name, type])).toEqual(
      columns.map(({ name, type }) => [name, type]),
    );
    expect(described).toMatchObject({ objectKind: "BASE TABLE", rowCount: 4n, comment: "it's all", retentionDays: 1 });
    expect(described.lastAlteredMicros).toBeGreaterThan(1_600_000_000_000_000n);
  });

  it("gives a view's columns, and no time travel", async () => {
    await session.query(`CREATE VIEW SOME_VIEW AS SELECT N18, B FROM ${quoted(table.name)}`);
    const described = await describeTable(session, { ...table, name: "SOME_VIEW" });
    expect(described.table).toMatchObject({
      kind: "view",
      columns: [
        ["N18", "NUMBER(18,0)"],
        ["B", "BOOLEAN"],
      ],
    });
    expect(described).toMatchObject({ objectKind: "VIEW", retentionDays: 0 });
  });

  it("gives a query's columns without running it, and refuses two of one name", async () => {
    const { columns } = await describeQuery(session, "SELECT 1::NUMBER(5,2) AS A, 'x' AS B, CURRENT_DATE() AS C;");
    expect(columns.map(([name, type]) => [name, parseSnowflakeColumnType(type).type.kind])).toEqual([
      ["A", "number"],
      ["B", "text"],
      ["C", "date"],
    ]);
    await expect(describeQuery(session, "SELECT 1 AS A, 2 AS A")).rejects.toThrow(/two columns named "A"/);
  });

  it("names what is missing and names like it", async () => {
    const missing = (change: Partial<typeof table>) => describeTable(session, { ...table, ...change });
    await expect(missing({ name: "EVERY TYPES" })).rejects.toThrow(/Did you mean "Every type"\?/);
    await expect(missing({ schema: "PUBLIK" })).rejects.toThrow(/no schema "PUBLIK".*Did you mean "PUBLIC"/);
    await expect(missing({ database: "AVIATON" })).rejects.toThrow(/no database "AVIATON".*Did you mean "AVIATION"/);
    await expect(describeQuery(session, "SELECT NO_COLUMN FROM SOME_VIEW")).rejects.toMatchObject({
      code: "OBJECT_NOT_FOUND",
    });
  });

  it("writes the same schema file for the same schema", async () => {
    const described = [
      await describeTable(session, table),
      await describeTable(session, { ...table, name: "SOME_VIEW" }),
    ];
    const file = generateSchema(described.map(({ table }) => table));
    expect(generateSchema(described.map(({ table }) => table).reverse())).toBe(file);
    expect(file).toContain("export const Every_type = sourceTable({");
    expect(file).toContain(`    [${JSON.stringify(hostile)}, "VARCHAR(1000)"],`);
  });
});

describe("windows and profiles", () => {
  it("take a shared snapshot, and see the table as it was then", async () => {
    await session.query("CREATE TABLE MOVING (ID NUMBER(10,0), AT TIMESTAMP_TZ(9))");
    await session.query("INSERT INTO MOVING SELECT 1, '2020-01-01 00:00:00 +00:00'");
    const atMicros = parseSnapshot((await session.query(planSnapshot().sql)).rows);
    await session.query("INSERT INTO MOVING SELECT 2, '2020-01-02 00:00:00 +00:00'");
    const source = { table: { ...table, name: "MOVING" } };
    const cursor = { column: "ID", type: { kind: "number", precision: 10, scale: 0 } } as const;
    const facts = async (at?: bigint) => {
      const input = { source, cursor, lagMicros: 0n, atMicros: at };
      return parseWindow((await session.query(planWindow(input).sql)).rows, input);
    };
    expect(await facts(atMicros)).toMatchObject({ snapshotMicros: atMicros, rowCount: 1n, hi: { digits: "1" } });
    expect(await facts()).toMatchObject({ rowCount: 2n, hi: { digits: "2" } });
  });

  it("say of a stored result what they say of its source", async () => {
    const { table: live } = await describeTable(session, table);
    const landed = planLanding(live.columns, {}, "delta");
    const ofSource = planSourceProfile({ source: { table }, landed, level: "full" });
    const expected = parseSourceProfile((await session.query(ofSource.sql)).rows, ofSource);
    const queryId = await runQuery(session, planExtract({ source: { table }, landed }).sql);
    const plan = planResultProfile({ queryId, landed, level: "full" });
    const profile = parseSourceProfile((await session.query(plan.sql)).rows, plan);
    expect(profile.rowCount).toBe(expected.rowCount);
    expect(profile.columns.map(({ field }) => field)).toEqual(expected.columns.map(({ field }) => field));
    for (const [index, column] of profile.columns.entries()) expect(expected.columns[index]).toMatchObject(column);
    const asked = new Map(profile.columns.map((column) => [column.field, Object.keys(column)]));
    expect(asked.get("N18")).toEqual(["field", "valueCount", "sum", "min", "max"]);
    expect(asked.get("D")).toEqual(["field", "valueCount", "min", "max"]);
    expect(asked.get("BI")).toEqual(["field", "valueCount", "length"]);
  });

  it("say of the source what the landed rows say of themselves", async () => {
    const { table: live } = await describeTable(session, table);
    const landed = planLanding(live.columns, {}, "delta");
    const plan = planSourceProfile({ source: { table }, landed, level: "full" });
    const profile = parseSourceProfile((await session.query(plan.sql)).rows, plan);
    const rows = await readAll();
    expect(profile.rowCount).toBe(BigInt(rows.length));
    for (const column of profile.columns) {
      const index = landed.findIndex(({ field }) => field.name === column.field);
      const values = rows.map((row) => row[index]).filter((value) => value !== null && value !== undefined);
      expect([column.field, column.valueCount]).toEqual([column.field, BigInt(values.length)]);
      if (column.field === "N18")
        expect(column).toMatchObject({ sum: "-1", min: 1n - 10n ** 18n, max: 10n ** 18n - 1n });
      if (column.field === "D") expect(column).toMatchObject({ min: -719_162, max: 2_932_896 });
      if (column.field === "B") expect(column).toMatchObject({ min: false, max: true });
      if (column.field === "BI") expect(column.length).toBe(7n);
    }
    expect(profile.columns.map(({ field }) => field)).not.toContain("TZ_offset_minutes");
  });
});

describe("rows", () => {
  it("come typed by the schema, exact", async () => {
    const SMALL = sourceTable({
      kind: "table",
      database: "AVIATION",
      schema: "PUBLIC",
      name: "SMALL",
      columns: [
        ["ID", "NUMBER(38,0) NOT NULL"],
        ["N", "NUMBER(9,0)"],
        ["PRICE", "NUMBER(10,2)"],
        ["AT", "TIMESTAMP_TZ(9)"],
        ["NAME", "VARCHAR(10)"],
      ],
    });
    await session.query(
      "CREATE TABLE SMALL (ID NUMBER(38,0) NOT NULL, N NUMBER(9,0), PRICE NUMBER(10,2), AT TIMESTAMP_TZ(9), NAME VARCHAR(10))",
    );
    await session.query(
      "INSERT INTO SMALL SELECT 12345678901234567890, 7, 1.5, '2026-01-01 00:00:00.123456789 +01:00', 'x'",
    );
    for await (const row of rows(session, { table: SMALL, requestId: crypto.randomUUID() })) {
      expectTypeOf(row.ID).toEqualTypeOf<bigint>();
      expectTypeOf(row.N).toEqualTypeOf<number | null>();
      expectTypeOf(row.PRICE).toEqualTypeOf<string | null>();
      expectTypeOf(row.AT).toEqualTypeOf<string | null>();
      expect(row).toEqual({
        ID: 12345678901234567890n,
        N: 7,
        PRICE: "1.50",
        AT: "2026-01-01T00:00:00.123456789+01:00",
        NAME: "x",
      });
    }
  });
});
