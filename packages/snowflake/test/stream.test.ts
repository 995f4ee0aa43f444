import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { seededRandom } from "@snowmelt/core/ports";
import { planLanding, valueAt } from "@snowmelt/core/types";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ExtractPlan, planExtract, type SnowflakeSession, type StreamOptions, stream } from "../src/index.ts";
import { openSession, runQuery, startSnowflake } from "./local-snowflake.ts";

const rowCount = 20_000;
let server: LocalSnowflake;
let session: SnowflakeSession;
let plan: ExtractPlan;
let queryId: string;

beforeAll(async () => {
  server = await startSnowflake();
  session = await openSession(server);
  await session.query(
    `CREATE TABLE NUMBERED AS SELECT SEQ8() AS ID, 'row ' || SEQ8() || ' “quoted” \\\\ 😀' AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rowCount}))`,
  );
  const { database, schema } = server;
  const landed = planLanding(
    [
      ["ID", "NUMBER(19,0)"],
      ["NAME", "VARCHAR(100)"],
    ],
    { ID: { kind: "integer" } },
    "delta",
  );
  plan = planExtract({ source: { table: { database, schema, name: "NUMBERED" } }, landed });
  queryId = await runQuery(session, plan.sql, { queryTag: "numbered" });
}, 120_000);

afterEach(() => server.admin.clearFaults());
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
});

const quick = { attempts: 3, baseDelayMs: 1, maxDelayMs: 1 };

async function collect(options: Partial<StreamOptions> = {}, over = session) {
  const ids: bigint[] = [];
  const ranges: [number, number][] = [];
  for await (const { batch, firstRow, lastRow } of stream(over, {
    queryId,
    plan,
    batchRows: 3000,
    rangeRows: 6000,
    stallMs: 5000,
    retryPolicy: quick,
    random: seededRandom(1),
    ...options,
  })) {
    ranges.push([firstRow, lastRow]);
    const [id, name] = batch.columns;
    if (!id || !name) throw new Error("two columns were planned");
    for (let row = 0; row < batch.rowCount; row++) {
      const value = valueAt({ kind: "int64" }, id, row);
      if (typeof value === "bigint") ids.push(value);
      expect(valueAt({ kind: "string" }, name, row)).toBe(`row ${value} “quoted” \\ 😀`);
    }
  }
  return { ids, ranges };
}

const sorted = (ids: readonly bigint[]) => [...ids].sort((a, b) => (a < b ? -1 : 1));
const everyId = Array.from({ length: rowCount }, (_, id) => BigInt(id));

