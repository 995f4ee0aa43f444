import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable } from "@snowmelt/lake/delta";
import type { S3StoreOptions } from "@snowmelt/lake/s3";
import { expect } from "vitest";
import { createTable } from "../delta-log.ts";
import type { LakeBucket } from "../s3/open-lake-bucket.ts";

/** What a committing process is told. */
export interface CommitLanes {
  readonly options: S3StoreOptions;
  readonly path: string;
  readonly lanes: readonly string[];
  readonly steps: number;
}

export interface Race {
  readonly processes: number;
  /** Lanes of a process, all at once. */
  readonly lanes: number;
  readonly steps: number;
  /** Processes that are killed after so many commits of theirs, and then started again. */
  readonly kill?: (process: number) => number | undefined;
}

/** A table on the emulated S3. */
export async function createS3Table(lake: LakeBucket, path: string): Promise<DeltaTable> {
  const store = lake.open({ prefix: "race" });
  const table = openDeltaTable({ store, path, clock: systemClock, random: systemRandom });
  await createTable(table);
  return table;
}

/** Lets the processes race, killing some on the way, until every lane is at its last step. */
export async function raceCommitters(lake: LakeBucket, path: string, race: Race): Promise<void> {
  const one = async (process: number): Promise<void> => {
    const lanes = Array.from({ length: race.lanes }, (_, lane) => laneOf(process, lane));
    const told: CommitLanes = { options: { ...lake.options, prefix: "race" }, path, lanes, steps: race.steps };
    const killAfter = race.kill?.(process);
    if (killAfter !== undefined) await commitInChild(told, killAfter);
    expect(await commitInChild(told)).toBe(0);
  };
  await Promise.all(Array.from({ length: race.processes }, (_, process) => one(process)));
}

/** Every step of every lane is in the log once and in order, the log has no gap, and the table has each step's file. */
export async function expectEveryCommitOnce(table: DeltaTable, race: Race): Promise<void> {
  const total = race.processes * race.lanes * race.steps;
  const found = new Map<string, number[]>();
  for (let version = 0; version <= total; version++) {
    const body = await table.store.get(`${table.path}/_delta_log/${String(version).padStart(20, "0")}.json`);
    for (const line of new TextDecoder().decode(body).split("\n").filter(Boolean)) {
      const { txn } = JSON.parse(line) as { txn?: { appId: string; version: number } };
      if (txn && !txn.appId.includes("#")) found.set(txn.appId, [...(found.get(txn.appId) ?? []), txn.version]);
    }
  }
  const snapshot = await table.snapshot();
  expect(snapshot?.version).toBe(total);
  expect(found.size).toBe(race.processes * race.lanes);
  const inOrder = Array.from({ length: race.steps }, (_, step) => step + 1);
  for (const steps of found.values()) expect(steps).toEqual(inOrder);
  const files = [...(snapshot?.files.keys() ?? [])].map((key) => key.split("/").at(-1));
  expect(files.sort()).toEqual([...found.keys()].flatMap((lane) => inOrder.map((n) => `${lane}-${n}`)).sort());
}

const laneOf = (process: number, lane: number): string => `p${process}l${lane}`;

/** Its exit code; null when it was killed. */
async function commitInChild(told: CommitLanes, killAfter = Number.POSITIVE_INFINITY): Promise<number | null> {
  const script = join(import.meta.dirname, "..", "fixtures", "commit-lanes.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, JSON.stringify(told)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let commits = 0;
  child.stdout.on("data", (part: Buffer) => {
    commits += part.toString().split("\n").length - 1;
    if (commits >= killAfter) child.kill("SIGKILL");
  });
  const [code] = await exited;
  return code;
}
