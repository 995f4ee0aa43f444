import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { manualClock, memoryObjectStore } from "@snowmelt/core/ports";
import { type PartitionTransform, planLanding } from "@snowmelt/core/types";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  awaitUnload,
  checkStage,
  describeStage,
  moveStagedFiles,
  planUnload,
  quotePath,
  removeStagedFiles,
  type SnowflakeSession,
  startUnload,
  type UnloadPlan,
} from "../../src/index.ts";
import { configFor, openSession, startSnowflake } from "../local-snowflake.ts";

const rowCount = 20_000;
let lake: string;
let server: LocalSnowflake;
let session: SnowflakeSession;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), "snowmelt-unload-"));
  server = await startSnowflake();
  session = await openSession(server);
  await session.query(`CREATE STAGE LANDING URL = '${pathToFileURL(lake).href}/'`);
  await session.query("CREATE STAGE INSIDE");
  await session.query(
    `CREATE TABLE NUMBERED AS SELECT SEQ8()::NUMBER(18,0) AS ID, 'p' || MOD(SEQ8(), 3) AS P FROM TABLE(GENERATOR(ROWCOUNT => ${rowCount}))`,
  );
}, 120_000);
afterEach(() => server.admin.clearFaults());
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
  await rm(lake, { recursive: true });
});

const named = (name: string) => ({ database: server.database, schema: server.schema, name });
const landed = planLanding(
  [
    ["ID", "NUMBER(18,0)"],
    ["P", "VARCHAR"],
  ],
  {},
  "delta",
);

function plan(more: { stage?: string; table?: string; partitionBy?: PartitionTransform[] } = {}): UnloadPlan {
  const { stage = "LANDING", table = "NUMBERED", partitionBy } = more;
  const folder = `raw/t/data/run=${crypto.randomUUID()}/`;
  return planUnload({ source: { table: named(table) }, landed, stage: named(stage), folder, partitionBy });
}

async function unload(planned: UnloadPlan, over = session) {
  const queryId = await startUnload(session, planned, { requestId: crypto.randomUUID() });
  return awaitUnload(over, queryId, { plan: planned });
}

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(join(lake, folder), { recursive: true }).catch((): string[] => []))
    .filter((name) => name.endsWith(".parquet"))
    .sort();

