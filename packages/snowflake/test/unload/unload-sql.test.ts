import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  type ColumnOverride,
  type LandedColumn,
  parseSnowflakeColumnType,
  planLanding,
  type SourceColumn,
  snowflakeTypeText,
  type Value,
  valueAt,
} from "@snowmelt/core/types";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_TYPES_STATEMENTS } from "../../../local/src/sample/all-types.ts";
import {
  describeTable,
  type ExtractSource,
  planExtract,
  planUnload,
  quotePath,
  type SnowflakeSession,
  stream,
} from "../../src/index.ts";
import { translateGuard } from "../../src/unload/unload-guard.ts";
import { openSession, runQuery, startSnowflake } from "../local-snowflake.ts";

let server: LocalSnowflake;
let session: SnowflakeSession;
beforeAll(async () => {
  server = await startSnowflake();
  session = await openSession(server);
  await session.query("CREATE DATABASE IF NOT EXISTS AVIATION");
  for (const statement of ALL_TYPES_STATEMENTS) await session.query(statement);
}, 120_000);
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
});

const allTypes = { database: "AVIATION", schema: "PUBLIC", name: "ALL_TYPES" };
const stage = { database: "AVIATION", schema: "PUBLIC", name: "LANDING" };

/** The SELECT inside the COPY INTO, as a table of its own. */
async function unloadedTable(source: ExtractSource, landed: readonly LandedColumn[]) {
  const { sql } = planUnload({ source, landed, stage, folder: "t/data/run=1/" });
  const [, select = ""] = /FROM \(\n([\s\S]*)\n\)\nFILE_FORMAT/.exec(sql) ?? [];
  const name = {
    database: server.database,
    schema: server.schema,
    name: `U${crypto.randomUUID().replaceAll("-", "")}`,
  };
  await session.query(`CREATE TABLE ${quotePath(name.database, name.schema, name.name)} AS ${select}`);
  return name;
}

/** The rows of a table as they are landed from a stream, as `landed` says. */
async function streamed(source: ExtractSource, landed: readonly LandedColumn[], order: string): Promise<Value[][]> {
  const plan = planExtract({ source, landed });
  const queryId = await runQuery(session, `${plan.sql}\nORDER BY s.${order}`);
  const rows: Value[][] = [];
  for await (const { batch } of stream(session, { queryId, plan })) {
    for (let row = 0; row < batch.rowCount; row++) {
      rows.push(batch.columns.map((vector, at) => valueAt(plan.fields[at]?.type ?? { kind: "binary" }, vector, row)));
    }
  }
  return rows;
}

/** How the columns that an unload selects have to be read, so that each is the landed one: by their plain values. */
function asSelected(landed: readonly LandedColumn[], types: ReadonlyMap<string, LandedColumn["sourceType"]>) {
  return landed.map(({ field }): LandedColumn => {
    const sourceType = types.get(field.name) ?? { kind: "boolean" };
    const isTime = field.type.kind === "timestamp" || field.type.kind === "time";
    const part: LandedColumn["part"] = isTime ? { kind: "micros", nanos: "fail", offset: "fail" } : { kind: "value" };
    // The decoder reads whole numbers of 32 bits from no source; 64 bits hold them.
    const type = field.type.kind === "int32" ? ({ kind: "int64" } as const) : field.type;
    return { field: { ...field, type }, source: field.name, sourceType, part };
  });
}

async function bothRoutes(
  columns: readonly SourceColumn[],
  overrides: Readonly<Record<string, ColumnOverride>>,
  source = allTypes,
) {
  const landed = planLanding(columns, overrides, "delta");
  const name = await unloadedTable({ table: source }, landed);
  const {
    table: { columns: found },
  } = await describeTable(session, name);
  const types = new Map(found.map(([column, type]) => [column, parseSnowflakeColumnType(type).type]));
  const unloaded = await streamed({ table: name }, asSelected(landed, types), '"ID"');
  const direct = await streamed({ table: source }, landed, "ID");
  return { landed, types, unloaded, direct: direct.map((row) => row.map((value, at) => widened(landed[at], value))) };
}

const widened = (column: LandedColumn | undefined, value: Value): Value =>
  column?.field.type.kind === "int32" && typeof value === "number" ? BigInt(value) : value;

/** The first column's text, whatever it is landed as. */
const asTexts = (landed: readonly LandedColumn[]): LandedColumn[] =>
  landed.slice(0, 1).map(({ field }) => ({
    field: { ...field, type: { kind: "string" } },
    source: field.name,
    sourceType: { kind: "boolean" },
    part: { kind: "text" },
  }));

const timestamps = ["NTZ", "NTZ6", "NTZ0", "LTZ", "LTZ3", "TZ", "TZ3"];

