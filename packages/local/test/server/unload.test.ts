import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultInput, type LocalSnowflake, startLocalSnowflake } from "../../src/index.ts";
import { filesBelow, readParquet } from "../sql/staged-files.ts";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";

type Connection = Awaited<ReturnType<typeof connect>>;

const ROWS = 20_000;
const COPY = `FROM (SELECT ID, NAME FROM N ORDER BY ID) FILE_FORMAT = (TYPE = PARQUET)
  HEADER = TRUE DETAILED_OUTPUT = TRUE INCLUDE_QUERY_ID = TRUE`;

let folder: string;
let dataDir: string;
let server: LocalSnowflake;
let connection: Connection;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "snowmelt-unload-"));
  dataDir = path.join(folder, "data");
  server = await startLocalSnowflake({ dataDir });
  connection = await connect(server);
  for (const sqlText of [
    "CREATE DATABASE E2E",
    `CREATE STAGE FILES URL = 'file://${folder}/stage/'`,
    "CREATE STAGE INNER_FILES",
    "CREATE TABLE N (ID NUMBER(18,0), NAME VARCHAR)",
    `INSERT INTO N SELECT SEQ8(), 'name ' || SEQ8() FROM TABLE(GENERATOR(ROWCOUNT => ${ROWS}))`,
  ])
    await query(connection, sqlText);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const inStage = (name: string) => path.join(folder, "stage", name);
const submit = (target: string, parameters = {}) =>
  execute(connection, { sqlText: `COPY INTO @FILES/${target}/ ${COPY}`, asyncExec: true, parameters } as never);
const setFaults = (faults: readonly FaultInput[]) => server.admin.setFaults(faults);

describe("an asynchronous COPY", () => {
  it("is fetched by its query id from another login", async () => {
    const queryId = (await submit("async")).getQueryId();
    const other = await connect(server, { database: "E2E", schema: "PUBLIC" });
    const rows = (await rowsOf(await fetchResult(other, queryId))) as [string, number, number][];
    expect(rows.map(([name]) => name)).toEqual(await filesBelow(inStage("async")));
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.every(([name]) => name.startsWith(`data_${queryId}_`))).toBe(true);
    expect(rows.reduce((sum, [, , count]) => sum + count, 0)).toBe(ROWS);
    for (const [name, bytes] of rows) expect((await readFile(inStage(`async/${name}`))).length).toBe(bytes);
    expect(
      await readParquet(`SELECT count(DISTINCT "ID"), max("ID")::VARCHAR FROM '${inStage("async/*.parquet")}'`),
    ).toEqual([[String(ROWS), String(ROWS - 1)]]);
  });

  it("tells the types of its answer without being run", async () => {
    const described = await execute(connection, {
      sqlText: `COPY INTO @FILES/described/ ${COPY}`,
      describeOnly: true,
    } as never);
    expect(described.getColumns()?.map((column) => [column.getName(), column.getType()])).toEqual([
      ["FILE_NAME", "text"],
      ["FILE_SIZE", "fixed"],
      ["ROW_COUNT", "fixed"],
    ]);
    expect(await filesBelow(inStage("described"))).toEqual([]);
  });

  it("that is cancelled has no result, and leaves the files it had written", async () => {
    const QUERY_TAG = "cancelled";
    await setFaults([{ kind: "unloadSlow", latencyMs: 1000, queryTag: QUERY_TAG }]);
    const submitted = await submit("cancelled", { QUERY_TAG });
    await expect.poll(() => filesBelow(inStage("cancelled")), { timeout: 20_000 }).toHaveLength(1);
    await new Promise((resolve) => submitted.cancel(resolve as never));
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId())).toBe("ABORTED");
    await expect(fetchResult(connection, submitted.getQueryId())).rejects.toThrow();
    expect((await filesBelow(inStage("cancelled"))).length).toBeLessThan(4);
  });
});

describe("a COPY with a fault", () => {
  it("fails half way and leaves orphans", async () => {
    await setFaults([{ kind: "unloadFails", afterFiles: 2, queryTag: "half" }]);
    const queryId = (await submit("half", { QUERY_TAG: "half" })).getQueryId();
    await expect.poll(() => connection.getQueryStatus(queryId)).toBe("FAILED_WITH_ERROR");
    await expect(fetchResult(connection, queryId)).rejects.toThrow("300002");
    expect(await filesBelow(inStage("half"))).toHaveLength(2);
  });

  it("tells of a file that is not there", async () => {
    await setFaults([{ kind: "unloadFileLost", file: 1, queryTag: "lost" }]);
    const rows = await rowsOf(
      await fetchResult(connection, (await submit("lost", { QUERY_TAG: "lost" })).getQueryId()),
    );
    const present = await filesBelow(inStage("lost"));
    expect(rows.map(([name]) => name).filter((name) => !present.includes(String(name)))).toEqual([rows[1]?.[0]]);
  });

  it("tells a wrong number of rows", async () => {
    await setFaults([{ kind: "unloadRowCountWrong", by: -3, queryTag: "wrong" }]);
    const queryId = (await submit("wrong", { QUERY_TAG: "wrong" })).getQueryId();
    const rows = await rowsOf(await fetchResult(connection, queryId));
    expect(rows.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(ROWS - 3);
    expect(await readParquet(`SELECT count(*) FROM '${inStage("wrong/*.parquet")}'`)).toEqual([[String(ROWS)]]);
  });
});

it("fetches the files of an internal stage by GET", async () => {
  await query(connection, `COPY INTO @INNER_FILES/part/ ${COPY}`);
  const target = path.join(folder, "fetched");
  await mkdir(target);
  const fetched = await query(connection, `GET @INNER_FILES/part/ 'file://${target}'`);
  const listed = await query(connection, "LIST @INNER_FILES");
  expect(fetched.length).toBe(listed.length);
  expect(listed.map(([name]) => String(name).replace("inner_files/part/", "")).sort()).toEqual(
    await filesBelow(target),
  );
  expect(await readParquet(`SELECT count(*) FROM '${target}/*.parquet'`)).toEqual([[String(ROWS)]]);
  await expect(query(connection, `GET @FILES/async/ 'file://${target}'`)).rejects.toMatchObject({ code: "091003" });
});

it("a server killed in a COPY knows it as failed when it is back, and its finished ones by their results", async () => {
  const finished = (await submit("before")).getQueryId();
  const before = await rowsOf(await fetchResult(connection, finished));
  await setFaults([{ kind: "unloadSlow", latencyMs: 1500, queryTag: "killed" }]);
  const killed = (await submit("killed", { QUERY_TAG: "killed" })).getQueryId();
  await expect.poll(() => filesBelow(inStage("killed")), { timeout: 20_000 }).toHaveLength(1);
  await server.kill();
  server = await startLocalSnowflake({ dataDir });
  connection = await connect(server, { database: "E2E", schema: "PUBLIC" });
  expect(await connection.getQueryStatus(killed)).toBe("FAILED_WITH_ERROR");
  expect(await filesBelow(inStage("killed"))).toHaveLength(1);
  expect(await rowsOf(await fetchResult(connection, finished))).toEqual(before);
  expect((await query(connection, "SHOW STAGES")).map((row) => row[1])).toEqual(["FILES", "INNER_FILES"]);
});
