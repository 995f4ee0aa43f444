import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore } from "@snowmelt/core/ports";
import { planAppend } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTable, liveKeys, mustSnapshot, openTable, putFile } from "./delta-log.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-race-"));
});
afterEach(() => rm(root, { recursive: true }));

describe.each(["memory", "file"])("many writers on the %s store", (kind) => {
  const openStore = () => (kind === "memory" ? memoryObjectStore() : openFileStore(root));

  it("each commit once, in versions without a gap", async () => {
    const store = openStore();
    await createTable(openTable(store));
    const writers = Array.from({ length: 24 }, (_, index) => ({ index, table: openTable(store, 100 + index) }));
    const outcomes = await Promise.all(
      writers.map(async ({ index, table }) => {
        const add = await putFile(table, `data/run=${index}/part`);
        return table.commit(planAppend(await mustSnapshot(table), [add]), {
          lanes: [{ appId: `lane/${index}`, n: 1, hi: 1n }],
        });
      }),
    );
    const versions = outcomes.map((outcome) => (outcome.status === "committed" ? outcome.version : -1));
    expect(versions.sort((a, b) => a - b)).toEqual(writers.map(({ index }) => index + 1));
    expect(await liveKeys(openTable(store))).toHaveLength(24);
  });

  it("let one of many runs of the same step commit; the others are told that it is done", async () => {
    const store = openStore();
    await createTable(openTable(store));
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const table = openTable(store, 100 + index);
        const add = await putFile(table, `data/run=${index}/part`);
        const plan = planAppend(await mustSnapshot(table), [add]);
        return table.commit(plan, { lanes: [{ appId: "lane/live", n: 1, hi: 77n }] });
      }),
    );
    expect(outcomes.filter(({ status }) => status === "committed")).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === "alreadyCommitted")).toHaveLength(15);
    expect(await liveKeys(openTable(store))).toHaveLength(1);
  });

  it("let one of many creators create the table", async () => {
    const store = openStore();
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, seed) => createTable(openTable(store, seed))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await openTable(store).snapshot())?.version).toBe(0);
  });
});

describe("processes on one folder", () => {
  it("race for every version and each commits all of its own once", async () => {
    await createTable(openTable(openFileStore(root)));
    const finished = await Promise.all(["one", "two"].map((writer) => commitInChild(writer, 20)));
    for (const { outcomes } of finished) {
      expect(outcomes).toHaveLength(20);
      expect(outcomes.every(({ status }) => status === "committed")).toBe(true);
    }
    const table = openTable(openFileStore(root));
    expect((await table.snapshot())?.version).toBe(40);
    expect(await liveKeys(table)).toHaveLength(40);
  }, 60_000);

  it("killed between or inside commits, leave a whole log, and a second run ends the work", async () => {
    await createTable(openTable(openFileStore(root)));
    for (let kill = 0; kill < 8; kill++) {
      await commitInChild(`w${kill}`, 1_000, kill * 3 + 1);
      const table = openTable(openFileStore(root), 50 + kill);
      const snapshot = await mustSnapshot(table);
      const { n } = await table.lane(`lane/w${kill}`);
      const keys = [...snapshot.files.keys()].filter((key) => key.startsWith(`data/run=w${kill}/`));
      expect(keys).toHaveLength(n);
      const next = planAppend(snapshot, [await putFile(table, `data/run=again-${kill}/part`)]);
      const lanes = [{ appId: `lane/w${kill}`, n: n + 1, hi: BigInt(n + 1) }];
      expect(await table.commit(next, { lanes })).toMatchObject({ status: "committed" });
    }
  }, 60_000);
});

/** Resolves when the child ended by itself, or was killed after it had told of `killAfter` commits. */
async function commitInChild(writer: string, count: number, killAfter = Number.POSITIVE_INFINITY) {
  const script = join(import.meta.dirname, "fixtures", "commit-many.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, root, writer, `${count}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let text = "";
  let lines = 0;
  child.stdout.on("data", (part: Buffer) => {
    text += part.toString();
    lines = text.split("\n").length - 1;
    if (lines >= killAfter) child.kill("SIGKILL");
  });
  await exited;
  const whole = text.split("\n").slice(0, lines);
  return { outcomes: whole.map((line) => JSON.parse(line) as { status: string; version: number }) };
}