describe("the SELECT of an unload", () => {
  it.each(["keep", "truncate"] as const)(
    "gives every value of every type as a stream lands it, nanoseconds: %s",
    async (nanos) => {
      const {
        table: { columns },
      } = await describeTable(session, allTypes);
      const overrides = Object.fromEntries(timestamps.map((name) => [name, { kind: "timestamp", nanos } as const]));
      const { landed, types, unloaded, direct } = await bothRoutes(columns, overrides);
      expect(unloaded).toEqual(direct);
      expect(unloaded).toHaveLength(7);
      for (const { field } of landed) {
        const found = types.get(field.name);
        const text = found && snowflakeTypeText(found);
        if (field.type.kind === "decimal") expect(text).toBe(`NUMBER(${field.type.precision},${field.type.scale})`);
        if (field.type.kind === "timestamp") expect(text).toBe("TIMESTAMP_NTZ(6)");
        if (field.type.kind === "int64" || field.type.kind === "int32") expect(text).toBe("NUMBER(38,0)");
      }
    },
  );

  it("gives any type's text as a stream lands it", async () => {
    const {
      table: { columns },
    } = await describeTable(session, allTypes);
    const overrides = Object.fromEntries(
      columns.flatMap(([name]) => (name === "ID" ? [] : [[name, { kind: "text" } as const]])),
    );
    const { unloaded, direct } = await bothRoutes(columns, overrides);
    expect(unloaded).toEqual(direct);
  });

  it("lets through what fits, to the last digit, when it is guarded", async () => {
    await session.query(
      "CREATE OR REPLACE TABLE AVIATION.PUBLIC.FITTING (ID NUMBER(18,0), I NUMBER(38,0), J NUMBER(38,10), D NUMBER(38,4), NTZ TIMESTAMP_NTZ(9), LTZ TIMESTAMP_LTZ(9), TZ TIMESTAMP_TZ(9))",
    );
    for (const row of [
      "1, 9223372036854775807, 9223372036854775807, 999999.99, '9999-12-31 23:59:59.999999'::TIMESTAMP_NTZ, '9999-12-31 23:59:59.999999 +00:00'::TIMESTAMP_LTZ, '9999-12-31 23:59:59.999999 +00:00'::TIMESTAMP_TZ",
      "2, -9223372036854775808, -9223372036854775808, -999999.99, '0001-01-01 00:00:00'::TIMESTAMP_NTZ, '0001-01-01 00:00:00.000001 +00:00'::TIMESTAMP_LTZ, '1969-12-31 23:59:59.999999 +00:00'::TIMESTAMP_TZ",
      "3, 0, -1, 0.01, '1969-12-31 23:59:59.999999'::TIMESTAMP_NTZ, '1970-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, '1970-01-01 00:00:00 +00:00'::TIMESTAMP_TZ",
      "4, NULL, NULL, NULL, NULL, NULL, NULL",
    ])
      await session.query(`INSERT INTO AVIATION.PUBLIC.FITTING SELECT ${row}`);
    const source = { ...allTypes, name: "FITTING" };
    const { table } = await describeTable(session, source);
    const { unloaded, direct } = await bothRoutes(
      table.columns,
      {
        I: { kind: "integer" },
        J: { kind: "integer" },
        D: { kind: "decimal", precision: 8, scale: 2 },
        TZ: { kind: "timestamp", offset: "fail" },
      },
      source,
    );
    expect(unloaded).toEqual(direct);
    expect(unloaded.map(([, integer]) => integer)).toEqual([2n ** 63n - 1n, -(2n ** 63n), 0n, null]);
  });

  const failing: readonly [
    what: string,
    type: string,
    sql: string,
    override: ColumnOverride | undefined,
    message: RegExp,
  ][] = [
    [
      "bits",
      "NUMBER(38,0)",
      "9223372036854775808",
      { kind: "integer" },
      /"9223372036854775808" does not fit int64 exactly: it needs more than 64 bits/,
    ],
    ["bits below", "NUMBER(38,0)", "-9223372036854775809", { kind: "integer" }, /more than 64 bits/],
    [
      "a fraction",
      "NUMBER(10,2)",
      "1.50",
      { kind: "integer" },
      /"1.50" does not fit int64 exactly: it has more decimals/,
    ],
    ["digits", "NUMBER(38,0)", "100000", { kind: "decimal", precision: 5, scale: 0 }, /it has more digits/],
    ["decimals", "NUMBER(10,3)", "-1.005", { kind: "decimal", precision: 10, scale: 2 }, /it has more decimals/],
    [
      "nanoseconds",
      "TIMESTAMP_NTZ(9)",
      "'1969-12-31 23:59:59.999999999'::TIMESTAMP_NTZ",
      undefined,
      /1969-12-31T23:59:59.999999999" does not fit timestamp\(us, UTC\) exactly: it has digits below the microsecond/,
    ],
    [
      "nanoseconds of an instant",
      "TIMESTAMP_LTZ(9)",
      "'2020-01-01 00:00:00.000000001 +00:00'::TIMESTAMP_LTZ",
      undefined,
      /digits below the microsecond/,
    ],
    [
      "an offset",
      "TIMESTAMP_TZ(9)",
      "'2020-01-01 00:00:00 -00:30'::TIMESTAMP_TZ",
      { kind: "timestamp", offset: "fail" },
      /2020-01-01T00:00:00.000000000-00:30" .*its offset from UTC is not 0/,
    ],
  ];
  it.each(failing)("fails for a value that does not fit: %s", async (_what, type, sql, override, message) => {
    const column: SourceColumn = ["a 'quoted' \"C\"", type];
    const landed = planLanding([column], override ? { [column[0]]: override } : {}, "delta");
    const name = {
      database: server.database,
      schema: server.schema,
      name: `F${crypto.randomUUID().replaceAll("-", "")}`,
    };
    await session.query(
      `CREATE TABLE ${quotePath(name.database, name.schema, name.name)} (${quotePath(column[0])} ${type})`,
    );
    await session.query(`INSERT INTO ${quotePath(name.database, name.schema, name.name)} SELECT NULL`);
    const nulls = await unloadedTable({ table: name }, landed);
    expect(await streamed({ table: nulls }, asTexts(landed), quotePath(column[0]))).toEqual([[null]]);
    await session.query(`INSERT INTO ${quotePath(name.database, name.schema, name.name)} SELECT ${sql}`);
    const error = await unloadedTable({ table: name }, landed).catch((raised: unknown) =>
      translateGuard(raised, landed),
    );
    expect(isSnowmeltError(error) && error).toMatchObject({
      code: "VALUE_OUT_OF_RANGE",
      details: { column: column[0] },
    });
    expect(isSnowmeltError(error) && error.message).toMatch(message);
  });
});
