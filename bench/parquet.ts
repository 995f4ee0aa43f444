/**
 * Our Parquet encoder beside hyparquet-writer and DuckDB's COPY, on the flights and on mixed types.
 *
 *     node --conditions=@snowmelt/source bench/parquet.ts [rounds]
 *
 * Each writer runs in a process of its own, rounds interleaved, medians shown. Trust the ratios of one run: all writers
 * share the machine. MB are of the column batches' buffers; CPU time is of encoding alone.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type BenchData, prepareFlights, prepareMixed } from "./parquet/data.ts";
import { type Meter, readData, writers } from "./parquet/writers.ts";

interface Measured {
  readonly cpuS: number;
  readonly peakRssMb: number;
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === "--write") await writeOnce(rest[0] ?? "", rest[1] ?? "", rest[2] ?? "");
else await compare(Number(mode ?? 3));

async function compare(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-bench-"));
  try {
    for (const data of [await prepareFlights(folder), await prepareMixed(folder)])
      await compareOn(data, folder, rounds);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compareOn(data: BenchData, folder: string, rounds: number): Promise<void> {
  const found = new Map(writers.map(({ name }) => [name, [] as Measured[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name } of writers) {
      const args = [
        ...process.execArgv,
        import.meta.filename,
        "--write",
        name,
        data.folder,
        fileOf(folder, data, name),
      ];
      found.get(name)?.push(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Measured);
    }
  }
  const digests = await digestsOf(data, folder);
  const megabytes = data.bytes / 1e6;
  const cpuOf = (name: string): number => median((found.get(name) ?? []).map(({ cpuS }) => cpuS));
  const fastest = cpuOf(writers[0]?.name ?? "");
  console.log(
    `\n${data.name}: ${data.rowCount.toLocaleString("en")} rows, ${data.fields.length} columns, ${megabytes.toFixed(0)} MB`,
  );
  console.table(
    await Promise.all(
      writers.map(async ({ name, note }) => ({
        writer: name,
        "CPU s": round(cpuOf(name), 2),
        "MB/CPU s": round(megabytes / cpuOf(name), 0),
        "times our CPU": round(cpuOf(name) / fastest, 1),
        "file MB": round((await stat(fileOf(folder, data, name))).size / 1e6, 2),
        "peak RSS MB": round(median((found.get(name) ?? []).map(({ peakRssMb }) => peakRssMb)), 0),
        "rows equal": digests.get(name) === digests.get(writers[0]?.name ?? ""),
        "left out": note,
      })),
    ),
  );
}

async function writeOnce(name: string, folder: string, out: string): Promise<void> {
  const writer = writers.find((candidate) => candidate.name === name);
  if (!writer) throw new Error(`no writer ${name}`);
  let micros = 0;
  const meter: Meter = (work) => {
    const before = process.cpuUsage();
    const account = (): void => {
      const { user, system } = process.cpuUsage(before);
      micros += user + system;
    };
    const result = work();
    if (result instanceof Promise) return result.finally(account) as typeof result;
    account();
    return result;
  };
  await writer.write(await readData(folder), out, meter);
  console.log(
    JSON.stringify({ cpuS: micros / 1e6, peakRssMb: process.resourceUsage().maxRSS / 1024 } satisfies Measured),
  );
}

/** A number that differs unless every row has the same text in every column; the order of rows aside. */
async function digestsOf(data: BenchData, folder: string): Promise<Map<string, string>> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const row = data.fields.map((field) => `coalesce("${field.name}"::VARCHAR, '∅')`).join(", ");
  const digests = new Map<string, string>();
  for (const { name } of writers) {
    const sql = `SELECT count(*) || ':' || sum(hash(concat_ws('|', ${row})))::VARCHAR FROM read_parquet('${fileOf(folder, data, name)}')`;
    digests.set(name, String((await connection.runAndReadAll(sql)).getRows()[0]?.[0]));
  }
  return digests;
}

function fileOf(folder: string, data: BenchData, name: string): string {
  return join(folder, `${data.name}-${name.replaceAll(/\W+/g, "-")}.parquet`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