async function failure(run: Promise<unknown>) {
  try {
    await run;
  } catch (error) {
    if (isSnowmeltError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("an unload", () => {
  it("tells its files with their sizes and rows", async () => {
    const planned = plan();
    const { queryId, files, rowCount: rows, bytes } = await unload(planned);
    expect(rows).toBe(rowCount);
    expect(files.map(({ name }) => name)).toEqual(await filesBelow(planned.folder));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(file.name).toContain(queryId);
      expect(file.bytes).toBe((await stat(join(lake, planned.folder, file.name))).size);
      expect(file.partition).toEqual([]);
    }
    expect(bytes).toBe(files.reduce((sum, file) => sum + file.bytes, 0));
  });

  it("is awaited by another login with its query id and plan alone, and started once by one request id", async () => {
    const planned = plan();
    const requestId = crypto.randomUUID();
    const queryId = await startUnload(session, planned, { requestId, queryTag: "unload-once" });
    expect(await startUnload(session, planned, { requestId, queryTag: "unload-once" })).toBe(queryId);
    await using other = await openSession(server);
    const copied: UnloadPlan = JSON.parse(JSON.stringify(planned));
    expect((await awaitUnload(other, queryId, { plan: copied })).rowCount).toBe(rowCount);
    expect((await awaitUnload(session, queryId, { plan: planned })).files).toHaveLength(
      (await filesBelow(planned.folder)).length,
    );
    expect(await other.findQueryByTag("unload-once")).toEqual([{ queryId, status: "SUCCESS" }]);
  });

  it("goes on when the process that waits is killed, and another ends it without a second query", async () => {
    const queryTag = "taken-over";
    await server.admin.setFaults([{ kind: "unloadSlow", latencyMs: 300, queryTag }]);
    const planned = plan();
    const given = {
      config: configFor(server),
      password: server.password,
      plan: planned,
      requestId: crypto.randomUUID(),
      queryTag,
    };
    const entry = fileURLToPath(new URL("./children/wait-for-unload.ts", import.meta.url));
    const args = ["--conditions=@snowmelt/source", "--no-warnings", entry, JSON.stringify(given)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    child.kill("SIGKILL");
    await once(child, "close");
    const queryId = line.toString().trim();
    const { files, rowCount: rows } = await awaitUnload(session, queryId, { plan: planned });
    expect(rows).toBe(rowCount);
    expect(files.map(({ name }) => name)).toEqual(await filesBelow(planned.folder));
    expect(await session.findQueryByTag(queryTag)).toEqual([{ queryId, status: "SUCCESS" }]);
  });

  it("tells of more files than one answer holds", async () => {
    await session.query(
      "CREATE TABLE MANY AS SELECT SEQ8()::NUMBER(18,0) AS ID, 'p' || SEQ8() AS P FROM TABLE(GENERATOR(ROWCOUNT => 250))",
    );
    const { files, rowCount: rows } = await unload(
      plan({ table: "MANY", partitionBy: [{ kind: "identity", column: "P" }] }),
    );
    expect(rows).toBe(250);
    expect(new Set(files.map(({ partition }) => partition[0])).size).toBe(250);
  });

  it("of no rows has no files", async () => {
    await session.query("CREATE TABLE NOTHING LIKE NUMBERED");
    expect(await unload(plan({ table: "NOTHING" }))).toMatchObject({ files: [], rowCount: 0, bytes: 0 });
  });

  it("names its partitions by folders, of any value", async () => {
    const values = [
      "FRA",
      "",
      "a/b",
      "..",
      "über",
      "x=y&z",
      "it's",
      `"q"`,
      "\\",
      "%2F",
      "__HIVE_DEFAULT_PARTITION__",
      "é".repeat(200),
      ".",
      " ",
      "😀",
    ];
    await session.query(
      `CREATE TABLE PLACES AS SELECT SEQ8()::NUMBER(18,0) AS ID, NULL::VARCHAR AS P FROM TABLE(GENERATOR(ROWCOUNT => 1))`,
    );
    for (const [index, value] of values.entries()) {
      await session.query("INSERT INTO PLACES SELECT ?::NUMBER(18,0), ?", [index + 1, value]);
    }
    const planned = plan({ table: "PLACES", partitionBy: [{ kind: "identity", column: "P" }] });
    const { files, rowCount: rows } = await unload(planned);
    expect(rows).toBe(values.length + 1);
    const found = files.map(({ partition }) => partition[0]);
    expect(new Set(found)).toEqual(new Set([null, ...values.map((value) => (value.length > 100 ? undefined : value))]));
    expect(files.map(({ name }) => name)).toEqual(await filesBelow(planned.folder));
    for (const { name } of files) expect(name).toMatch(/^P=[A-Za-z0-9_.-]+\/data_[\w.-]+\.parquet$/);
  });

  it("fails for a value that its column cannot hold, naming column and value", async () => {
    await session.query("CREATE TABLE FINE AS SELECT '2026-01-01 00:00:00.123456789'::TIMESTAMP_NTZ(9) AS T");
    const fine = planLanding([["T", "TIMESTAMP_NTZ(9)"]], {}, "delta");
    const folder = "raw/fine/data/run=1/";
    const planned = planUnload({ source: { table: named("FINE") }, landed: fine, stage: named("LANDING"), folder });
    const error = await failure(unload(planned));
    expect(error.code).toBe("VALUE_OUT_OF_RANGE");
    expect(error.message).toContain(`Column "T": "2026-01-01T00:00:00.123456789" does not fit timestamp(us, UTC)`);
    expect(await filesBelow(folder)).toEqual([]);
  });

  it("that fails half way throws, and its files are named by nothing", async () => {
    await server.admin.setFaults([{ kind: "unloadFails", afterFiles: 2, queryTag: "half" }]);
    const planned = plan();
    const queryId = await startUnload(session, planned, { requestId: crypto.randomUUID(), queryTag: "half" });
    expect((await failure(awaitUnload(session, queryId, { plan: planned }))).code).toBe("STATEMENT_FAILED");
    expect(await filesBelow(planned.folder)).toHaveLength(2);
  });

  it("is cancelled by an abort", async () => {
    await server.admin.setFaults([{ kind: "unloadSlow", latencyMs: 2000, queryTag: "slow" }]);
    const planned = plan();
    const queryId = await startUnload(session, planned, { requestId: crypto.randomUUID(), queryTag: "slow" });
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const error = await failure(awaitUnload(session, queryId, { plan: planned, signal: stop.signal, onProgress }));
    expect(error.code).toBe("ABORTED");
    const ended = { queryId, status: expect.stringMatching(/FAILED|ABORTED/) };
    await expect.poll(() => session.findQueryByTag("slow"), { timeout: 30_000 }).toEqual([ended]);
  });
});

describe("file names", () => {
  it.each(["location", "stage", "url"] as const)("are understood when they are relative to: %s", async (fileNames) => {
    await using other = await startSnowflake({ unload: { fileNames } });
    await using own = await openSession(other);
    await own.query(`CREATE STAGE LANDING URL = '${pathToFileURL(lake).href}/'`);
    await own.query("CREATE TABLE NUMBERED AS SELECT 1::NUMBER(18,0) AS ID, 'a' AS P");
    const stage = await describeStage(own, named("LANDING"));
    const folder = `raw/t/data/run=${crypto.randomUUID()}/`;
    const partitionBy = [{ kind: "identity", column: "P" }] as const;
    const planned = planUnload({ source: { table: named("NUMBERED") }, landed, stage, folder, partitionBy });
    const queryId = await startUnload(own, planned, { requestId: crypto.randomUUID() });
    const { files } = await awaitUnload(own, queryId, { plan: planned });
    expect(files.map(({ name }) => name)).toEqual(await filesBelow(planned.folder));
    expect(files.map(({ partition }) => partition)).toEqual([["a"]]);
  });
});

describe("a stage", () => {
  it("is described, and held against the lake's folder", async () => {
    const stage = await describeStage(session, named("LANDING"));
    expect(stage).toMatchObject({ kind: "external", url: `${pathToFileURL(lake).href}/`, integration: undefined });
    expect(checkStage(stage, pathToFileURL(join(lake, "raw/t")).href)).toEqual({ prefix: "raw/t/" });
    const error = await failure((async () => checkStage(stage, "s3://elsewhere/raw/t"))());
    expect(error.code).toBe("STAGE_MISMATCH");
    expect(error.message).toContain(stage.url);
    expect(error.message).toContain("s3://elsewhere/raw/t");
    expect(await describeStage(session, named("INSIDE"))).toMatchObject({ kind: "internal", url: undefined });
    expect((await failure(describeStage(session, named("NOWHERE")))).code).toBe("OBJECT_NOT_FOUND");
  });

  it("of Snowflake's own has its files moved to the lake, once, and removed", async () => {
    const planned = plan({ stage: "INSIDE", partitionBy: [{ kind: "identity", column: "P" }] });
    const { files } = await unload(planned);
    expect(files.length).toBeGreaterThan(2);
    const store = memoryObjectStore();
    const move = { ...planned, files, store, prefix: "raw/t/data/run=1/" };
    expect(await moveStagedFiles(session, move)).toEqual(files);
    const held = async () => {
      const found: [string, number][] = [];
      for await (const { key, sizeBytes } of store.list("raw/t/")) found.push([key, sizeBytes]);
      return found;
    };
    const expected = files.map(({ name, bytes }) => [`raw/t/data/run=1/${name}`, bytes]);
    expect(await held()).toEqual(expected.sort());
    await moveStagedFiles(session, move);
    expect(await held()).toEqual(expected);
    const [first] = files;
    const retries: string[] = [];
    const wrong = {
      ...move,
      prefix: "other/",
      files: first ? [{ ...first, bytes: 1 }] : [],
      clock: manualClock(),
      onRetry: ({ reason }: { readonly reason: string }) => void retries.push(reason),
    };
    expect((await failure(moveStagedFiles(session, wrong))).code).toBe("RESULT_MISMATCH");
    expect(retries).toEqual(["RESULT_MISMATCH", "RESULT_MISMATCH", "RESULT_MISMATCH"]);
    await removeStagedFiles(session, planned);
    const { rows } = await session.query(`LIST @${quotePath(server.database, server.schema, "INSIDE")}`);
    expect(rows).toEqual([]);
  });
});
