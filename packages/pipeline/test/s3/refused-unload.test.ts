import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { copies } from "./copies.ts";

const unquarantined = { quarantines: false };
let land: S3Landscape;
beforeAll(async () => {
  // One of the answers that only an account can give: timestamps that are not marked as UTC.
  land = await openS3Landscape({ stage: true, snowflake: { unload: { timestampIsUtc: false } } });
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 1000);
});

const objects = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of land.store.list(prefix)) keys.push(key);
  return keys;
};

test("files of other types are not taken: the same window is streamed in the same run, and not unloaded again", {
  timeout: 120_000,
}, async () => {
  const pipeline = accountsPipeline(land, unquarantined);
  const before = await copies(land);
  const [first] = (await land.run(pipeline)).datasets;
  expect(first).toMatchObject({
    outcome: "committed",
    route: "stream",
    laneVersion: 1,
    counts: { extracted: 1000 },
    notices: [{ code: "UNLOAD_REFUSED", message: expect.stringMatching(/UPDATED_AT.*expected/) }],
  });
  const committed = first?.files.map(({ path }) => `raw/accounts/${path}`) ?? [];
  expect(await objects("raw/accounts/data/")).toEqual(committed.toSorted());
  await expectSourceInLake(land, unquarantined);

  await changeAccounts(land);
  expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "stream", notices: [] }]);
  expect(await copies(land)).toBe(before + 1);
  await expectSourceInLake(land, unquarantined);
});

test("a definition that insists on the unload fails, and nothing is left", { timeout: 120_000 }, async () => {
  const pipeline = accountsPipeline(land, { ...unquarantined, route: "unload" });
  expect((await land.run(pipeline)).datasets).toMatchObject([
    { outcome: "failed", failure: { code: "ROUTE_IMPOSSIBLE", message: expect.stringContaining("UPDATED_AT") } },
  ]);
  expect(await objects("raw/accounts/_delta_log/")).toEqual([]);
});
