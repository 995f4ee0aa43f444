import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { delta, identity } from "@snowmelt/core/definition";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, expectPeopleInLake, now, peopleColumns, peopleDataset } from "./people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

/** The landed files of the attempt under way, in the order of their names. */
function filesUnderWay(table: string): string[] {
  const root = join(land.lake, "raw", table, "data");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

test("a file that is not the one that was written is found before the commit, and the next run lands every row", async () => {
  const columns = [...peopleColumns, ["KIND", "VARCHAR(1)"] as const];
  await createPeople(land, "SWAPPED", 20);
  await land.sql(
    "ALTER TABLE SWAPPED ADD COLUMN KIND VARCHAR(1)",
    `UPDATE SWAPPED SET KIND = CASE WHEN ID < 8 THEN 'a' ELSE 'b' END, UPDATED_AT = ${now}`,
  );
  const pipeline = land.pipeline({
    swapped: peopleDataset("SWAPPED", { land: delta({ partitionBy: [identity("KIND")] }) }, columns),
  });
  const { datasets } = await land.run(pipeline, {
    onEvent(event) {
      if (event.kind !== "stageStarted" || event.stage !== "verify") return;
      const [first = "", second = ""] = filesUnderWay("swapped");
      copyFileSync(first, second);
    },
  });
  expect(datasets).toMatchObject([
    { outcome: "failed", deltaVersion: null, failure: { code: "VERIFICATION_FAILED", category: "data" } },
  ]);
  expect(datasets[0]?.checks.some(({ passed }) => !passed)).toBe(true);
  expect((await land.run(pipeline)).status).toBe("succeeded");
  await expectPeopleInLake(land, "SWAPPED");
});
