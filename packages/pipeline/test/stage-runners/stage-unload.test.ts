import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { createInternalStage, internalStage, stagedFiles } from "../internal-stage/inside.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { type Driver, openDriver } from "./drive.ts";

const unquarantined = { quarantines: false };
const accounts = { dataset: "accounts" };
/** The first call of every stage is not heard of. */
const mischief = { isLost: (_: unknown, calls: number) => calls === 1 };
const pieces = { maxRows: 1 };

let land: Landscape;
let driver: Driver;
afterEach(() => land?.[Symbol.asyncDispose]());

/** A lake with an internal stage; timestamps that are not marked as UTC are not what the table declares. */
async function openStaged(timestampIsUtc: boolean): Promise<void> {
  land = await openLandscape({ unload: { timestampIsUtc, rowsPerThread: 500 } }, { stage: internalStage });
  driver = await openDriver(land);
  await createInternalStage(land);
  await createAccounts(land, 12_000);
}

describe("an unload", { timeout: 120_000 }, () => {
  beforeEach(() => openStaged(true), 120_000);

  test("is landed from through calls with nothing in common", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    const { entry, failure } = await driver.drive(pipeline, accounts, { pieces, mischief });
    expect(failure).toBeUndefined();
    expect(entry).toMatchObject({ outcome: "committed", route: "unload", counts: { inserted: 12_000 } });
    await expectSourceInLake(land, unquarantined);
    expect(await stagedFiles(land)).toEqual([]);
    await changeAccounts(land);
    const second = await driver.drive(pipeline, accounts);
    expect(second.entry).toMatchObject({ outcome: "committed", counts: { inserted: 55, updated: 1_200 } });
    await expectSourceInLake(land, unquarantined);
  });
});

describe("an unload whose files are not what the table declares", { timeout: 120_000 }, () => {
  beforeEach(() => openStaged(false), 120_000);

  test("is streamed in the same run, by pieces, and says why", async () => {
    const { entry, results } = await driver.drive(accountsPipeline(land, unquarantined), accounts, { pieces });
    expect(entry).toMatchObject({ outcome: "committed", route: "stream", counts: { inserted: 12_000 } });
    expect(entry?.notices.map(({ code }) => code)).toContain("UNLOAD_REFUSED");
    expect(results.land).toMatchObject({ rows: 12_000, calls: 4 });
    await expectSourceInLake(land, unquarantined);
    expect(await stagedFiles(land)).toEqual([]);
  });

  test("begins again from its claim where nobody heard of that, and is there once", async () => {
    const { entry, failure } = await driver.drive(accountsPipeline(land, unquarantined), accounts, {
      pieces,
      mischief,
      restarts: 1,
    });
    expect(failure).toBeUndefined();
    expect(entry).toMatchObject({ outcome: "committed", route: "stream", deltaVersion: 0 });
    await expectSourceInLake(land, unquarantined);
  });
});
