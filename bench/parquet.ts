/**
 * Our Parquet encoder beside hyparquet-writer and DuckDB's COPY, on the flights and on mixed types.
 *
 *     npm run bench -- parquet [rounds]
 *
 * Each writer runs in a process of its own, rounds interleaved, medians shown. Trust the ratios of one run: all writers
 * share the machine. MB are of the column batches' buffers; CPU time is of encoding alone.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Bench, type BenchCase, median, nodeArgs } from "./bench.ts";
import { type BenchData, prepareFlights, prepareMixed } from "./parquet/data.ts";
import type { Measured } from "./parquet/write-once.ts";
import { writers } from "./parquet/writers.ts";

export const bench: Bench = async ([rounds = "3"]) => ({ versions: {}, cases: await compare(Number(rounds)) });

async function compare(rounds: number): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-bench-"));
  try {
    for (const data of [await prepareFlights(folder), await prepareMixed(folder)])
      cases.push(...(await compareOn(data, folder, rounds)));
  } finally {
    await rm(folder, { recursive: true });
  }
  return cases;
}

async function compareOn(data: BenchData, folder: string, rounds: number): Promise<BenchCase[]> {
  const found = new Map(writers.map(({ name }) => [name, [] as Measured[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name } of writers) {
      const args = [
        ...nodeArgs,
        join(import.meta.dirname, "parquet", "write-once.ts"),
        name,
        data.folder,
        fileOf(folder, data, name),
      ];
      found.get(name)?.push(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Measured);
    }
  }
  const digests = await digestsOf(data, folder);
  const megabytes = data.bytes / 1e6;
  const of = (name: string, figure: (measured: Measured) => number): number =>
    median((found.get(name) ?? []).map(figure));
  const what = `${data.name}: ${data.rowCount} rows, ${data.fields.length} columns, ${megabytes.toFixed(0)} MB`;
  const cases: BenchCase[] = [];
  for (const { name, note } of writers) {
    if (digests.get(name) !== digests.get(writers[0]?.name ?? "")) throw new Error(`${name} wrote other rows.`);
    const subject = note === "" ? name : `${name} (${note})`;
    const cpuS = of(name, (measured) => measured.cpuS);
    cases.push(
      { case: what, subject, metric: "CPU s", value: cpuS },
      { case: what, subject, metric: "MB/CPU s", value: megabytes / cpuS },
      { case: what, subject, metric: "file MB", value: (await stat(fileOf(folder, data, name))).size / 1e6 },
      { case: what, subject, metric: "peak RSS MB", value: of(name, ({ peakRssMb }) => peakRssMb) },
    );
  }
  return cases;
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
