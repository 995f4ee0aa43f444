import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  type LocalSnowflake,
  runLocalServer,
  type StartLocalSnowflakeOptions,
  startLocalSnowflake,
} from "../../src/index.ts";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the server as a process", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "snowmelt-process-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  });
  async function start(options: StartLocalSnowflakeOptions = {}): Promise<LocalSnowflake> {
    const server = await startLocalSnowflake({ dataDir, ...options });
    onTestFinished(() => server[Symbol.asyncDispose]());
    return server;
  }

  it("is soon ready, serves, and ends when it is disposed", async () => {
    const startedMs = performance.now();
    const server = await start();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(server.pid).not.toBe(process.pid);
    expect(await query(await connect(server), "SELECT 1 AS ONE")).toEqual([[1]]);
    await server[Symbol.asyncDispose]();
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(dataDir)).toBe(true);
  });

  it("has the database and the schema that it names, and keeps what is made there", async () => {
    const first = await start();
    const { database, schema } = first;
    const connection = await connect(first, { database, schema });
    await query(connection, "CREATE TABLE MADE (ID NUMBER(38,0))");
    await first.stop();
    const again = await start();
    expect(await query(await connect(again), "SELECT COUNT(*) AS N FROM AVIATION.PUBLIC.MADE")).toEqual([[0]]);
    await again.stop();
    const named = await start({ database: "odd Name", schema: 'S"1' });
    expect(await query(await connect(named), `SELECT COUNT(*) FROM "odd Name".INFORMATION_SCHEMA.TABLES`)).toEqual([
      [0],
    ]);
    await query(await connect(named), `CREATE TABLE "odd Name"."S""1".MADE (ID NUMBER(38,0))`);
  });

  it("makes a data folder of its own when it is given none, and removes it", async () => {
    const server = await startLocalSnowflake();
    expect(existsSync(server.dataDir)).toBe(true);
    await server[Symbol.asyncDispose]();
    expect(existsSync(server.dataDir)).toBe(false);
  });

  it("outlives a kill: data, sessions, results and history are there again", async () => {
    const server = await start({ results: { inlineRows: 10, firstChunkBytes: 1000, maxChunkBytes: 4000 } });
    const connection = await connect(server);
    await query(connection, "CREATE DATABASE IF NOT EXISTS D");
    await query(connection, "CREATE SCHEMA IF NOT EXISTS D.S");
    await query(connection, "CREATE TABLE D.S.T (A NUMBER(38,0), B VARCHAR)");
    await query(connection, "INSERT INTO D.S.T VALUES (1, 'one'), (2, NULL)");
    const large = await execute(connection, {
      sqlText: "SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 3000)) ORDER BY N",
    });
    await server.admin.setFaults([{ kind: "statementSlow", latencyMs: 60_000 }]);
    const running = await execute(connection, { sqlText: "SELECT 1", asyncExec: true });
    await server.kill();
    expect(isAlive(server.pid)).toBe(false);

    const again = await start({ port: server.port });
    expect(await query(connection, "SELECT A, B FROM D.S.T ORDER BY A")).toEqual([
      [1, "one"],
      [2, null],
    ]);
    const rows = await rowsOf(await fetchResult(connection, large.getQueryId()), { start: 1000, end: 1999 });
    expect(rows).toHaveLength(1000);
    expect(await connection.getQueryStatus(running.getQueryId())).toBe("FAILED_WITH_ERROR");
    expect(again.password).toBe(server.password);
  });

  it("makes the sample once, tells that it does, and has it again after a restart", { timeout: 180_000 }, async () => {
    const told: string[] = [];
    const server = await start({ sample: true, onProgress: (text) => told.push(text) });
    expect(told.at(-1)).toMatch(/^The sample data is there after \d+ s\.$/);
    await server.stop();
    told.length = 0;
    const again = await start({ sample: true, onProgress: (text) => told.push(text) });
    const connection = await connect(again, { database: "AVIATION", schema: "PUBLIC" });
    expect(await query(connection, "SELECT COUNT(*), COUNT(DISTINCT FLIGHT_ID) FROM FLIGHTS")).toEqual([
      [3_000_000, 3_000_000],
    ]);
    expect(told.filter((text) => text.includes("is there after"))).toEqual([]);
  });

  it("lets nobody else use its folder", async () => {
    const server = await start();
    await expect(startLocalSnowflake({ dataDir })).rejects.toMatchObject({
      code: "LOCAL_DATA_IN_USE",
      message: expect.stringContaining(String(server.pid)),
    });
  });

  it("refuses a port that is taken, an address that is not loopback, an option it does not know", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: "LOCAL_PORT_TAKEN" });
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "LOCAL_NOT_LOOPBACK" });
    await expect(start({ prot: 1 } as never)).rejects.toMatchObject({ code: "LOCAL_CONFIG_INVALID" });
  });

  it("refuses a data folder that is a file", async () => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    await expect(start({ dataDir: join(file, "below") })).rejects.toMatchObject({ code: "LOCAL_DATA_UNREADABLE" });
  });

  it("can run in the process that starts it", async () => {
    const server = await start({ inProcess: true });
    expect(server.pid).toBe(process.pid);
    expect(await query(await connect(server), "SELECT 1 AS ONE")).toEqual([[1]]);
  });

  it("ends when the process that started it is gone", async () => {
    const script = `
      import { startLocalSnowflake } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const server = await startLocalSnowflake(${JSON.stringify({ dataDir })});
      console.log(server.pid);`;
    const flags = ["--conditions=@snowmelt/source", "--input-type=module", "-e", script];
    const parent = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(createInterface({ input: parent.stdout }), "line");
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });

  describe("in the foreground", () => {
    it("prints one line of JSON when it is ready, and stops on the signal", async () => {
      const controller = new AbortController();
      const ready = Promise.withResolvers<string>();
      const print = (text: string) => ready.resolve(text);
      const done = runLocalServer({ port: 0, dataDir, sample: false, json: true, signal: controller.signal, print });
      const text = await ready.promise;
      expect(text.endsWith("\n")).toBe(true);
      const facts = JSON.parse(text);
      expect(Object.keys(facts)).toEqual([
        "host",
        "port",
        "protocol",
        "account",
        "user",
        "password",
        "database",
        "schema",
        "warehouse",
      ]);
      await connect(facts);
      controller.abort();
      await done;
      await expect(fetch(`http://${facts.host}:${facts.port}/`)).rejects.toThrow();
    });

    it("can be stopped while it makes the sample", async () => {
      const controller = new AbortController();
      const print = () => {
        throw new Error("it was not to become ready");
      };
      const done = runLocalServer({ port: 0, dataDir, sample: true, json: true, signal: controller.signal, print });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      controller.abort();
      await done;
    });

    it("prints a table for people", async () => {
      const controller = new AbortController();
      const print = (text: string) => {
        expect(text).toMatch(/password +\S+/);
        controller.abort();
      };
      await runLocalServer({ port: 0, dataDir, sample: false, json: false, signal: controller.signal, print });
    });
  });
});
