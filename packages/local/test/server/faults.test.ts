import { once } from "node:events";
import { describe, it, type TestContext } from "vitest";
import type { FaultInput } from "../../src/server/faults.ts";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";
import { startMemoryServer } from "./server-with-memory.ts";

const ROWS = 500;

async function open({ onTestFinished }: Pick<TestContext, "onTestFinished">, faults: readonly FaultInput[]) {
  const server = await startMemoryServer({ results: { inlineRows: 10, firstChunkBytes: 4000, maxChunkBytes: 4000 } });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const connection = await connect(server.facts);
  await server.admin.setFaults(faults);
  const struck = async () => (await server.admin.listFaults()).map(({ struck }) => struck);
  return { server, connection, struck };
}

/** What a bare client sees of the first chunk. */
async function fetchFirstChunk(test: TestContext, faults: readonly FaultInput[]) {
  const { server, connection } = await open(test, faults);
  const statement = await execute(connection, { sqlText: `ROWS ${ROWS}` });
  const session = JSON.parse(connection.serialize()) as { services: { sf: { tokenInfo: { sessionToken: string } } } };
  const response = await fetch(`${server.origin}/queries/${statement.getQueryId()}/result`, {
    headers: { authorization: `Snowflake Token="${session.services.sf.tokenInfo.sessionToken}"` },
  });
  const { data } = (await response.json()) as {
    data: { chunks: { url: string; rowCount: number }[]; chunkHeaders: Record<string, string> };
  };
  const [chunk] = data.chunks;
  return { response: await fetch(chunk?.url ?? "", { headers: data.chunkHeaders }), rowCount: chunk?.rowCount ?? 0 };
}

describe.concurrent("a chunk on demand", () => {
  it.for([
    ["refused as expired", { kind: "chunkExpired" }],
    ["answered by 503", { kind: "chunkStatus" }],
    ["broken off in its body", { kind: "chunkReset" }],
  ] satisfies [string, FaultInput][])(
    "%s once is fetched again by the driver",
    async ([, fault], { expect, onTestFinished }) => {
      const { connection, struck } = await open({ onTestFinished }, [fault]);
      expect(await query(connection, `ROWS ${ROWS}`)).toHaveLength(ROWS);
      expect(await struck()).toEqual([1]);
    },
  );

  it("lacks a row", async (test) => {
    const { expect } = test;
    const { response, rowCount } = await fetchFirstChunk(test, [{ kind: "chunkRowMissing", chunk: 0 }]);
    const rows = JSON.parse(`[${await response.text()}]`) as string[][];
    expect(rows).toHaveLength(rowCount - 1);
  });

  it("has a row twice", async (test) => {
    const { expect } = test;
    const { response, rowCount } = await fetchFirstChunk(test, [{ kind: "chunkRowDuplicated", chunk: 0 }]);
    const ids = (JSON.parse(`[${await response.text()}]`) as string[][]).map(([id]) => id);
    expect(ids).toHaveLength(rowCount + 1);
    expect(new Set(ids).size).toBe(rowCount);
  });

  it("is a gzip stream without its end", async (test) => {
    const { expect } = test;
    const { response } = await fetchFirstChunk(test, [{ kind: "chunkTruncated" }]);
    const text = await response.text();
    expect(response.status).toBe(200);
    // Like the drivers' http clients, fetch takes a gzip stream that ends early for whole.
    expect(() => JSON.parse(`[${text}]`)).toThrow();
  });

  it("is empty", async (test) => {
    const { expect } = test;
    const { response } = await fetchFirstChunk(test, [{ kind: "chunkEmpty" }]);
    expect(await response.text()).toBe("");
  });

  it("comes slowly", async (test) => {
    const { expect } = test;
    const startedMs = performance.now();
    const { response, rowCount } = await fetchFirstChunk(test, [{ kind: "chunkSlow", bytesPerSecond: 2000 }]);
    expect(JSON.parse(`[${await response.text()}]`)).toHaveLength(rowCount);
    expect(performance.now() - startedMs).toBeGreaterThan(200);
  });

  it("stalls after half of it", async (test) => {
    const { expect } = test;
    const { response } = await fetchFirstChunk(test, [{ kind: "chunkStalled" }]);
    const outcome = await Promise.race([
      response.text().catch(() => "broken"),
      new Promise((resolve) => setTimeout(resolve, 300, "waiting")),
    ]);
    expect(outcome).toBe("waiting");
  });
});

