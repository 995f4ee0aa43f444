/** One operation upon a table in a folder, in a process of its own; prints a line of JSON. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import { openDeltaTable, planAppend, type Snapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { median } from "../bench.ts";

const commits = 9;
const [operation = "", folder = ""] = process.argv.slice(2);
const place = { store: openFileStore(dirname(folder)), path: basename(folder) };
const table = openDeltaTable({ ...place, clock: systemClock, random: seededRandom(1) });

async function load(): Promise<Snapshot> {
  const snapshot = await table.snapshot();
  if (!snapshot) throw new Error(`there is no table in ${folder}`);
  return snapshot;
}

async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Milliseconds, and live files as the operation began. */
async function measure(): Promise<{ readonly ms: number; readonly files: number }> {
  if (operation === "load") {
    const ms = await timed(load);
    return { ms, files: (await load()).files.size };
  }
  const snapshot = await load();
  const { size: files } = snapshot.files;
  if (operation === "list") return { ms: await timed(() => [...snapshot.files.keys()].length), files };
  await mkdir(join(folder, "new"), { recursive: true });
  if (operation === "checkpoint") {
    await append(0);
    return { ms: await timed(() => table.checkpoint()), files };
  }
  const times: number[] = [];
  for (let commit = 0; commit < commits; commit++) times.push(await append(commit));
  return { ms: median(times), files };
}

async function append(commit: number): Promise<number> {
  const path = `new/part-${commit}.parquet`;
  await writeFile(join(folder, path), "PAR1");
  const stats = '{"numRecords":1}';
  const add = { path, partitionValues: { DAY: "2026-01-01" }, size: 4, modificationTime: 1, dataChange: true, stats };
  return timed(async () => table.commit(planAppend(await load(), [add])));
}

const measured = await measure();
console.log(JSON.stringify({ ...measured, peakRssMb: process.resourceUsage().maxRSS / 1024 }));
