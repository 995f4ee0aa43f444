import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { memorySecrets, type ObjectStore, secretRef, seededRandom, systemClock } from "@snowmelt/core/ports";
import {
  type ColumnBatch,
  type ColumnOverride,
  type LandTarget,
  openProfiler,
  type PartitionTransform,
  planLanding,
  type Value,
  valueAt,
} from "@snowmelt/core/types";
import {
  type DataFile,
  landBatches,
  openDeltaTable,
  planAppend,
  planCreateTable,
  planTableLayout,
  type Registration,
  readTableFile,
  registerFiles,
  sweepOrphans,
  toAddFile,
  verifyFiles,
} from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import {
  awaitUnload,
  checkStage,
  describeStage,
  describeTable,
  openSnowflake,
  planExtract,
  planUnload,
  type SnowflakeSession,
  startUnload,
  stream,
  unloadRefusals,
} from "@snowmelt/snowflake";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ALL_TYPES_STATEMENTS } from "../packages/local/src/sample/all-types.ts";

let root: string;
let store: ObjectStore;
let server: LocalSnowflake;
let session: SnowflakeSession;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-routes-"));
  store = openFileStore(root);
  server = await startLocalSnowflake();
  const { account, host, port, protocol, user: username, warehouse } = server;
  const auth = { kind: "password", password: secretRef("env:P") } as const;
  const secrets = memorySecrets({ "env:P": server.password });
  session = await openSnowflake({ account, host, port, protocol, username, warehouse, auth }, { secrets });
  await session.query("CREATE DATABASE IF NOT EXISTS AVIATION");
  await session.query(`CREATE STAGE AVIATION.PUBLIC.LAKE URL = '${pathToFileURL(root).href}/'`);
  for (const statement of ALL_TYPES_STATEMENTS) await session.query(statement);
  await session.query(
    "CREATE TABLE AVIATION.PUBLIC.TRIPS AS SELECT SEQ8()::NUMBER(18,0) AS ID, DATEADD(DAY, MOD(SEQ8(), 70), '2001-01-15'::DATE) AS D, NULLIF('p' || MOD(SEQ8(), 3), 'p2') AS P, SEQ8() * 1.5::FLOAT AS F FROM TABLE(GENERATOR(ROWCOUNT => 20000))",
  );
  await session.query(
    "CREATE TABLE AVIATION.PUBLIC.PLACES (ID NUMBER(18,0), T TIMESTAMP_NTZ(6), D DATE, B BOOLEAN, N NUMBER(10,2), I NUMBER(18,0), S VARCHAR)",
  );
  for (const row of [
    String.raw`1, '0001-01-01 00:00:00', '0001-01-01', TRUE, 12.50, 0, 'it''s \\ "x"/y=%2F'`,
    "2, '1969-12-31 23:59:59.999999', '1969-12-31', FALSE, -0.05, -9, 'ß😀'",
    "3, '9999-12-31 23:00:00', '9999-12-31', TRUE, 99999999.99, 999999999999999999, '..'",
    "4, '2024-02-29 12:30:00', '2024-02-29', FALSE, 0, 7, '__HIVE_DEFAULT_PARTITION__'",
    "5, NULL, NULL, NULL, NULL, NULL, NULL",
  ])
    await session.query(`INSERT INTO AVIATION.PUBLIC.PLACES SELECT ${row}`);
}, 120_000);
afterEach(() => server.admin.clearFaults());
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const name = (table: string) => ({ database: "AVIATION", schema: "PUBLIC", name: table });
const tableAt = (path: string) => openDeltaTable({ store, path, clock: systemClock, random: seededRandom(1) });

interface Landing {
  readonly source: string;
  readonly overrides?: Readonly<Record<string, ColumnOverride>>;
  readonly partitionBy?: readonly PartitionTransform[];
  /** Without them, source columns of these types are left out. */
  readonly without?: RegExp;
  readonly queryTag?: string;
  /** @default "delta" */
  readonly target?: LandTarget;
}

async function plan({ source, overrides = {}, partitionBy = [], without, target = "delta" }: Landing) {
  const { table } = await describeTable(session, name(source));
  const columns = table.columns.filter(([, type]) => !without?.test(type));
  const landed = planLanding(columns, overrides, target).map((column, index) => ({
    ...column,
    // Delta knows no such names.
    field: { ...column.field, name: column.field.name.replaceAll(/[ ,;{}()\n\t=]/g, `_${index}`) },
  }));
  const fields = landed.map(({ field }) => field);
  return { landed, fields, layout: planTableLayout(fields, partitionBy), partitionBy };
}

