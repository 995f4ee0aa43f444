/**
 * How the driver's own row stream grows with the result, and what `stream` makes of it: rows per second and peak memory by
 * number of rows, range size and ranges at once. The server is a process of its own.
 *
 *     npm run bench -- driver-curve [rows ...]
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { secretRef } from "@snowmelt/core/ports";
import { startLocalSnowflake } from "@snowmelt/local";
import { type Bench, type BenchCase, nodeArgs } from "./bench.ts";
import { openSession, planOf, type Task } from "./driver-curve/task.ts";

async function readInChild(task: Task, flags: readonly string[]): Promise<{ seconds: number; peakMegabytes: number }> {
  const script = join(import.meta.dirname, "driver-curve", "read-result.ts");
  const child = spawn(process.execPath, [...nodeArgs, ...flags, script, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  await new Promise((resolve) => child.once("close", resolve));
  return JSON.parse(output);
}

async function measure(sizes: readonly number[]): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  await using server = await startLocalSnowflake();
  const { account, host, port, protocol, user, password, database, schema, warehouse } = server;
  const auth = { kind: "password", password: secretRef("env:PASSWORD") } as const;
  const config = { account, host, port, protocol, username: user, auth, database, schema, warehouse };
  await using session = await openSession({ config, password });
  await session.query("CREATE DATABASE IF NOT EXISTS AVIATION");
  await session.query("CREATE SCHEMA IF NOT EXISTS AVIATION.PUBLIC");
  await session.query(
    `CREATE TABLE FLIGHTS AS SELECT SEQ8() + 1 AS FLIGHT_ID,
       DATEADD('minute', SEQ8(), '2001-01-01'::TIMESTAMP_NTZ(9)) AS DATE, (SEQ8() % 200 - 30)::NUMBER(10,0) AS DELAY,
       (SEQ8() % 2500)::NUMBER(10,0) AS DISTANCE, 'ABQ' AS ORIGIN, 'SFO' AS DESTINATION,
       DATEADD('second', SEQ8(), '2001-01-01'::TIMESTAMP_NTZ(9)) AS UPDATED_AT
     FROM TABLE(GENERATOR(ROWCOUNT => ${Math.max(...sizes)}))`,
  );
  for (const size of sizes) {
    const queryId = await session.submit(`${planOf().sql} LIMIT ${size}`, { requestId: crypto.randomUUID() });
    await session.awaitQuery(queryId);
    const run = async (mode: Task["mode"], options: Task["options"] = {}, flags: readonly string[] = []) => {
      const { seconds, peakMegabytes } = await readInChild({ config, password, queryId, mode, options }, flags);
      const { rangeRows = mode === "driver" ? "one" : "adaptive", parallel = 1 } = options;
      const what = `${size} rows, ranges of ${rangeRows}, ${[`${parallel} at once`, ...flags].join(", ")}`;
      cases.push({ case: what, subject: mode, metric: "rows/s", value: size / seconds });
      cases.push({ case: what, subject: mode, metric: "peak RSS MB", value: peakMegabytes });
    };
    await run("driver");
    await run("stream");
    if (size < 1_000_000) continue;
    for (const rangeRows of [200_000, 500_000, 1_000_000]) await run("stream", { rangeRows });
    await run("stream", { parallel: 4 });
    await run("stream", {}, ["--max-semi-space-size=4"]);
  }
  return cases;
}

export const bench: Bench = async (sizes) => ({
  versions: {},
  cases: await measure(sizes.length > 0 ? sizes.map(Number) : [200_000, 1_000_000, 3_000_000]),
});
