import { dataset, delta, full, incremental, type Pipeline, table } from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freezeChild, runChild } from "./crash/start-child.ts";
import { type Landscape, openLandscape } from "./landscape.ts";
import {
  createPeople,
  expectPeopleInLake,
  now,
  peopleColumns,
  peopleDataset,
  peoplePipeline,
} from "./must-hold/people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const liveStep = async (name: string) => {
  const snapshot = await readSnapshot({ store: openFileStore(land.lake), path: `raw/${name}` });
  const lane = `snowmelt/local/p/${name}/live`;
  return { n: snapshot?.txns.get(lane)?.version, hi: snapshot?.txns.get(`${lane}#hi`)?.version };
};

const addSome = (name: string): Promise<void> =>
  land.sql(`INSERT INTO ${name} SELECT 1000 + SEQ4(), 'late', 1, ${now} FROM TABLE(GENERATOR(ROWCOUNT => 5))`);

describe("a refresh of an incremental dataset", () => {
  test("takes the place of all rows and is the live lane's next step, which ends the lag before its moment", async () => {
    await createPeople(land, "DELETING", 50);
    const sync = incremental({ cursor: "UPDATED_AT", lag: "1 minute", zone: "UTC", deletes: "ignore" });
    const pipeline = land.pipeline({ deleting: peopleDataset("DELETING", { sync }) });
    await land.server.admin.advanceClock(120_000);
    await land.run(pipeline);
    await land.sql("DELETE FROM DELETING WHERE ID < 20", "UPDATE DELETING SET AGE = 99 WHERE ID = 30");
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }]);

    const [refreshed] = (await land.run(pipeline, { refresh: true })).datasets;
    expect(refreshed).toMatchObject({
      outcome: "committed",
      purpose: "refresh",
      laneVersion: 2,
      window: null,
      counts: { extracted: 30, inserted: 30, deleted: 50, rowsAfter: 30 },
    });
    await expectPeopleInLake(land, "DELETING");
    const { n, hi } = await liveStep("deleting");
    expect(n).toBe(2n);
    expect(hi).toBe(
      BigInt(Date.parse(`${refreshed?.snapshot?.slice(0, 23)}Z`)) * 1000n +
        BigInt(refreshed?.snapshot?.slice(23, 26) ?? 0) -
        60_000_000n,
    );

    await addSome("DELETING");
    await land.server.admin.advanceClock(120_000);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 3, counts: { inserted: 5 } },
    ]);
    await expectPeopleInLake(land, "DELETING");
  });

  test("makes a window in flight meet a gap and plan again", async () => {
    await createPeople(land, "FLYING", 50);
    const pipeline = peoplePipeline(land, "FLYING");
    await land.run(pipeline);
    await addSome("FLYING");
    const window = await freezeChild(land, pipeline, {
      state: "state-elsewhere",
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql("DELETE FROM FLYING WHERE ID IN (1, 1001)");
    expect((await land.run(pipeline, { refresh: true })).status).toBe("succeeded");
    expect(await window.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectPeopleInLake(land, "FLYING");
    expect(await runChild(land, pipeline, { state: "state-elsewhere" })).toMatchObject({
      datasets: [{ outcome: "empty" }],
    });
    await expectPeopleInLake(land, "FLYING");
  });

  test("that finds the table gone on since it was read plans again instead of setting it back", async () => {
    await createPeople(land, "OVERTAKEN", 50);
    const pipeline = peoplePipeline(land, "OVERTAKEN");
    await land.run(pipeline);
    const refresh = await freezeChild(land, pipeline, {
      refresh: true,
      state: "state-elsewhere",
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await addSome("OVERTAKEN");
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { inserted: 5 } }]);
    expect(await refresh.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectPeopleInLake(land, "OVERTAKEN");
  });

  test("that was killed is finished by the next refresh, once, and given up by a live run", async () => {
    await createPeople(land, "KILLED", 50);
    const pipeline = peoplePipeline(land, "KILLED");
    await land.run(pipeline);
    const killAt = { kind: "stageStarted", stage: "commit" };
    await runChild(land, pipeline, { refresh: true, killAt });
    expect((await land.run(pipeline, { refresh: true })).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 2, notices: [{ code: "WINDOW_REPEATED" }] },
    ]);
    await runChild(land, pipeline, { refresh: true, killAt });
    await addSome("KILLED");
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 3, purpose: "live", notices: [{ code: "ATTEMPT_SUPERSEDED" }] },
    ]);
    await expectPeopleInLake(land, "KILLED");
  });

  test("is not taken for done by a window that landed", async () => {
    await createPeople(land, "LANDED", 20);
    const pipeline = peoplePipeline(land, "LANDED");
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "commit" } });
    await land.sql("DELETE FROM LANDED WHERE ID < 5");
    expect((await land.run(pipeline, { refresh: true })).datasets).toMatchObject([
      { outcome: "committed", counts: { inserted: 15 } },
    ]);
    await expectPeopleInLake(land, "LANDED");
  });

  test("of a source that has become empty leaves an empty table", async () => {
    await createPeople(land, "EMPTIED", 20);
    const pipeline = peoplePipeline(land, "EMPTIED");
    await land.run(pipeline);
    await land.sql("DELETE FROM EMPTIED");
    expect((await land.run(pipeline, { refresh: true })).datasets).toMatchObject([
      { outcome: "committed", counts: { deleted: 20, rowsAfter: 0 } },
    ]);
    await addSome("EMPTIED");
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { inserted: 5 } }]);
    await expectPeopleInLake(land, "EMPTIED");
  });
});

test("a refresh of a full dataset reads it although its fingerprint is unchanged, and finds a key that is there twice", async () => {
  await createPeople(land, "KEYED", 20);
  const source = table(
    sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name: "KEYED", columns: peopleColumns }),
  );
  const pipeline: Pipeline = land.pipeline({ keyed: dataset({ source, key: ["ID"], sync: full(), land: delta() }) });
  await land.run(pipeline);
  expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "unchanged" }]);
  expect((await land.run(pipeline, { refresh: true })).datasets).toMatchObject([{ outcome: "committed" }]);
  await land.sql("INSERT INTO KEYED SELECT * FROM KEYED WHERE ID = 7");
  expect((await land.run(pipeline)).datasets).toMatchObject([
    { outcome: "failed", failure: { code: "QUALITY_BLOCKED" } },
  ]);
});

describe("the moment a run reads as of", () => {
  test("is one for all its datasets: what changes in between is not seen, and comes with the next run", async () => {
    await createPeople(land, "A_FIRST", 10);
    await createPeople(land, "B_SECOND", 10);
    const pipeline = land.pipeline({ a_first: peopleDataset("A_FIRST"), b_second: peopleDataset("B_SECOND") });
    const run = await freezeChild(land, pipeline, {
      freezeAt: { kind: "stageFinished", stage: "commit", dataset: "a_first" },
    });
    await addSome("B_SECOND");
    await land.sql("DELETE FROM B_SECOND WHERE ID = 3");
    expect(await run.wake()).toMatchObject({
      datasets: [{ counts: { extracted: 10 } }, { counts: { extracted: 10 } }],
    });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }, { counts: { inserted: 5 } }]);
  });
});
