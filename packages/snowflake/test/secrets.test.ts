import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { memoryLogger, memorySecrets, secretRef } from "@snowmelt/core/ports";
import { planLanding } from "@snowmelt/core/types";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSnowflake, planExtract, stream } from "../src/index.ts";
import { configFor, openSession, runQuery, startSnowflake } from "./local-snowflake.ts";

const password = "pass-word-that-must-not-show-4711";
const quick = { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 };

let server: LocalSnowflake;
let proxy: { port: number; secrets: Set<string>; close: () => Promise<void> };

beforeAll(async () => {
  server = await startSnowflake({ users: [{ name: "LOADER", password }] });
  proxy = await startProxy(server.port);
}, 120_000);
afterEach(() => server.admin.clearFaults());
afterAll(async () => {
  await proxy?.close();
  await server?.[Symbol.asyncDispose]();
});

/** Passes everything through and remembers each secret that goes by. */
async function startProxy(target: number) {
  const secrets = new Set([password]);
  const listen = createServer((request, response) => {
    for (const token of (request.headers.authorization ?? "").matchAll(/Token="([^"]+)"/g)) secrets.add(token[1] ?? "");
    const { method, url: path } = request;
    // Answers are read on the way, so nobody may compress them.
    const headers = { ...request.headers, "accept-encoding": "identity" };
    const onward = forward({ port: target, host: "127.0.0.1", method, path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const body = Buffer.concat(parts);
        const text = body.toString("utf8");
        for (const found of text.matchAll(/"(?:token|masterToken|sessionToken|qrmk)":"([^"]+)"/g))
          secrets.add(found[1] ?? "");
        for (const found of text.matchAll(/"url":"([^"]+)"/g)) {
          secrets.add(found[1] ?? "");
          for (const [, value] of new URL(found[1] ?? "").searchParams) if (value.length > 12) secrets.add(value);
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.end(body);
      });
      answer.on("error", () => response.destroy());
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => listen.listen(0, "127.0.0.1", resolve));
  return {
    port: (listen.address() as AddressInfo).port,
    secrets,
    close: () =>
      new Promise<void>((resolve) => {
        listen.closeAllConnections();
        listen.close(() => resolve());
      }),
  };
}

describe("secrets", () => {
  it("are in no error, log, progress or inspection, whatever fails", { timeout: 60_000 }, async () => {
    const written: string[] = [];
    const write = (value: unknown): void => {
      written.push(inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value) ?? "");
      for (let error = value; error instanceof Error; error = error.cause)
        written.push(`${error.stack} ${error.message}`);
    };
    const failing = async (run: () => Promise<unknown>): Promise<void> => {
      const outcome = await run().then(
        () => "it did not fail",
        (error: unknown) => error,
      );
      expect(outcome).toBeInstanceOf(Error);
      write(outcome);
    };
    const logger = memoryLogger();
    const config = configFor(server, { username: "LOADER", port: proxy.port, loginAttempts: 2 });
    const open = (value: string) =>
      openSnowflake(
        { ...config, auth: { kind: "password", password: secretRef("env:P") } },
        { secrets: memorySecrets({ "env:P": value }), logger },
      );

    proxy.secrets.add("another-secret-4712");
    await failing(() => open("another-secret-4712"));
    await using setUp = await openSession(server);
    await setUp.query(
      "CREATE TABLE SECRETIVE AS SELECT SEQ8() AS ID, 'name of a row that fills a chunk ' || SEQ8() AS NAME FROM TABLE(GENERATOR(ROWCOUNT => 5000))",
    );

    await using session = await open(password);
    write(session);
    const landed = planLanding(
      [
        ["ID", "NUMBER(10,0)"],
        ["NAME", "VARCHAR(100)"],
      ],
      {},
      "delta",
    );
    const plan = planExtract({
      source: { table: { database: server.database, schema: server.schema, name: "SECRETIVE" } },
      landed,
    });
    const queryId = await runQuery(session, plan.sql);
    write(await session.openResult(queryId));
    const read = async () => {
      for await (const { batch } of stream(session, {
        queryId,
        plan,
        stallMs: 300,
        retryPolicy: quick,
        logger,
        onProgress: write,
      }))
        write(batch.rowCount);
    };
    await read();
    const kinds = ["chunkExpired", "chunkReset", "chunkTruncated", "chunkRowMissing", "chunkStalled"] as const;
    // 404 is the status the driver does not retry but reports, with its whole response.
    for (const fault of [...kinds.map((kind) => ({ kind })), { kind: "chunkStatus", status: 404 } as const]) {
      await server.admin.setFaults([{ ...fault, times: "always" }]);
      await failing(read);
      await server.admin.clearFaults();
    }
    await failing(() => session.query(`SELECT '${password}' FROM NO_SUCH_TABLE`));
    await server.admin.setFaults([{ kind: "sessionGone", times: "always" }]);
    await failing(() => session.query("SELECT 1 AS A"));
    write(logger.records);

    expect(proxy.secrets.size).toBeGreaterThan(10);
    const everything = written.join("\n");
    for (const secret of proxy.secrets) expect(everything.includes(secret), secret.slice(0, 30)).toBe(false);
  });
});
