import { describe, expect, it } from "vitest";
import { judgesPython } from "../judges/judge-table.ts";
import { openLakeBucket } from "../s3/open-lake-bucket.ts";
import { createS3Table, expectEveryCommitOnce, type RaceReport, raceCommitters } from "./race-committers.ts";

describe.skipIf(judgesPython === undefined)(
  "100 processes on one table (it needs SNOWMELT_JUDGES_PYTHON, which `npm test` sets)",
  () => {
    it("commit every step once, in a log without a gap", async () => {
      await using lake = await openLakeBucket();
      const race = { processes: 100, lanes: 1, steps: 1 };
      const table = await createS3Table(lake, "raced");
      tell(await raceCommitters(lake, table.path, race));
      await expectEveryCommitOnce(lake, table, race);
    });

    it("of which some are killed at random, before their first commit and after it, commit every step once", async () => {
      await using lake = await openLakeBucket();
      const race = { processes: 100, lanes: 1, steps: 2, kills: 40, gapMs: 500 };
      const table = await createS3Table(lake, "killed");
      const report = await raceCommitters(lake, table.path, race);
      tell(report);
      expect(report.kills.count).toBeGreaterThan(30);
      expect(report.kills.beforeFirst).toBeGreaterThan(5);
      expect(report.kills.count - report.kills.beforeFirst).toBeGreaterThan(3);
      await expectEveryCommitOnce(lake, table, race);
      expect((await table.store.head(`${table.path}/_delta_log/_last_checkpoint`))?.sizeBytes).toBeGreaterThan(0);
    });
  },
);

/** What a user of such a table would want to know; nothing is asserted on it. */
function tell({ kills, commitMs, tookMs }: RaceReport): void {
  const at = (part: number): number => commitMs[Math.floor(part * (commitMs.length - 1))] ?? Number.NaN;
  process.stdout.write(
    `${commitMs.length} commits told of in ${Math.round(tookMs)} ms; a commit took ${at(0.5)} ms at the median, ${at(1)} ms at most; ${kills.count} killed, ${kills.beforeFirst} of them before a first commit\n`,
  );
}
