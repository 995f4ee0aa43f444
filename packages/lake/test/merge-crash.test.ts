import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import { attemptOf, openDeltaTable, snapshotRows, sweepOrphans } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { rowsAfter, windowFields } from "./fixtures/windows.ts";
import { tableRows } from "./table-rows.ts";

const windows = 12;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-merge-crash-"));
});
afterEach(() => rm(root, { recursive: true }));

it("ends with exactly the rows of all windows, however often it is killed while landing, staging or committing", async () => {
  const table = openDeltaTable({
    store: openFileStore(root),
    path: "raw/t",
    clock: systemClock,
    random: seededRandom(1),
  });
  for (let kill = 0; kill < 12; kill++) {
    // Killed when it says that it is about to commit, a moment later, or right after a commit.
    await mergeInChild({ after: kill % 3 === 2 ? "committed" : "staged", delayMs: (kill * 5) % 12 });
    const { n } = await table.lane("live");
    expect(await rows(table)).toEqual(rowsAfter(n));
  }
  await mergeInChild(undefined);
  expect((await table.lane("live")).n).toBe(windows);
  expect(await rows(table)).toEqual(rowsAfter(windows));

  const snapshot = await table.snapshot();
  expect(snapshot && snapshotRows(snapshot)).toBe(rowsAfter(windows).length);
  const attempts = new Set<string>();
  for await (const { key } of table.store.list("raw/t/data/"))
    attempts.add(attemptOf(key.slice("raw/t/".length)) ?? "");
  const swept = await sweepOrphans(table, { terminalAttempts: [...attempts] });
  expect(swept.files, "a kill before a commit leaves orphans, else the test killed nothing").toBeGreaterThan(0);
  expect(await rows(table)).toEqual(rowsAfter(windows));
}, 120_000);

async function rows(table: ReturnType<typeof openDeltaTable>) {
  return (await tableRows(table, windowFields)).toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

async function mergeInChild(kill: { after: "staged" | "committed"; delayMs: number } | undefined): Promise<void> {
  const script = join(import.meta.dirname, "fixtures", "merge-windows.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, root, `${windows}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  child.stdout.on("data", (part: Buffer) => {
    if (kill && part.toString().includes(kill.after)) setTimeout(() => child.kill("SIGKILL"), kill.delayMs);
  });
  const [code] = await exited;
  if (!kill) expect(code).toBe(0);
}
