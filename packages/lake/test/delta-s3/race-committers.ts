import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { seededRandom, systemClock, systemRandom } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable } from "@snowmelt/lake/delta";
import type { S3StoreOptions } from "@snowmelt/lake/s3";
import { expect } from "vitest";
import { createTable } from "../delta-log.ts";
import type { LakeBucket } from "../s3/open-lake-bucket.ts";
import { bundleCommitter } from "./bundle-committer.ts";

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
  /** So many processes are killed while they are at work, chosen at random, and started again. @default 0 */
  readonly kills?: number;
}

/** A table on the emulated S3. */
export async function createS3Table(lake: LakeBucket, path: string): Promise<DeltaTable> {
  const store = lake.open({ prefix: "race" });
  const table = openDeltaTable({ store, path, clock: systemClock, random: systemRandom });
  await createTable(table);
  return table;
}

/** Processes that start at the same time; the others wait for their turn. */
const startsAtOnce = 4;

/**
 * Lets the processes race, all of them begun at one moment, until every lane is at its last step. Gives how many kills hit
 * a process that was at work.
 */
export async function raceCommitters(lake: LakeBucket, path: string, race: Race): Promise<{ readonly killed: number }> {
  await using bundle = await bundleCommitter();
  const random = seededRandom(race.processes);
  const running = new Set<ChildProcess>();
  let [killed, left] = [0, race.kills ?? 0];
  /** After every second commit of anyone, as long as kills are left. */
  let commits = 0;
  const onCommit = (): void => {
    const victim = [...running][Math.floor(random.float() * running.size)];
    if (++commits % 2 !== 0 || left === 0 || !victim) return;
    left--;
    running.delete(victim);
    victim.kill("SIGKILL");
  };
  const start = async (process: number): Promise<ChildProcess> => {
    const lanes = Array.from({ length: race.lanes }, (_, lane) => laneOf(process, lane));
    const told: CommitLanes = { options: { ...lake.options, prefix: "race" }, path, lanes, steps: race.steps };
    return startCommitter(bundle.script, told, onCommit);
  };
  /** Its exit code; null when it was killed. */
  const run = async (child: ChildProcess): Promise<number | null> => {
    const exited = once(child, "exit");
    running.add(child);
    child.stdin?.end("go\n");
    const [code] = await exited;
    running.delete(child);
    return code;
  };
  const numbers = Array.from({ length: race.processes }, (_, process) => process);
  const ready: ChildProcess[] = [];
  for (let first = 0; first < numbers.length; first += startsAtOnce) {
    ready.push(...(await Promise.all(numbers.slice(first, first + startsAtOnce).map(start))));
  }
  await Promise.all(
    ready.map(async (first, process) => {
      let code = await run(first);
      while (code === null) {
        killed++;
        code = await run(await start(process));
      }
      expect(code).toBe(0);
    }),
  );
  return { killed };
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

/** A process that is loaded and waits for the word to begin. It ends by itself when its parent does. */
async function startCommitter(script: string, told: CommitLanes, onCommit: () => void): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--max-old-space-size=64", script, JSON.stringify(told)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, "line");
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`A committer ended with ${code} before it began.`);
  });
  await Promise.race([ready, died]);
  lines.on("line", onCommit);
  died.catch(() => {});
  return child;
}