async function failure(run: Promise<unknown>): Promise<SnowmeltError> {
  try {
    await run;
  } catch (error) {
    if (isSnowmeltError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a reading that goes on where another ended", () => {
  const from = async (row: number) => {
    const edges = new Map<number, string | undefined>();
    for await (const { lastRow, edge } of stream(session, { queryId, plan, batchRows: 3000, rangeRows: 6000 }))
      edges.set(lastRow + 1, edge);
    return { row, edge: edges.get(row) };
  };

  it("has to begin with the rows that were seen there, in the middle of a range too", async () => {
    for (const row of [3000, 6000, 18_000]) {
      const place = await from(row);
      expect(place.edge).toBeDefined();
      const { ids } = await collect({ from: place });
      expect(ids).toEqual(everyId.slice(row));
    }
    expect(await from(rowCount)).toEqual({ row: rowCount, edge: undefined });
  });

  it("is refused where it begins with other rows", async () => {
    const { edge } = await from(6000);
    const error = await failure(collect({ from: { row: 6001, edge } }));
    expect(error).toMatchObject({ code: "RESULT_INCOMPLETE" });
    expect(error.message).toContain("From row 6001");
  });
});

describe("stream", () => {
  it("hands over every row once, in the result's order, in batches of the size asked for", async () => {
    const { ids, ranges } = await collect();
    expect(sorted(ids)).toEqual(everyId);
    expect(ranges.slice(0, 2)).toEqual([
      [0, 2999],
      [3000, 5999],
    ]);
    expect(ranges.at(-1)).toEqual([18_000, 19_999]);
    expect(await collect()).toEqual({ ids, ranges });
  });

  it("gives the same rows in the same order whatever the ranges and however many at once", async () => {
    const whole = await collect({ batchRows: 50_000, rangeRows: 50_000 });
    for (const shape of [
      { batchRows: 1000, rangeRows: 1000, parallel: 4 },
      { batchRows: 777, rangeRows: 5000, parallel: 3 },
      { batchRows: 4096, rangeRows: undefined, parallel: 2 },
    ]) {
      expect((await collect(shape)).ids).toEqual(whole.ids);
    }
  });

  it("continues at any row, after a new login", async () => {
    const { ids } = await collect();
    await using other = await openSession(server);
    for (const row of [0, 1, 99, 100, 7777, rowCount - 1, rowCount]) {
      const rest = await collect({ from: { row } }, other);
      expect(rest.ids).toEqual(ids.slice(row));
      if (row < rowCount) expect(rest.ranges[0]?.[0]).toBe(row);
    }
    expect((await failure(collect({ from: { row: rowCount + 1 } }))).code).toBe("PLAN_INVALID");
  });

  it("hands over nothing of an empty result", async () => {
    const empty = await runQuery(session, plan.sql.concat(" WHERE s.ID < 0"));
    expect(await collect({ queryId: empty })).toEqual({ ids: [], ranges: [] });
  });

  it("reads at most `parallel` ranges at once, and the next only when a range is waiting for its neighbour", async () => {
    const before = (await server.admin.readStats()).requests.result ?? 0;
    const rows = stream(session, { queryId, plan, batchRows: 1000, rangeRows: 1000, parallel: 3 });
    await rows.next();
    const opened = ((await server.admin.readStats()).requests.result ?? 0) - before;
    // The row count, three ranges at once, and one for each of the two that the first batch had to wait for.
    expect(opened).toBeLessThanOrEqual(6);
    await rows.return();
  });

  it("refuses a result that is not the planned one", async () => {
    const other = await runQuery(session, "SELECT 1 AS A, 2 AS B");
    expect(await failure(collect({ queryId: other }))).toMatchObject({ code: "RESULT_MISMATCH" });
  });

  it("tells how far it is", async () => {
    const seen: number[] = [];
    await collect({ onProgress: ({ rows, totalRows }) => seen.push(rows / totalRows) });
    expect(seen).toEqual([0.3, 0.6, 0.9, 1]);
  });
});

describe("a chunk that fails for a while is read again", () => {
  const passing = [{ kind: "chunkStatus", status: 503 }, { kind: "chunkReset" }, { kind: "chunkExpired" }] as const;
  for (const fault of passing) {
    it(`${fault.kind}, by the driver's own retries`, { timeout: 60_000 }, async () => {
      const { ids } = await collect();
      await server.admin.setFaults([{ ...fault, chunk: 2 }]);
      expect((await collect({ stallMs: 30_000 })).ids).toEqual(ids);
    });
  }

  it("chunkRowMissing, because the range's rows are counted before any is handed over", async () => {
    const { ids } = await collect();
    await server.admin.setFaults([{ kind: "chunkRowMissing", chunk: 2 }]);
    expect((await collect()).ids).toEqual(ids);
  });

  it("chunkTruncated and chunkEmpty, which the driver waits on for ever", async () => {
    const { ids } = await collect();
    for (const kind of ["chunkTruncated", "chunkEmpty"] as const) {
      await server.admin.setFaults([{ kind, chunk: 3, times: 2 }]);
      expect((await collect({ stallMs: 500 })).ids).toEqual(ids);
    }
  });

  it("chunkExpired and then chunkEmpty: what came at last is not called refused", async () => {
    await server.admin.setFaults([
      { kind: "chunkExpired", chunk: 3, times: 1 },
      { kind: "chunkEmpty", chunk: 3, times: "always" },
    ]);
    const error = await failure(collect({ stallMs: 6000, retryPolicy: { ...quick, attempts: 1 } }));
    expect(error).toMatchObject({ code: "RESULT_STALLED" });
  });

  it("chunkStalled, given up after the time without a row", async () => {
    const { ids } = await collect();
    await server.admin.setFaults([{ kind: "chunkStalled", chunk: 1 }]);
    expect((await collect({ stallMs: 1000 })).ids).toEqual(ids);
  });

  it("chunkSlow, without being given up, as long as rows come", async () => {
    const { ids } = await collect();
    await server.admin.setFaults([{ kind: "chunkSlow", chunk: 4, bytesPerSecond: 40_000 }]);
    expect((await collect({ stallMs: 5000 })).ids).toEqual(ids);
  });
});

describe("a chunk that lacks a row in two downloads, and is whole in the next", () => {
  it("never lands a row lost and another doubled: it is read again, or fails where rows were handed over", {
    timeout: 120_000,
  }, async () => {
    const whole = await collect({ batchRows: 50_000, rangeRows: 50_000 });
    const ended: string[] = [];
    for (const skip of [4, 5]) {
      await server.admin.setFaults([{ kind: "chunkRowMissing", chunk: 1, skip, times: 2 }]);
      const read = collect({ batchRows: 100, rangeRows: 100 });
      try {
        expect((await read).ids).toEqual(whole.ids);
        ended.push("whole");
      } catch (error) {
        if (!isSnowmeltError(error)) throw error;
        expect(error).toMatchObject({ code: "RESULT_INCOMPLETE", retryable: false });
        ended.push("failed");
      }
    }
    // The second strikes a range that is handed over by the time that it is found.
    expect(ended).toEqual(["whole", "failed"]);
  });
});

describe("a chunk that keeps failing fails the stream", () => {
  it("with RESULT_INCOMPLETE when a row stays missing; the rows before its range were handed over, none of its own", async () => {
    await server.admin.setFaults([{ kind: "chunkRowMissing", chunk: 3, times: "always" }]);
    const rows = stream(session, {
      queryId,
      plan,
      batchRows: 1000,
      rangeRows: 1000,
      retryPolicy: quick,
      stallMs: 5000,
    });
    let last = -1;
    const error = await failure(
      (async () => {
        for await (const { lastRow } of rows) last = lastRow;
      })(),
    );
    expect(error).toMatchObject({ code: "RESULT_INCOMPLETE", retryable: false, category: "data" });
    expect(error.message).toContain("tried 3 times");
    await server.admin.clearFaults();
    const rest = await collect({ from: { row: last + 1 } });
    expect(rest.ids).toHaveLength(rowCount - last - 1);
  });

  it("with RESULT_STALLED when its text stays broken", async () => {
    await server.admin.setFaults([{ kind: "chunkEmpty", chunk: 3, times: "always" }]);
    const error = await failure(collect({ stallMs: 300 }));
    expect(error).toMatchObject({ code: "RESULT_STALLED", retryable: false });
    expect(error.message).toContain("none for 300 ms");
  });

  it("with RESULT_UNREADABLE that tells of refused downloads when every link stays expired, however long a row may take", {
    timeout: 120_000,
  }, async () => {
    for (const stallMs of [300, 60_000]) {
      await server.admin.setFaults([{ kind: "chunkExpired", times: "always" }]);
      const error = await failure(collect({ stallMs, parallel: 2 }));
      expect(error).toMatchObject({ code: "RESULT_UNREADABLE", retryable: false, details: { httpStatus: 403 } });
      expect(error.message).toMatch(
        /read rows 0 to \d+ of query .*: downloads of its chunks were refused \d times in \d+ ms, last with HTTP 403, as when a link has expired, .* It was tried 3 times in \d+ s\. .*run the query again/,
      );
      expect(JSON.stringify(error)).not.toContain("http://");
    }
  });

  it("of another result has no part in it: its refusals are its own", { timeout: 60_000 }, async () => {
    const other = await runQuery(session, plan.sql, { queryTag: "other" });
    await server.admin.setFaults([{ kind: "chunkExpired", queryTag: "numbered", times: "always" }]);
    const [failed, read] = await Promise.all([failure(collect()), collect({ queryId: other })]);
    expect(failed).toMatchObject({ code: "RESULT_UNREADABLE" });
    expect(sorted(read.ids)).toEqual(everyId);
  });
});

describe("abort", () => {
  it("ends the stream with ABORTED", async () => {
    const controller = new AbortController();
    const run = (async () => {
      for await (const _ of stream(session, {
        queryId,
        plan,
        batchRows: 500,
        rangeRows: 500,
        signal: controller.signal,
      })) {
        controller.abort();
      }
    })();
    expect((await failure(run)).code).toBe("ABORTED");
  });

  it("is not needed to leave the loop early", async () => {
    for await (const { lastRow } of stream(session, { queryId, plan, batchRows: 500, rangeRows: 500, parallel: 4 })) {
      expect(lastRow).toBe(499);
      break;
    }
  });
});

describe("a session that ends while reading", () => {
  it("is renewed when its token expired", async () => {
    const { ids } = await collect();
    await server.admin.setFaults([{ kind: "sessionExpired" }]);
    expect((await collect()).ids).toEqual(ids);
  });

  it("is replaced by a new login when it cannot be renewed", async () => {
    const { ids } = await collect();
    await server.admin.setFaults([{ kind: "masterExpired" }]);
    expect((await collect()).ids).toEqual(ids);
    await server.admin.setFaults([{ kind: "sessionGone" }]);
    expect((await collect()).ids).toEqual(ids);
  });
});
