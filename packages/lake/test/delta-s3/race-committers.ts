import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { seededRandom, systemClock, systemRandom } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable } from "@snowmelt/lake/delta";
import type { S3StoreOptions } from "@snowmelt/lake/s3";
import { expect } from "vitest";
import { createTable } from "../delta-log.ts";
import type { LakeBucket } from "../s3/open-lake-bucket.ts";
import { tableRows } from "../table-rows.ts";
import { bundleCommitter } from "./bundle-committer.ts";
import { type Kills, killAtRandom, type Running } from "./kill-at-random.ts";
import { type Row, readByDeltaRs, sortRows } from "./read-by-delta-rs.ts";

/** What a committing process is told. */
export interface CommitLanes {
  readonly options: S3StoreOptions;
  readonly path: string;
  /** Step n of a lane commits one row, of which `firstId + n` is the ID. */
  readonly lanes: readonly { readonly appId: string; readonly firstId: number }[];
  readonly steps: number;
}

export interface Race {
  readonly processes: number;
  /** Lanes of a process, all at once. */
  readonly lanes: number;
  readonly steps: number;
  /** So many processes are killed while they are at work, each chosen at random, at a random moment, and started again. @default 0 */
  readonly kills?: number;
  /** Between two kills at most. @default 200 */
  readonly gapMs?: number;
}

export interface RaceReport {
  readonly kills: Kills;
  /** Milliseconds that each commit took which was told of, the shortest first. */
  readonly commitMs: readonly number[];
  /** From the word to begin to the end of the last process. */
  readonly tookMs: number;
}

/** A table on the emulated S3. */
export async function createS3Table(lake: LakeBucket, path: string): Promise<DeltaTable> {
  const store = lake.open({ prefix: "race" });
  const table = openDeltaTable({ store, path, clock: systemClock, random: systemRandom });
  await createTable(table, [], []);
  return table;
}

/** Processes that start at the same time; the others wait for their turn. */
const startsAtOnce = 4;

/** Lets the processes race, all of them alive and begun at one moment, until every lane is at its last step. */
export async function raceCommitters(lake: LakeBucket, path: string, race: Race): Promise<RaceReport> {
  await using bundle = await bundleCommitter();
  const running = new Set<Running>();
  const commitMs: number[] = [];
  const start = async (process: number): Promise<Running> => {
    const told: CommitLanes = {
      options: { ...lake.options, prefix: "race" },
      path,
      lanes: Array.from({ length: race.lanes }, (_, lane) => ({
        appId: laneOf(process, lane),
        firstId: firstIdOf(process, lane),
      })),
      steps: race.steps,
    };
    const args = ["--max-old-space-size=64", "--max-semi-space-size=1", bundle.script, JSON.stringify(told)];
    const child = spawn(globalThis.process.execPath, args, { env: bundle.env, stdio: ["pipe", "pipe", "inherit"] });
    const started: Running = { child, commits: 0 };
    const lines = createInterface({ input: child.stdout });
    const ready = once(lines, "line");
    const died = once(child, "exit").then(([code]) => {
      throw new Error(`A committer ended with ${code} before it began.`);
    });
    await Promise.race([ready, died]);
    died.catch(() => {});
    lines.on("line", (line) => {
      started.commits++;
      commitMs.push(Number(line.split(" ")[1]));
    });
    return started;
  };
  /** Its exit code; null when it was killed. */
  const run = async (started: Running): Promise<number | null> => {
    const exited = once(started.child, "exit");
    running.add(started);
    started.child.stdin?.end("go\n");
    const [code] = await exited;
    running.delete(started);
    return code;
  };
  const numbers = Array.from({ length: race.processes }, (_, process) => process);
  const ready: Running[] = [];
  for (let first = 0; first < numbers.length; first += startsAtOnce) {
    ready.push(...(await Promise.all(numbers.slice(first, first + startsAtOnce).map(start))));
  }
  const beganMs = performance.now();
  const racing = Promise.all(
    ready.map(async (first, process) => {
      let code = await run(first);
      while (code === null) code = await run(await start(process));
      expect(code).toBe(0);
    }),
  );
  const { kills = 0, gapMs = 200 } = race;
  const random = seededRandom(race.processes);
  const plan = { kills, gapMs, total: race.processes * race.lanes * race.steps, clock: systemClock, random };
  const [killed] = await Promise.all([killAtRandom(running, { ...plan, committed: () => commitMs.length }), racing]);
  return { kills: killed, commitMs: commitMs.sort((a, b) => a - b), tookMs: performance.now() - beganMs };
}

/** Every step of every lane is in the log once and in order, the log has no gap, and every reader sees each row once. */
export async function expectEveryCommitOnce(lake: LakeBucket, table: DeltaTable, race: Race): Promise<void> {
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
  const expected = expectedRows(race);
  expect(await ourRows(table)).toEqual(expected);
  expect(await readByDeltaRs(lake, table.path)).toEqual({ version: total, rows: expected });
}

export async function ourRows(table: DeltaTable): Promise<readonly Row[]> {
  return sortRows((await tableRows(table)).map(([id, lane]) => [Number(id), String(lane)] as const));
}

function expectedRows({ processes, lanes, steps }: Race): readonly Row[] {
  const rows: Row[] = [];
  for (let process = 0; process < processes; process++) {
    for (let lane = 0; lane < lanes; lane++) {
      for (let n = 1; n <= steps; n++) rows.push([firstIdOf(process, lane) + n, laneOf(process, lane)]);
    }
  }
  return sortRows(rows);
}

const laneOf = (process: number, lane: number): string => `p${process}l${lane}`;

const firstIdOf = (process: number, lane: number): number => process * 10_000 + lane * 100;
