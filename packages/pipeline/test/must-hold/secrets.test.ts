import { join } from "node:path";
import { inspect } from "node:util";
import { dataset, delta, full, type Pipeline, table } from "@snowmelt/core/definition";
import { memoryLogger, memorySecrets } from "@snowmelt/core/ports";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planPipeline } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { type Ended, manifestOf, runCommand } from "./command-line.ts";
import { textBelow } from "./folder.ts";
import { openRecordingProxy, type RecordingProxy } from "./recording-proxy.ts";

const wrongPassword = "wrong-pass-word-that-must-not-show-4712";
let land: Landscape;
let proxy: RecordingProxy;
let port: string;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 10, firstChunkBytes: 20_000, maxChunkBytes: 40_000 } });
  proxy = await openRecordingProxy(land.server.port);
  port = `port=${proxy.port}`;
  await land.sql(
    "CREATE TABLE GUARDED AS SELECT SEQ4()::NUMBER(10,0) AS ID, ('a name to fill a chunk with ' || SEQ4())::VARCHAR(100) AS NAME FROM TABLE(GENERATOR(ROWCOUNT => 5000))",
  );
}, 120_000);
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await land[Symbol.asyncDispose]();
});

const GUARDED = (name: string) =>
  sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(10,0)"],
      ["NAME", "VARCHAR(100)"],
    ],
  });

const pipelineOf = (name: string, source = "GUARDED"): Pipeline =>
  land.pipeline({ [name]: dataset({ source: table(GUARDED(source)), sync: full(), land: delta() }) });

test("no secret of a run is in anything that the run writes, whether it succeeds, fails or is stopped", async () => {
  const written: string[] = [];
  const run = async (name: string, options: Parameters<typeof runCommand>[2] = {}): Promise<Ended> => {
    const ended = await runCommand(land, pipelineOf(name), {
      ...options,
      args: ["--connection", port, ...(options.args ?? [])],
    });
    written.push(ended.out, ended.err);
    return ended;
  };

  const good = await run("good", { args: ["--json", "--verbose"] });
  expect(good.code, good.err).toBe(0);
  const [first] = manifestOf(good).datasets;
  expect(first).toMatchObject({ outcome: "committed", counts: { extracted: 5000 } });
  expect((await run("plain", { args: ["--verbose"] })).code).toBe(0);

  const refused = await run("refused", { args: ["--verbose"], password: wrongPassword });
  expect(refused.code, refused.err).toBe(3);

  for (const fault of [{ kind: "chunkRowMissing" }, { kind: "chunkStatus", status: 404 }] as const) {
    await land.server.admin.setFaults([{ ...fault, times: "always" }]);
    const broken = await run("broken", { args: ["--json", "--verbose"] });
    expect(broken.code, broken.err).toBeGreaterThan(0);
    await land.server.admin.clearFaults();
  }

  await land.server.admin.setFaults([{ kind: "chunkSlow", bytesPerSecond: 2000, times: "always" }]);
  const stopped = await run("stopped", {
    args: ["--verbose"],
    signalAt: (err) => (err.includes("extract done") ? "SIGINT" : undefined),
  });
  expect(stopped.code, stopped.err).toBe(130);
  await land.server.admin.clearFaults();

  const unknown = await runCommand(land, pipelineOf("unknown", "NO_SUCH_TABLE"), { args: ["--connection", port] });
  written.push(unknown.out, unknown.err);
  expect(unknown.code).toBe(2);

  await inThisProcess(written);

  const folders = await Promise.all(["state", "runs", "lake"].map((name) => textBelow(join(land.directory, name))));
  const everything = [...written, ...folders].join("\n");
  expect([...proxy.kinds].toSorted()).toEqual(["PASSWORD", "masterToken", "qrmk", "signature", "token", "url"]);
  const secrets = new Set([...proxy.secrets, land.server.password, wrongPassword]);
  expect(secrets.size).toBeGreaterThan(20);
  for (const secret of secrets)
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
      expect(everything.includes(form), `${secret.slice(0, 12)}…`).toBe(false);

  // The search finds what is there.
  expect(everything).toContain(first?.queryId ?? "no query id");
  for (const file of ["events.jsonl", "manifest.json", "report.html", "_delta_log/", ".parquet"])
    expect(everything).toContain(file);
}, 240_000);

/** The library by itself: what it throws, logs and returns. */
async function inThisProcess(written: string[]): Promise<void> {
  const write = (value: unknown): void => {
    written.push(inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value) ?? "");
    for (let error = value; error instanceof Error; error = error.cause)
      written.push(`${error.stack} ${error.message} ${String(error)}`);
  };
  const logger = memoryLogger();
  const connection = { port: proxy.port };
  const refused = await land
    .run(pipelineOf("here"), { connection, logger, secrets: memorySecrets({ "test:password": wrongPassword }) })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "CREDENTIALS_REFUSED" });
  write(refused);
  await land.server.admin.setFaults([{ kind: "chunkRowMissing", times: "always" }]);
  write(await land.run(pipelineOf("here"), { connection, logger, onEvent: write }));
  await land.server.admin.clearFaults();
  await land.server.admin.setFaults([{ kind: "sessionGone", times: "always" }]);
  write(await land.run(pipelineOf("here"), { connection, logger, onEvent: write }).catch((error: unknown) => error));
  await land.server.admin.clearFaults();
  const done = new AbortController();
  const stopAt = (event: { readonly kind: string }): void => {
    write(event);
    if (event.kind === "progress") done.abort();
  };
  write(
    await land
      .run(pipelineOf("here"), { connection, logger, onEvent: stopAt, signal: done.signal })
      .catch((error: unknown) => error),
  );
  write(
    await planPipeline(pipelineOf("here"), {
      environment: "local",
      secrets: land.secrets,
      connection,
      logger,
      stateRoot: join(land.directory, "state"),
    }),
  );
  write(logger.records);
}