describe.concurrent("the scope of a fault", () => {
  it("is a number of times, after a number that pass", async (test) => {
    const { expect } = test;
    const { server, connection } = await open(test, [{ kind: "statementFails", skip: 1, times: 2 }]);
    const outcomes = [];
    for (let run = 0; run < 4; run += 1)
      outcomes.push(
        await query(connection, "ROWS 1").then(
          () => "ok",
          () => "failed",
        ),
      );
    expect(outcomes).toEqual(["ok", "failed", "failed", "ok"]);
    await server.admin.clearFaults();
    expect(await server.admin.listFaults()).toEqual([]);
  });

  it("is one chunk", async (test) => {
    const { expect } = test;
    const { server, connection } = await open(test, [{ kind: "chunkStatus", chunk: 2, times: 1 }]);
    await query(connection, `ROWS ${ROWS}`);
    const { chunkFetches } = await server.admin.readStats();
    expect(chunkFetches.filter(({ fetches }) => fetches > 1).map(({ chunk }) => chunk)).toEqual([2]);
  });

  it("is the queries with a tag", async (test) => {
    const { expect } = test;
    const { connection } = await open(test, [{ kind: "statementFails", queryTag: "bad", times: "always" }]);
    await query(connection, "ROWS 1", { parameters: { QUERY_TAG: "good" } });
    await expect(query(connection, "ROWS 1", { parameters: { QUERY_TAG: "bad" } })).rejects.toThrow();
  });

  it("is the statements that begin so", async (test) => {
    const { expect } = test;
    const { connection } = await open(test, [{ kind: "statementFails", begins: "rows 2", times: "always" }]);
    await query(connection, "ROWS 1");
    await expect(query(connection, "  ROWS 2")).rejects.toThrow();
    await query(connection, "ROWS 1");
  });

  it("is checked before it is taken", async (test) => {
    const { expect } = test;
    const { server } = await open(test, []);
    await expect(server.admin.setFaults([{ kind: "chunkReset", chunks: 3 } as never])).rejects.toThrow("chunks");
  });
});

describe.concurrent("a request on demand", () => {
  it.for([
    ["answered by 503", { kind: "requestStatus", on: "query" }],
    ["reset", { kind: "requestReset", on: "query" }],
    ["left without a reply", { kind: "replyLost", on: "query" }],
  ] satisfies [string, FaultInput][])(
    "%s is sent again by the driver and runs once",
    async ([, fault], { expect, onTestFinished }) => {
      const { server, connection, struck } = await open({ onTestFinished }, [fault]);
      expect(await query(connection, "ROWS 3")).toHaveLength(3);
      expect(await struck()).toEqual([1]);
      expect(server.engine.executions()).toBe(1);
    },
  );

  it("tells BLOCKED, which the driver takes for a failure", async (test) => {
    const { expect } = test;
    const { connection } = await open(test, [{ kind: "queryStatus", status: "BLOCKED" }]);
    const submitted = await execute(connection, { sqlText: "ROWS 1", asyncExec: true });
    expect(await connection.getQueryStatus(submitted.getQueryId())).toBe("BLOCKED");
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("SUCCESS");
  });

  it("tells RESTARTED, and the result is there afterwards", async (test) => {
    const { expect } = test;
    const { connection } = await open(test, [{ kind: "queryStatus", status: "RESTARTED" }]);
    const submitted = await execute(connection, { sqlText: "ROWS 2", asyncExec: true });
    await expect(fetchResult(connection, submitted.getQueryId())).rejects.toMatchObject({ code: 460003 });
    expect(await rowsOf(await fetchResult(connection, submitted.getQueryId()))).toHaveLength(2);
  });

  it("makes a statement slow", async (test) => {
    const { expect } = test;
    const { connection } = await open(test, [{ kind: "statementSlow", latencyMs: 1500 }]);
    const submitted = await execute(connection, { sqlText: "ROWS 1", asyncExec: true });
    expect(await connection.getQueryStatus(submitted.getQueryId())).toBe("RUNNING");
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("SUCCESS");
  });

  it("makes a statement fail with a code of one's choice, whether or not it is waited for", async (test) => {
    const { expect } = test;
    const fault = { kind: "statementFails", code: "000630", sqlState: "57014", message: "too long", times: 2 } as const;
    const { connection } = await open(test, [fault]);
    await expect(query(connection, "ROWS 1")).rejects.toMatchObject({ code: "000630", message: "too long" });
    const submitted = await execute(connection, { sqlText: "ROWS 1", asyncExec: true });
    await expect
      .poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 })
      .toBe("FAILED_WITH_ERROR");
  });
});

describe.concurrent("a connection that breaks for good", () => {
  it("reaches the stream as an error", async (test) => {
    const { expect } = test;
    const { server, connection } = await open(test, []);
    const statement = await execute(connection, { sqlText: `ROWS ${ROWS}` });
    await server.admin.setFaults([{ kind: "chunkStatus", status: 404, times: "always" }]);
    const [error] = await once(statement.streamRows().resume(), "error");
    expect(String(error)).toContain("Request to S3/Blob failed");
  });
});
