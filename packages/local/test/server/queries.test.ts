import { randomUUID } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";
import { startMemoryServer } from "./server-with-memory.ts";

type Options = Parameters<typeof startMemoryServer>[0];

async function open(options: Options = {}) {
  const server = await startMemoryServer(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, connection: await connect(server.facts) };
}

const TINY_CHUNKS = { inlineRows: 10, firstChunkBytes: 1000, maxChunkBytes: 8000 };

describe("a query with the real driver", () => {
  it("answers a small result inline", async () => {
    const { connection } = await open();
    expect(await query(connection, "ROWS 3")).toEqual([
      [0, 'name of 0, "quoted" \\ and 🙂'],
      [1, 'name of 1, "quoted" \\ and 🙂'],
      [2, 'name of 2, "quoted" \\ and 🙂'],
    ]);
  });

  it("answers an empty result", async () => {
    const { connection } = await open();
    expect(await query(connection, "ROWS 0")).toEqual([]);
  });

  it("streams a large result by chunks that grow, each row once and in order", async () => {
    const { server, connection } = await open({ results: TINY_CHUNKS });
    const rows = await query(connection, "ROWS 5000");
    expect(rows.map(([id]) => id)).toEqual([...Array(5000).keys()]);
    const { chunkFetches } = await server.admin.readStats();
    expect(chunkFetches.length).toBeGreaterThan(20);
    expect(chunkFetches.every(({ fetches }) => fetches === 1)).toBe(true);
  });

  it("puts every row in chunks when none may be inline", async () => {
    const { connection } = await open({ results: { ...TINY_CHUNKS, inlineRows: 0 } });
    expect(await query(connection, "ROWS 100")).toHaveLength(100);
  });

  it("gives a row that is longer than a chunk a chunk of its own", async () => {
    const { connection } = await open({ results: { inlineRows: 0, firstChunkBytes: 5, maxChunkBytes: 10 } });
    expect(await query(connection, "ROWS 20")).toHaveLength(20);
  });

  it("tells a failure with its code, state and query id", async () => {
    const { connection } = await open();
    await expect(query(connection, "FAIL 002003 02000 SQL compilation error: no such table")).rejects.toMatchObject({
      code: "002003",
      sqlState: "02000",
      message: "SQL compilation error: no such table",
    });
  });

  it("answers a long query by asking the client to come again", async () => {
    const { server, connection } = await open({ lifetimes: { longPollMs: 50 } });
    expect(await query(connection, "WAIT 300")).toEqual([["done"]]);
    const { requests } = await server.admin.readStats();
    expect(requests.result).toBeGreaterThan(2);
  });

  it("runs without waiting, and gives ranges of the result to another session", async () => {
    const { server, connection } = await open({ results: TINY_CHUNKS });
    const submitted = await execute(connection, { sqlText: "ROWS 1000", asyncExec: true });
    const other = await connect(server.facts);
    const statement = await fetchResult(other, submitted.getQueryId());
    expect(statement.getNumRows()).toBe(1000);
    const rows = await rowsOf(statement, { start: 400, end: 599 });
    expect(rows.map(([id]) => id)).toEqual([...Array(200).keys()].map((index) => index + 400));
  });

  it("passes binds as the driver sends them", async () => {
    const { connection } = await open();
    expect(await query(connection, "BINDS", { binds: [1, "a'b", null, true, 1.5] })).toEqual([
      ["FIXED", '"1"'],
      ["TEXT", `"a'b"`],
      ["TEXT", "null"],
      ["BOOLEAN", '"true"'],
      ["REAL", '"1.5"'],
    ]);
  });

  it("passes array binds", async () => {
    const { connection } = await open();
    const binds = [
      [1, "a"],
      [2, null],
    ] as never;
    expect(await query(connection, "BINDS", { binds })).toEqual([
      ["FIXED", '["1","2"]'],
      ["TEXT", '["a",null]'],
    ]);
  });

  it("describes a result without running it", async () => {
    const { server, connection } = await open();
    const statement = await execute(connection, { sqlText: "ROWS 10", describeOnly: true } as never);
    expect(statement.getColumns()?.map((column) => [column.getName(), column.getType()])).toEqual([
      ["ID", "fixed"],
      ["NAME", "text"],
    ]);
    expect(server.engine.executions()).toBe(0);
    expect(server.engine.history.size).toBe(0);
  });

  it("cancels a running query, which then says so", async () => {
    const { connection } = await open();
    const submitted = await execute(connection, { sqlText: "WAIT 60000", asyncExec: true });
    expect(await connection.getQueryStatus(submitted.getQueryId())).toBe("RUNNING");
    await new Promise((resolve) => submitted.cancel(resolve as never));
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("ABORTED");
    await expect(fetchResult(connection, submitted.getQueryId())).rejects.toThrow("SQL execution canceled");
  });

  it("ends a statement that reaches its timeout", async () => {
    const { connection } = await open();
    const parameters = { STATEMENT_TIMEOUT_IN_SECONDS: 0.05 };
    await expect(query(connection, "WAIT 60000", { parameters })).rejects.toMatchObject({ code: "000630" });
  });

  it("refuses several statements in one request", async () => {
    const { connection } = await open();
    const parameters = { MULTI_STATEMENT_COUNT: 2 };
    await expect(query(connection, "ROWS 1; ROWS 1", { parameters })).rejects.toMatchObject({ code: "000002" });
  });

  it("shows a query to its own user alone", async () => {
    const users = [{ name: "OTHER", password: "other-secret" }];
    const { server, connection } = await open({ users });
    const submitted = await execute(connection, { sqlText: "ROWS 1", asyncExec: true });
    const other = await connect({ ...server.facts, user: "OTHER", password: "other-secret" });
    expect(await other.getQueryStatus(submitted.getQueryId())).toBe("NO_QUERY_DATA");
  });

  it("answers a hundred queries at once", async () => {
    const { connection } = await open();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => query(connection, `ROWS ${index}`)));
    expect(answers.map((rows) => rows.length)).toEqual([...Array(100).keys()]);
  });
});

