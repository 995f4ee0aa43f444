/**
 * How the driver's own row stream grows with the result, and what `stream` makes of it: rows per second and peak memory by
 * number of rows, range size and ranges at once. The server is a process of its own.
 *
 *     node --conditions=@snowmelt/source bench/driver-curve.ts [rows ...]
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { planLanding } from "@snowmelt/core/types";
import { startLocalSnowflake } from "@snowmelt/local";
import { openSnowflake, planExtract, type SnowflakeConfigInput, stream } from "@snowmelt/snowflake";

interface Task {
  readonly config: SnowflakeConfigInput;
  readonly password: string;
  readonly queryId: string;
  readonly mode: "driver" | "stream";
  readonly options: { readonly batchRows?: number; readonly rangeRows?: number; readonly parallel?: number };
}

const columns = [
  ["FLIGHT_ID", "NUMBER(38,0)"],
  ["DATE", "TIMESTAMP_NTZ(9)"],
  ["DELAY", "NUMBER(10,0)"],
  ["DISTANCE", "NUMBER(10,0)"],
  ["ORIGIN", "VARCHAR(3)"],
  ["DESTINATION", "VARCHAR(3)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(9)"],
] as const;

const open = ({ config, password }: Pick<Task, "config" | "password">) =>
  openSnowflake(config, { secrets: memorySecrets({ "env:PASSWORD": password }) });

const planOf = () =>
  planExtract({
    source: { table: { database: "AVIATION", schema: "PUBLIC", name: "FLIGHTS" } },
    landed: planLanding([...columns], { FLIGHT_ID: { kind: "integer" } }, "delta"),
  });

/** Reads one result in a process of its own and prints one line of JSON. */
async function readResult(task: Task): Promise<void> {
  await using session = await open(task);
  const startMs = performance.now();
  let rows = 0;
  if (task.mode === "driver") {
    const result = await session.openResult(task.queryId);
    const onRows = (slab: readonly unknown[]): void => {
      rows += slab.length;
    };
    await result.read({ start: 0, end: result.rowCount }, { stallMs: 60_000, onRows });
  } else {
    for await (const { batch } of stream(session, { queryId: task.queryId, plan: planOf(), ...task.options })) {
      rows += batch.rowCount;
    }
  }
  const seconds = (performance.now() - startMs) / 1000;
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ rows, seconds, peakMegabytes }));
}

async function readInChild(task: Task, flags: readonly string[]): Promise<{ seconds: number; peakMegabytes: number }> {
  const args = ["--conditions=@snowmelt/source", "--no-warnings", ...flags, fileURLToPath(import.meta.url), "--task"];
  const child = spawn(process.execPath, [...args, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  await new Promise((resolve) => child.once("close", resolve));
  return JSON.parse(output);
}

async function measure(sizes: readonly number[]): Promise<void> {
  await using server = await startLocalSnowflake();
  const { account, host, port, protocol, user, password, database, schema, warehouse } = server;
  const auth = { kind: "password", password: secretRef("env:PASSWORD") } as const;
  const config = { account, host, port, protocol, username: user, auth, database, schema, warehouse };
  await using session = await open({ config, password });
  await session.query("CREATE DATABASE IF NOT EXISTS AVIATION");
  await session.query("CREATE SCHEMA IF NOT EXISTS AVIATION.PUBLIC");
  await session.query(
    `CREATE TABLE FLIGHTS AS SELECT SEQ8() + 1 AS FLIGHT_ID,
       DATEADD('minute', SEQ8(), '2001-01-01'::TIMESTAMP_NTZ(9)) AS DATE, (SEQ8() % 200 - 30)::NUMBER(10,0) AS DELAY,
       (SEQ8() % 2500)::NUMBER(10,0) AS DISTANCE, 'ABQ' AS ORIGIN, 'SFO' AS DESTINATION,
       DATEADD('second', SEQ8(), '2001-01-01'::TIMESTAMP_NTZ(9)) AS UPDATED_AT
     FROM TABLE(GENERATOR(ROWCOUNT => ${Math.max(...sizes)}))`,
  );
  const print = (...cells: (string | number)[]): void =>
    console.log(cells.map((cell) => String(cell).padStart(14)).join(""));
  print("rows", "read by", "range rows", "parallel", "node flags", "s", "rows/s", "peak MB");
  for (const size of sizes) {
    const queryId = await session.submit(`${planOf().sql} LIMIT ${size}`, { requestId: crypto.randomUUID() });
    await session.awaitQuery(queryId);
    const run = async (mode: Task["mode"], options: Task["options"] = {}, flags: readonly string[] = []) => {
      const { seconds, peakMegabytes } = await readInChild({ config, password, queryId, mode, options }, flags);
      const { rangeRows = mode === "driver" ? "one" : "adaptive", parallel = 1 } = options;
      const perSecond = Math.round(size / seconds).toLocaleString("en");
      print(size, mode, rangeRows, parallel, flags.length, seconds.toFixed(2), perSecond, peakMegabytes);
    };
    await run("driver");
    await run("stream");
    if (size < 1_000_000) continue;
    for (const rangeRows of [200_000, 500_000, 1_000_000]) await run("stream", { rangeRows });
    await run("stream", { parallel: 4 });
    await run("stream", {}, ["--max-semi-space-size=4"]);
  }
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === "--task") await readResult(JSON.parse(rest[0] ?? ""));
else await measure(process.argv.length > 2 ? process.argv.slice(2).map(Number) : [200_000, 1_000_000, 3_000_000]);
