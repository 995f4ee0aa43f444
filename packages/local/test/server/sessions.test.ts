import { describe, expect, it, onTestFinished } from "vitest";
import { connect, destroy, execute, query } from "./driver.ts";
import { startMemoryServer } from "./server-with-memory.ts";

async function open(options: Parameters<typeof startMemoryServer>[0] = {}) {
  const server = await startMemoryServer(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, connection: await connect(server.facts) };
}

const HOUR_MS = 3_600_000;

describe("a session", () => {
  it("is renewed by the driver when its token ran out", async () => {
    const { server, connection } = await open();
    await server.admin.advanceClock(HOUR_MS + 1);
    expect(await query(connection, "ROWS 2")).toHaveLength(2);
    expect((await server.admin.readStats()).requests.renew).toBe(1);
  });

  it("ends when its master token ran out too", async () => {
    const { server, connection } = await open();
    await server.admin.advanceClock(4 * HOUR_MS + 1);
    await expect(query(connection, "ROWS 2")).rejects.toThrow();
    expect(connection.isUp()).toBe(false);
  });

  it("goes on for another four hours after a renewal", async () => {
    const { server, connection } = await open();
    await server.admin.advanceClock(3 * HOUR_MS);
    await query(connection, "ROWS 1");
    await server.admin.advanceClock(3 * HOUR_MS);
    expect(await query(connection, "ROWS 1")).toHaveLength(1);
  });

  it("is renewed by a heartbeat before a status is polled", async () => {
    const { server, connection } = await open();
    const submitted = await execute(connection, { sqlText: "ROWS 1", asyncExec: true });
    await server.admin.advanceClock(HOUR_MS + 1);
    await expect(connection.getQueryStatus(submitted.getQueryId())).rejects.toMatchObject({ code: "390112" });
    expect(await connection.isValidAsync()).toBe(true);
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("SUCCESS");
  });

  it("expires early when a fault says so, and is renewed", async () => {
    const { server, connection } = await open();
    await server.admin.setFaults([{ kind: "sessionExpired" }]);
    expect(await query(connection, "ROWS 2")).toHaveLength(2);
    expect((await server.admin.readStats()).requests.renew).toBe(1);
  });

  it("cannot be renewed when its master token expired early", async () => {
    const { server, connection } = await open();
    await server.admin.setFaults([{ kind: "masterExpired" }]);
    await expect(query(connection, "ROWS 2")).rejects.toThrow();
  });

  it("is gone when a fault says so", async () => {
    const { server, connection } = await open();
    await server.admin.setFaults([{ kind: "sessionGone" }]);
    await expect(query(connection, "ROWS 2")).rejects.toThrow();
    expect(connection.isUp()).toBe(false);
  });

  it("ends its running queries when it is closed", async () => {
    const { server, connection } = await open();
    const submitted = await execute(connection, { sqlText: "WAIT 60000", asyncExec: true });
    await destroy(connection);
    const other = await connect(server.facts);
    await expect.poll(() => other.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("ABORTED");
  });

  it("lets its queries run on when the driver is told to keep it", async () => {
    const { server } = await open();
    const connection = await connect(server.facts, { serverSessionKeepAlive: true } as never);
    const submitted = await execute(connection, { sqlText: "WAIT 200", asyncExec: true });
    await destroy(connection);
    const other = await connect(server.facts);
    await expect.poll(() => other.getQueryStatus(submitted.getQueryId()), { timeout: 10_000 }).toBe("SUCCESS");
  });

  it("outlives a restart of the server, with its parameters and its schema", async () => {
    const { server, connection } = await open();
    await query(connection, "SET TIMEZONE = UTC");
    await query(connection, "USE KEPT");
    const again = await server.restart();
    onTestFinished(() => again[Symbol.asyncDispose]());
    expect(await query(connection, "PARAMETER TIMEZONE")).toEqual([["UTC"]]);
    const statement = await execute(connection, { sqlText: "ROWS 1" });
    expect((statement.getSessionState() as { getCurrentSchema(): string }).getCurrentSchema()).toBe("KEPT");
  });
});