async function unloaded(path: string, attemptId: string, landing: Landing): Promise<Registration> {
  const { landed, layout, partitionBy } = await plan(landing);
  expect(unloadRefusals({ landed })).toEqual([]);
  const stage = await describeStage(session, name("LAKE"));
  const { prefix } = checkStage(stage, pathToFileURL(join(root, path)).href);
  const folder = `${prefix}data/run=${attemptId}/`;
  const planned = planUnload({ source: { table: name(landing.source) }, landed, stage, folder, partitionBy });
  const queryTag = landing.queryTag;
  const queryId = await startUnload(session, planned, { requestId: crypto.randomUUID(), queryTag });
  const { files } = await awaitUnload(session, queryId, { plan: planned });
  return registerFiles(tableAt(path), { files, layout, attemptId });
}

async function batchesOf(landing: Landing): Promise<ColumnBatch[]> {
  const { landed } = await plan(landing);
  const planned = planExtract({ source: { table: name(landing.source) }, landed });
  const queryId = await session.submit(planned.sql, { requestId: crypto.randomUUID() });
  await session.awaitQuery(queryId);
  const batches: ColumnBatch[] = [];
  for await (const { batch } of stream(session, { queryId, plan: planned })) batches.push(batch);
  return batches;
}

async function rowsOf(path: string, files: readonly DataFile[], landing: Landing): Promise<Value[][]> {
  const { layout } = await plan(landing);
  const rows: Value[][] = [];
  for (const file of files) {
    for await (const { columns, rowCount } of readTableFile(tableAt(path), file, { fields: layout.fields })) {
      for (let row = 0; row < rowCount; row++) {
        rows.push(columns.map((column, at) => valueAt(layout.fields[at]?.type ?? { kind: "binary" }, column, row)));
      }
    }
  }
  return rows.sort(([a], [b]) => Number(a) - Number(b));
}

const taken = (outcome: Registration): readonly DataFile[] => {
  if (outcome.status !== "registered") throw new Error(JSON.stringify(outcome.refusals));
  return outcome.files;
};

