/**
 * Landing flights of the sample in an empty lake, from the connection to the commit: streamed into a folder and into S3,
 * unloaded into S3, with a key and rules that look at every row and without; beside it the same rows by hand.
 *
 *     npm run bench -- land [--rows 1000000] [--rounds 3]
 *
 * Every landing is in a process of its own, its start and its imports left out of the times and not of the memory. Snowflake
 * and S3 are processes of this machine: their CPU seconds are not counted, but the seconds that they take are. Rounds are
 * interleaved, medians shown. Trust the ratios of one run: all subjects share the machine.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { version as duckdbVersion } from "@duckdb/node-api";
import { type Bench, type BenchCase, median, nodeArgs } from "./bench.ts";
import { type BenchSource, openBenchSource } from "./land/open-bench-source.ts";
import type { Landed, Route, Task } from "./land/task.ts";

const routes: readonly Route[] = ["stream to a folder", "stream to S3", "unload to S3"];
const subjects: readonly Pick<Task, "subject" | "rows">[] = [
  { subject: "snowmelt", rows: "key and rules" },
  { subject: "snowmelt", rows: "no rules" },
  { subject: "by hand", rows: "no rules" },
];

type Landing = Pick<Task, "subject" | "route" | "rows" | "rowCount">;

export const bench: Bench = async (args) => {
  const { rowCount, rounds } = parse(args);
  const landings = routes.flatMap((route) => subjects.map((subject): Landing => ({ ...subject, route, rowCount })));
  const measured = new Map(landings.map((landing): [Landing, Landed[]] => [landing, []]));
  await using source = await openBenchSource(rowCount);
  for (let round = 0; round < rounds; round++) {
    for (const [landing, landed] of measured) landed.push(await landOnce(source, landing));
  }
  return {
    versions: { "snowflake-sdk": await driverVersion(), duckdb: duckdbVersion() },
    cases: [...measured].flatMap(([landing, landed]) => casesOf(landing, landed)),
  };
};

function casesOf({ subject, route, rows, rowCount }: Landing, landed: readonly Landed[]): BenchCase[] {
  const one = { case: `${route}, ${rows}, ${rowCount} rows`, subject };
  return [
    { ...one, metric: "rows/s", value: median(landed.map(({ seconds }) => rowCount / seconds)) },
    { ...one, metric: "CPU s", value: median(landed.map(({ cpuSeconds }) => cpuSeconds)) },
    { ...one, metric: "peak RSS MB", value: median(landed.map(({ peakRssMb }) => peakRssMb)) },
  ];
}

function parse(args: readonly string[]): { readonly rowCount: number; readonly rounds: number } {
  const options = { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "3" } } as const;
  const { rows, rounds } = parseArgs({ args: [...args], options }).values;
  const [rowCount, times] = [Number(rows), Number(rounds)];
  if (!(Number.isSafeInteger(rowCount) && rowCount > 0 && Number.isSafeInteger(times) && times > 0))
    throw new Error(`Expected whole numbers above 0, got --rows ${rows} --rounds ${rounds}.`);
  return { rowCount, rounds: times };
}

async function landOnce({ server, aws, empty }: BenchSource, landing: Landing): Promise<Landed> {
  const { endpoint, region, credentials } = aws;
  await empty(landing.route);
  const directory = await mkdtemp(join(tmpdir(), "snowmelt-bench-land-"));
  try {
    const { port, password } = server;
    const task: Task = { ...landing, port, password, endpoint, region, credentials, directory };
    const script = join(import.meta.dirname, "land", "land-once.ts");
    const running = promisify(execFile)(process.execPath, [...nodeArgs, script], {
      env: { ...process.env, TMPDIR: directory },
    });
    running.child.stdin?.end(JSON.stringify(task));
    const { stdout } = await running;
    const landed = JSON.parse(stdout) as Landed;
    const figures = `${landed.seconds.toFixed(1)} s, CPU ${landed.cpuSeconds.toFixed(1)} s, ${landed.peakRssMb.toFixed(0)} MB`;
    console.log(`${landing.route}, ${landing.rows}, ${landing.subject}: ${figures}`);
    return landed;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function driverVersion(): Promise<string> {
  const path = join(import.meta.dirname, "..", "node_modules", "snowflake-sdk", "package.json");
  return (JSON.parse(await readFile(path, "utf8")) as { readonly version: string }).version;
}
