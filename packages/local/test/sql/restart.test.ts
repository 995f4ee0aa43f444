import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { openTestEngine } from "./test-engine.ts";

it("keeps data, types, versions, views and history over a restart", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "snowmelt-sql-"));
  let moment: string | null;
  {
    await using first = await openTestEngine({ dataDir });
    await first.run(
      `CREATE TABLE "t 1" (ID NUMBER(38,0) IDENTITY, "tz Col" TIMESTAMP_TZ(3), V VARIANT)`,
      `INSERT INTO "t 1" ("tz Col", V) SELECT '2024-01-01 00:00:00.123 +02:00', PARSE_JSON('{"n":1.10}')`,
      `CREATE VIEW W AS SELECT ID + 1 AS NEXT_ID FROM "t 1"`,
    );
    moment = await first.cell("SELECT DATE_PART(epoch_nanosecond, CURRENT_TIMESTAMP())");
    await first.run(`DELETE FROM "t 1"`);
    await first.engine.recordQuery({
      queryId: "kept",
      sqlText: "SELECT 1",
      queryTag: "tag-7",
      user: "U",
      role: null,
      warehouse: null,
      database: null,
      schema: null,
      sessionId: "1",
      status: "SUCCESS",
      startedAtMicros: BigInt(Date.now()) * 1000n,
      endedAtMicros: BigInt(Date.now()) * 1000n,
      rowsProduced: 1,
      errorCode: null,
      errorMessage: null,
    });
  }
  {
    await using second = await openTestEngine({ dataDir });
    expect(await second.rows(`SELECT * FROM "t 1" AT(TIMESTAMP => TO_TIMESTAMP_LTZ(${moment}, 9))`)).toEqual([
      ["1", "1704060000.123 1560", '{"n":1.1}'],
    ]);
    expect(await second.rows("SELECT NEXT_ID FROM W")).toEqual([]);
    await second.run(`INSERT INTO "t 1" (V) SELECT NULL`);
    expect(await second.rows("SELECT NEXT_ID FROM W")).toEqual([["3"]]);
    expect(
      await second.rows(
        "SELECT QUERY_ID, EXECUTION_STATUS FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TAG = 'tag-7'",
      ),
    ).toEqual([["kept", "SUCCESS"]]);
  }
  await rm(dataDir, { recursive: true, force: true });
});

it("loses nothing that was committed when it is killed", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "snowmelt-sql-"));
  const child = fork(path.join(import.meta.dirname, "killed-writer.ts"), [dataDir], {
    execArgv: ["--conditions=@snowmelt/source"],
    stdio: "ignore",
  });
  const committed = await new Promise<number>((resolve) => {
    child.on("message", (count: number) => {
      if (count === 5) resolve(count);
    });
  });
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  await using again = await openTestEngine({ dataDir });
  const count = Number(await again.cell("SELECT COUNT(*) FROM T"));
  expect(count).toBeGreaterThanOrEqual(committed);
  expect(await again.cell("SELECT MAX(ID) FROM T")).toBe(String(count));
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

it("forgets what is past its retention when it is opened again, and says so", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "snowmelt-sql-"));
  let nowMicros = 1_700_000_000_000_000n;
  const clock = { nowMicros: () => nowMicros };
  {
    await using first = await openTestEngine({ dataDir, clock });
    await first.run("CREATE TABLE T (ID INT)", "INSERT INTO T VALUES (1), (2)", "DELETE FROM T WHERE ID = 1");
    expect(await first.cell("SELECT COUNT(*) FROM T BEFORE(STATEMENT => 'query-4')")).toBe("2");
  }
  nowMicros += 2n * 86_400_000_000n;
  {
    await using later = await openTestEngine({ dataDir, clock });
    expect((await later.failure("SELECT COUNT(*) FROM T BEFORE(STATEMENT => 'query-4')")).code).toBe("000707");
    expect(await later.rows("SELECT ID FROM T")).toEqual([["2"]]);
    const connection = await later.engine.state.connections.lend();
    const left = await connection.runAndReadAll("SELECT count(*) FROM data.t1");
    expect(Number(left.getRows()[0]?.[0])).toBe(1);
    later.engine.state.connections.takeBack(connection);
  }
  await rm(dataDir, { recursive: true, force: true });
});