describe("the unload route", () => {
  const nanos = (policy: "keep" | "truncate") =>
    Object.fromEntries(
      ["NTZ", "NTZ6", "NTZ0"].map((column) => [column, { kind: "timestamp", nanos: policy } as const]),
    );
  it.each<[string, Landing]>([
    ["in Delta", { source: "ALL_TYPES", without: /^TIMESTAMP/ }],
    [
      "in plain Parquet, nanoseconds kept",
      { source: "ALL_TYPES", without: /^TIME\(9\)|^TIMESTAMP_[LT]/, target: "parquet", overrides: nanos("keep") },
    ],
    [
      "in plain Parquet, nanoseconds dropped",
      { source: "ALL_TYPES", without: /^TIME\(9\)|^TIMESTAMP_[LT]/, target: "parquet", overrides: nanos("truncate") },
    ],
  ])("lands what a stream lands, of every type that the files hold as the table does: %s", async (_what, landing) => {
    const { layout } = await plan(landing);
    const attemptId = crypto.randomUUID();
    const files = taken(await unloaded("raw/types", attemptId, landing));
    const batches = await batchesOf(landing);
    const streamed = await landBatches(batches, {
      table: tableAt("raw/types"),
      layout,
      attemptId: `${attemptId}-streamed`,
      random: seededRandom(2),
    });
    const rows = await rowsOf("raw/types", files, landing);
    expect(rows).toEqual(await rowsOf("raw/types", streamed, landing));
    expect(rows).toHaveLength(7);
    const profiler = openProfiler(layout.sourceFields);
    for (const batch of batches) profiler.add(batch);
    const report = await verifyFiles(tableAt("raw/types"), files, {
      layout,
      expectedRows: 7,
      expectedProfiles: profiler.profiles(),
    });
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.level).toBe("values");
  });

  it("spreads partitions as a stream does, and its files are a table's", async () => {
    const landing: Landing = {
      source: "TRIPS",
      partitionBy: [
        { kind: "month", column: "D" },
        { kind: "identity", column: "P" },
      ],
    };
    const { layout } = await plan(landing);
    const files = taken(await unloaded("raw/trips", "u", landing));
    expect(new Set(files.map(({ partitionValues }) => JSON.stringify(partitionValues)))).toEqual(
      new Set(
        ["2001-01", "2001-02", "2001-03"].flatMap((month) =>
          ["p0", "p1", null].map((p) => JSON.stringify({ D_month: month, P: p })),
        ),
      ),
    );
    const streamed = await landBatches(await batchesOf(landing), {
      table: tableAt("raw/trips"),
      layout,
      attemptId: "s",
      random: seededRandom(2),
    });
    expect(await rowsOf("raw/trips", files, landing)).toEqual(await rowsOf("raw/trips", streamed, landing));
    const table = tableAt("raw/trips");
    const create = planCreateTable({
      id: "trips",
      fields: layout.fields,
      partitionColumns: layout.partitionColumns,
      createdAtMs: 0,
      files: files.map((file) => toAddFile(file, 1n)),
    });
    expect((await table.commit(create)).status).toBe("committed");
    const snapshot = await table.snapshot();
    if (!snapshot) throw new Error("it was committed");
    expect(
      (
        await table.commit(
          planAppend(
            snapshot,
            streamed.map((file) => toAddFile(file, 1n)),
          ),
        )
      ).status,
    ).toBe("committed");
    expect((await verifyFiles(table, files, { layout, expectedRows: 20_000 })).checks.filter((c) => !c.passed)).toEqual(
      [],
    );
  });

  it.each<PartitionTransform>([
    { kind: "year", column: "T" },
    { kind: "month", column: "T" },
    { kind: "day", column: "T" },
    { kind: "hour", column: "T" },
    { kind: "day", column: "D" },
    { kind: "identity", column: "D" },
    { kind: "identity", column: "B" },
    { kind: "identity", column: "N" },
    { kind: "identity", column: "I" },
    { kind: "identity", column: "S" },
  ])("gives the partitions that a stream gives: $kind of $column", async (transform) => {
    const attemptId = crypto.randomUUID();
    const landing: Landing = { source: "PLACES", partitionBy: [transform], target: "parquet" };
    const { layout } = await plan(landing);
    const files = taken(await unloaded("raw/places", attemptId, landing));
    const streamed = await landBatches(await batchesOf(landing), {
      table: tableAt("raw/places"),
      layout,
      attemptId: `${attemptId}-streamed`,
      random: seededRandom(2),
    });
    const valuesOf = (found: readonly DataFile[]) =>
      [...new Set(found.map(({ partitionValues }) => JSON.stringify(partitionValues)))].sort();
    expect(valuesOf(files)).toEqual(valuesOf(streamed));
    expect(valuesOf(files).length).toBeGreaterThan(2);
    expect(await rowsOf("raw/places", files, landing)).toEqual(await rowsOf("raw/places", streamed, landing));
  });

  it("refuses files whose timestamps are in another zone than the table's, and the attempt's files are swept", async () => {
    const landing: Landing = {
      source: "ALL_TYPES",
      overrides: Object.fromEntries(
        ["NTZ", "LTZ", "TZ"].map((column) => [column, { kind: "timestamp", nanos: "keep" }]),
      ),
    };
    const outcome = await unloaded("raw/times", "u", landing);
    expect(outcome).toMatchObject({
      status: "refused",
      refusals: expect.arrayContaining([
        expect.objectContaining({
          column: "NTZ",
          expected: "INT64 as timestamp(us, UTC)",
          found: "INT64 as timestamp(us)",
        }),
      ]),
    });
    const columns = outcome.status === "refused" ? outcome.refusals.map(({ column }) => column) : [];
    expect(new Set(columns)).toEqual(new Set(["NTZ", "NTZ6", "NTZ0", "LTZ", "LTZ3", "TZ", "TZ3"]));
    expect(await sweepOrphans(tableAt("raw/times"), { terminalAttempts: ["u"] })).toMatchObject({ files: 1 });
  });

  it("takes nothing when a file is not there, or holds other rows than were told", async () => {
    const landing: Landing = { source: "TRIPS" };
    await server.admin.setFaults([{ kind: "unloadFileLost", file: 1, queryTag: "lost" }]);
    await expect(unloaded("raw/lost", "u", { ...landing, queryTag: "lost" })).rejects.toMatchObject({
      code: "DELTA_FILE_MISSING",
    });
    await server.admin.setFaults([{ kind: "unloadRowCountWrong", by: -3, queryTag: "wrong" }]);
    await expect(unloaded("raw/wrong", "u", { ...landing, queryTag: "wrong" })).rejects.toMatchObject({
      code: "LAND_COUNT_MISMATCH",
    });
  });

  it("leaves what a failed unload wrote to the sweep", async () => {
    await server.admin.setFaults([{ kind: "unloadFails", afterFiles: 2, queryTag: "half" }]);
    await expect(unloaded("raw/half", "dead", { source: "TRIPS", queryTag: "half" })).rejects.toMatchObject({
      code: "STATEMENT_FAILED",
    });
    const files = taken(await unloaded("raw/half", "alive", { source: "TRIPS" }));
    const { layout } = await plan({ source: "TRIPS" });
    const create = planCreateTable({
      id: "half",
      fields: layout.fields,
      partitionColumns: [],
      createdAtMs: 0,
      files: files.map((file) => toAddFile(file)),
    });
    expect((await tableAt("raw/half").commit(create)).status).toBe("committed");
    const swept = await sweepOrphans(tableAt("raw/half"), { terminalAttempts: ["dead", "alive"] });
    expect(swept.files).toBe(2);
    expect(await rowsOf("raw/half", files, { source: "TRIPS" })).toHaveLength(20_000);
  });
});
