import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { planAppend } from "@snowmelt/lake/delta";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustSnapshot, putFile } from "../delta-log.ts";
import { judgesPython } from "../judges/judge-table.ts";
import { type LakeBucket, openLakeBucket } from "../s3/open-lake-bucket.ts";
import { createS3Table, expectEveryCommitOnce, raceCommitters } from "./race-committers.ts";

let lake: LakeBucket;
beforeAll(async () => {
  lake = await openLakeBucket();
}, 300_000);
afterAll(async () => {
  await lake?.[Symbol.asyncDispose]();
});

describe("committers of one table on S3", () => {
  it("in processes of their own commit every step once, in a log without a gap", async () => {
    const race = { processes: 3, lanes: 4, steps: 2 };
    const table = await createS3Table(lake, "raced");
    await raceCommitters(lake, table.path, race);
    await expectEveryCommitOnce(table, race);
  }, 120_000);

  it("killed on the way and started again, commit every step once", async () => {
    const race = { processes: 3, lanes: 2, steps: 4, kills: 3 };
    const table = await createS3Table(lake, "killed");
    expect(await raceCommitters(lake, table.path, race)).toEqual({ killed: 3 });
    await expectEveryCommitOnce(table, race);
  }, 120_000);
});

describe.skipIf(judgesPython === undefined)(
  "delta-rs and we (it needs SNOWMELT_JUDGES_PYTHON, which `npm test` sets)",
  () => {
    it("commit to one table at once, and nothing of either is lost", async () => {
      const commits = 8;
      const table = await createS3Table(lake, "shared");
      const { endpoint, credentials, region } = lake.options;
      const script = join(import.meta.dirname, "..", "judges", "append-many.py");
      const uri = "s3://acme-lake/race/shared";
      const settings = { endpoint, region, credentials, uri, commits };
      const theirs = promisify(execFile)(judgesPython ?? "", [script, JSON.stringify(settings)]);
      for (let n = 1; n <= commits; n++) {
        const add = await putFile(table, `data/run=ours/part-${n}`, "ours");
        const lanes = [{ appId: "lane/ours", n, hi: BigInt(n) }];
        const outcome = await table.commit(planAppend(await mustSnapshot(table), [add]), { lanes });
        expect(outcome.status).toBe("committed");
      }
      const seen = JSON.parse((await theirs).stdout) as { version: number; files: string[] };
      const snapshot = await mustSnapshot(table);
      expect(snapshot.version).toBe(2 * commits);
      const keys = [...snapshot.files.keys()];
      expect(keys.filter((key) => key.startsWith("data/run=ours/"))).toHaveLength(commits);
      expect(keys).toHaveLength(2 * commits);
      expect(await table.lane("lane/ours")).toMatchObject({ n: commits });
      expect(seen.files.every((path) => keys.includes(path))).toBe(true);
    }, 120_000);
  },
);
