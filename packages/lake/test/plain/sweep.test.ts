import { manualClock, memoryObjectStore } from "@snowmelt/core/ports";
import {
  planPlainAppend,
  planPlainOverwrite,
  planPlainSweep,
  sweepPlainOrphans,
  sweepPlainTable,
} from "@snowmelt/lake/plain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTable, keysOf, landRun, liveIds, mustSnapshot, openTable } from "./plain-tables.ts";

const day = 24 * 3_600_000;

describe("a sweep of a plain Parquet table", () => {
  it("keeps what was live within the retention, and deletes the rest with its manifests", async () => {
    const clock = manualClock(1e12);
    const table = openTable(memoryObjectStore("memory://lake", clock.nowMs), 1, clock);
    await createTable(table, [[1n, "AK", null]]);
    await clock.sleep(1 * day);
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await landRun(table, "b", [[2n, "AK", null]])));
    await clock.sleep(7 * day);
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await landRun(table, "c", [[3n, "AK", null]])));
    await landRun(table, "running", [[4n, "AK", null]]);
    const dry = await sweepPlainTable(table, { dryRun: true });
    const plan = await sweepPlainTable(table);
    expect(plan).toEqual(dry);
    expect(plan).toMatchObject({ versions: [0], readableFrom: 1 });
    expect((await keysOf(table.store, "raw/t/data/")).map((key) => /run=(\w+)/.exec(key)?.[1])).toEqual([
      "b",
      "c",
      "running",
    ]);
    expect(await liveIds(table, 1)).toEqual([2]);
    await expect(liveIds(table, 0)).rejects.toMatchObject({ code: "PLAIN_VERSION_MISSING" });
    expect(await liveIds(openTable(table.store, 3, clock))).toEqual([3]);
    expect(await sweepPlainTable(table)).toMatchObject({ files: [], versions: [] });
  });

  it("keeps what a writer replaced just now whose clock is behind", async () => {
    const clock = manualClock(1e12);
    const store = memoryObjectStore("memory://lake", clock.nowMs);
    const table = openTable(store, 1, clock);
    await createTable(table, [[1n, "AK", null]]);
    await clock.sleep(30 * day);
    const behind = openTable(store, 2, manualClock(clock.nowMs() - 8 * day));
    const files = await landRun(behind, "b", [[2n, "AK", null]]);
    await behind.commit(planPlainOverwrite(await mustSnapshot(behind), files));
    expect(await sweepPlainTable(table)).toMatchObject({ files: [], versions: [], readableFrom: 0 });
    expect(await liveIds(table, 0)).toEqual([1]);
    await clock.sleep(7 * day);
    expect(await sweepPlainTable(table)).toMatchObject({ versions: [0], readableFrom: 1 });
  });

  it("keeps a file that an append left live, however old it is", async () => {
    const clock = manualClock(1e12);
    const table = openTable(memoryObjectStore("memory://lake", clock.nowMs), 1, clock);
    await createTable(table, [[1n, "AK", null]]);
    await table.commit(planPlainAppend(await mustSnapshot(table), await landRun(table, "b", [[2n, "AK", null]])));
    await clock.sleep(100 * day);
    expect(await sweepPlainTable(table)).toMatchObject({ files: [], versions: [0] });
    expect(await liveIds(table)).toEqual([1, 2]);
  });

  it("refuses less than seven days unless that is accepted in so many words", async () => {
    const table = openTable();
    await createTable(table, [[1n, "AK", null]]);
    await expect(sweepPlainTable(table, { retentionMs: 5 })).rejects.toMatchObject({ code: "VACUUM_RETENTION_SHORT" });
    expect(await sweepPlainTable(table, { retentionMs: 5, acceptShortRetention: true })).toMatchObject({
      versions: [],
    });
  });

  it("deletes what attempts left that are over, and nothing of theirs that a version names", async () => {
    const table = openTable();
    await createTable(table, [[1n, "AK", null]]);
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await landRun(table, "b", [[2n, "AK", null]])));
    await landRun(table, "crashed", [[3n, "AK", null]]);
    await landRun(table, "running", [[4n, "AK", null]]);
    const swept = await sweepPlainOrphans(table, { terminalAttempts: ["first", "b", "crashed", "none"] });
    expect(swept.files).toBe(1);
    expect((await keysOf(table.store, "raw/t/data/")).map((key) => /run=(\w+)/.exec(key)?.[1])).toEqual([
      "b",
      "first",
      "running",
    ]);
  });

  it("never takes a file of a retained version, whatever the history", () => {
    const paths = fc.subarray(["a", "b", "c", "d", "e"].map((name) => `data/run=${name}/part`));
    const history = fc.array(fc.record({ live: paths, ageMs: fc.nat(20) }), { maxLength: 8 });
    fc.assert(
      fc.property(history, fc.nat(100), (steps, cutoffMs) => {
        let [atMs, held] = [0, [] as string[]];
        const accounts = steps.map(({ live, ageMs }, version) => {
          const removed = held.filter((path) => !live.includes(path));
          [atMs, held] = [atMs + ageMs, live];
          return { version, committedAtMs: atMs, live, removed };
        });
        const objects = [...new Set(steps.flatMap(({ live }) => live))].map((path) => ({ path, sizeBytes: 1 }));
        const plan = planPlainSweep({ accounts, objects, cutoffMs, terminalAttempts: ["a", "b", "c", "d", "e"] });
        const gone = new Set(plan.files.map(({ path }) => path));
        const kept = accounts.filter(({ version }) => !plan.versions.includes(version));
        expect(kept.flatMap(({ live }) => live).filter((path) => gone.has(path))).toEqual([]);
        expect(plan.versions).not.toContain(accounts.at(-1)?.version);
        for (const version of plan.versions) expect(accounts[version + 1]?.committedAtMs).toBeLessThanOrEqual(cutoffMs);
        for (const { version } of kept.slice(0, -1))
          expect(accounts[version + 1]?.committedAtMs).toBeGreaterThan(cutoffMs);
      }),
    );
  });
});