describe("parameters", () => {
  it("of a statement end with it, of the session stay", async () => {
    const { connection } = await open();
    expect(await query(connection, "PARAMETER TIMEZONE", { parameters: { TIMEZONE: "UTC" } })).toEqual([["UTC"]]);
    expect(await query(connection, "PARAMETER TIMEZONE")).toEqual([[null]]);
    await query(connection, "SET TIMEZONE = Europe/Berlin", { parameters: { QUERY_TAG: "x" } });
    expect(await query(connection, "PARAMETER TIMEZONE")).toEqual([["Europe/Berlin"]]);
    expect(await query(connection, "PARAMETER QUERY_TAG")).toEqual([[null]]);
  });

  it("tell the driver where the session stands", async () => {
    const { connection } = await open();
    await query(connection, "USE OTHER_SCHEMA");
    const statement = await execute(connection, { sqlText: "ROWS 1" });
    const state = statement.getSessionState() as { getCurrentSchema(): string };
    expect(state.getCurrentSchema()).toBe("OTHER_SCHEMA");
  });
});

describe("a repeated request id", () => {
  it("answers with the first query, while it runs and after it ended", async () => {
    const { server, connection } = await open();
    const requestId = randomUUID();
    const first = await execute(connection, { sqlText: "WAIT 300", asyncExec: true, requestId });
    const second = await execute(connection, { sqlText: "WAIT 300", asyncExec: true, requestId });
    expect(second.getQueryId()).toBe(first.getQueryId());
    const third = await execute(connection, { sqlText: "WAIT 300", requestId });
    expect(third.getQueryId()).toBe(first.getQueryId());
    expect(server.engine.executions()).toBe(1);
  });

  it("answers with the first query after a restart", async () => {
    const server = await startMemoryServer();
    const requestId = randomUUID();
    const first = await execute(await connect(server.facts), { sqlText: "ROWS 7", requestId });
    const again = await server.restart();
    onTestFinished(() => again[Symbol.asyncDispose]());
    const second = await execute(await connect(again.facts), { sqlText: "ROWS 7", requestId });
    expect(second.getQueryId()).toBe(first.getQueryId());
    expect(await rowsOf(second)).toHaveLength(7);
    expect(again.engine.executions()).toBe(0);
  });

  it("finds the query whose reply was lost", async () => {
    const { server, connection } = await open();
    await server.admin.setFaults([{ kind: "replyLost", on: "query" }]);
    expect(await query(connection, "ROWS 5")).toHaveLength(5);
    expect(server.engine.executions()).toBe(1);
  });
});

