import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type DeltaTable, landBatches, planAppend, planTableLayout, toAddFile } from "@snowmelt/lake/delta";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fields, mustSnapshot } from "../delta-log.ts";
import { judgesPython } from "../judges/judge-table.ts";
import { type LakeBucket, openLakeBucket } from "../s3/open-lake-bucket.ts";
import { toBatch } from "../table-rows.ts";
import { createS3Table, expectEveryCommitOnce, ourRows, raceCommitters } from "./race-committers.ts";
import { judgeSettings, readByDeltaRs, sortRows } from "./read-by-delta-rs.ts";

let lake: LakeBucket;
beforeAll(async () => {
  lake = await openLakeBucket();
}, 300_000);
afterAll(async () => {
  await lake?.[Symbol.asyncDispose]();
});

describe.skipIf(judgesPython === undefined)(
  "one table on S3 (it needs SNOWMELT_JUDGES_PYTHON, which `npm test` sets)",
  () => {
    it("takes every step of processes of their own once, in a log without a gap", async () => {
      const race = { processes: 3, lanes: 4, steps: 2 };
      const table = await createS3Table(lake, "raced");
      await raceCommitters(lake, table.path, race);
      await expectEveryCommitOnce(lake, table, race);
    }, 120_000);

    it("takes every step once of processes that are killed on the way and started again", async () => {
      const race = { processes: 3, lanes: 2, steps: 4, kills: 3 };
      const table = await createS3Table(lake, "killed");
      const { kills } = await raceCommitters(lake, table.path, race);
      expect(kills.count).toBeGreaterThan(0);
      await expectEveryCommitOnce(lake, table, race);
    }, 120_000);

    it("takes commits of delta-rs and of ours by turns, and nothing of either is lost", async () => {
      const table = await createS3Table(lake, "shared");
      const theirs = 30;
      const script = join(import.meta.dirname, "..", "judges", "append-many.py");
      const settings = JSON.stringify({ ...judgeSettings(lake, table.path), commits: theirs });
      const child = spawn(judgesPython ?? "", [script, settings], { stdio: ["pipe", "pipe", "inherit"] });
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      child.stdin.end("go\n");
      let ours = 0;
      while (child.exitCode === null) await appendOne(table, ++ours);
      expect(await exited).toEqual([0, null]);
      const authors = await authorsOf(table);
      expect(authors.filter((author) => author === "delta-rs")).toHaveLength(theirs);
      expect(authors.filter((author) => author === "snowmelt")).toHaveLength(ours + 1);
      const turns = authors.filter((author, version) => version > 0 && author !== authors[version - 1]);
      expect(turns.length).toBeGreaterThanOrEqual(8);
      const rows = sortRows([
        ...Array.from({ length: ours }, (_, at) => [at + 1, "ours"] as const),
        ...Array.from({ length: theirs }, (_, at) => [-1 - at, "theirs"] as const),
      ]);
      expect(await ourRows(table)).toEqual(rows);
      expect(await readByDeltaRs(lake, table.path)).toEqual({ version: theirs + ours, rows });
      expect(await table.lane("lane/ours")).toMatchObject({ n: ours });
    }, 120_000);
  },
);

async function appendOne(table: DeltaTable, n: number): Promise<void> {
  const { random } = table;
  const batch = toBatch(fields, [[BigInt(n), "ours"]]);
  const landed = await landBatches([batch], {
    table,
    layout: planTableLayout(fields),
    attemptId: random.uuid(),
    random,
  });
  const files = landed.map((file) => toAddFile(file, 1n));
  const lanes = [{ appId: "lane/ours", n, hi: BigInt(n) }];
  expect(await table.commit(planAppend(await mustSnapshot(table), files), { lanes })).toMatchObject({
    status: "committed",
  });
}

/** Who made each version, the oldest first. */
async function authorsOf(table: DeltaTable): Promise<readonly string[]> {
  const authors: string[] = [];
  for await (const { commitInfo } of table.history())
    authors.unshift(String(commitInfo?.engineInfo ?? "").split(":")[0] ?? "");
  return authors;
}
