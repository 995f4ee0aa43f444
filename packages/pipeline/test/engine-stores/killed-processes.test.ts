import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openFileStore } from "@snowmelt/lake";
import { openFileStores } from "@snowmelt/pipeline/engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { collect } from "../../src/engine/testing/contract-cases.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "snowmelt-engine-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const runIds = ["a", "b", "c"];

/** Kills it at its n-th line, if it gets there. Gives how it ended. */
async function work(killAtLine: number): Promise<NodeJS.Signals | number | null> {
  const script = join(import.meta.dirname, "engine-child.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, folder, runIds.join(",")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let lines = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++lines === killAtLine) child.kill("SIGKILL");
  const [code, signal] = await ended;
  return signal ?? code;
}

test("runs that several processes work on, and are killed at, come to their ends with nothing lost or doubled", async () => {
  const ends = await Promise.all([work(2), work(5), work(9), work(14)]);
  expect(ends).toContain("SIGKILL");
  expect(await Promise.all([work(Number.POSITIVE_INFINITY), work(Number.POSITIVE_INFINITY)])).toEqual([0, 0]);
  const objects = openFileStore(folder);
  const { runs } = openFileStores(objects);
  for (const runId of runIds) {
    expect((await runs.read(runId))?.state.status).toBe("succeeded");
    const audit = await collect(runs.audit(runId));
    expect(audit.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(new Set(audit.map(({ event }) => event.id)).size).toBe(4);
  }
  expect(await runs.pending(Number.MAX_SAFE_INTEGER, { limit: 10 })).toEqual([]);
  expect(await collect(objects.list("open/"))).toEqual([]);
});