describe("history", () => {
  it("finds a query by its tag while it runs and when it ended", async () => {
    const { connection } = await open();
    const parameters = { QUERY_TAG: "run-1" };
    const submitted = await execute(connection, { sqlText: "WAIT 1500", asyncExec: true, parameters });
    expect(await query(connection, "HISTORY run-1")).toEqual([[submitted.getQueryId(), "RUNNING"]]);
    await fetchResult(connection, submitted.getQueryId());
    expect(await query(connection, "HISTORY run-1")).toEqual([[submitted.getQueryId(), "SUCCESS"]]);
  });
});

describe("a restart", () => {
  it("keeps the session, finished results and statuses, and fails what ran", async () => {
    const server = await startMemoryServer({ results: TINY_CHUNKS });
    const connection = await connect(server.facts);
    const finished = await execute(connection, { sqlText: "ROWS 500" });
    const running = await execute(connection, { sqlText: "WAIT 60000", asyncExec: true });
    const again = await server.restart();
    onTestFinished(() => again[Symbol.asyncDispose]());

    expect(await connection.getQueryStatus(finished.getQueryId())).toBe("SUCCESS");
    expect(await rowsOf(await fetchResult(connection, finished.getQueryId()))).toHaveLength(500);
    expect(await connection.getQueryStatus(running.getQueryId())).toBe("FAILED_WITH_ERROR");
    await expect(fetchResult(connection, running.getQueryId())).rejects.toThrow("SQL execution internal error");
  });

  it("fails what a kill left running, clears what it left half written, and puts it into the history", async () => {
    const server = await startMemoryServer();
    const connection = await connect(server.facts);
    const statement = await execute(connection, { sqlText: "ROWS 5" });
    const folder = join(server.dataDir, "results", statement.getQueryId());
    const state = JSON.parse(await readFile(join(folder, "query.json"), "utf8"));
    await writeFile(
      join(folder, "query.json"),
      JSON.stringify({ ...state, status: "RUNNING", endedAtMicros: null, rowCount: null }),
    );
    const again = await server.restart();
    onTestFinished(() => again[Symbol.asyncDispose]());
    expect(await connection.getQueryStatus(statement.getQueryId())).toBe("FAILED_WITH_ERROR");
    expect(await readdir(folder)).toEqual(["query.json"]);
    expect(again.engine.history.get(statement.getQueryId())?.status).toBe("FAILED_WITH_ERROR");
  });

  it("forgets results that are older than their retention", async () => {
    const { server, connection } = await open({ results: TINY_CHUNKS });
    const statement = await execute(connection, { sqlText: "ROWS 500" });
    const again = await server.restart({ clockOffsetMs: 25 * 3_600_000 });
    onTestFinished(() => again[Symbol.asyncDispose]());
    const later = await connect(again.facts);
    expect(await later.getQueryStatus(statement.getQueryId())).toBe("NO_QUERY_DATA");
    const folders = () => readdir(join(server.dataDir, "results"));
    await expect.poll(folders, { timeout: 10_000 }).not.toContain(statement.getQueryId());
  });
});
