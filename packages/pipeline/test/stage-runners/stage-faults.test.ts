import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDeltaTable, readLane, readSnapshot } from "@snowmelt/lake/delta";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { keepDefinition } from "../../src/stage-runners/index.ts";
import { retirePending } from "../../src/state/dataset-state.ts";
import { openStateStore } from "../../src/state/state-store.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { type Driver, openDriver } from "./drive.ts";

let land: Landscape;
let driver: Driver;
beforeAll(async () => {
  land = await openLandscape();
}, 120_000);
afterAll(() => land?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  driver = await openDriver(land);
  for await (const { key } of driver.state.list("")) await driver.state.delete(key);
  await createAccounts(land, 25_000);
});

const accounts = { dataset: "accounts" };
const lane = "snowmelt/local/p/accounts/live";
const pieces = { maxRows: 1 };
const table = () => ({ store: land.store, path: "raw/accounts" });
const dataFiles = async (path: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of land.store.list(`${path}/data/`)) keys.push(key);
  return keys.toSorted();
};
const namedFiles = async (path: string): Promise<string[]> =>
  [...((await readSnapshot({ store: land.store, path }))?.files.keys() ?? [])]
    .map((key) => `${path}/${key}`)
    .toSorted();

describe("rows that are split off by pieces", { timeout: 120_000 }, () => {
  test("are each in one place, also after a change, and where calls are not heard of", async () => {
    const first = await driver.drive(accountsPipeline(land), accounts, { pieces });
    expect(first.failure).toBeUndefined();
    expect(first.entry).toMatchObject({ counts: { extracted: 25_000, inserted: 24_750, quarantined: 250 } });
    expect(first.results.land).toMatchObject({ calls: 4 });
    await expectSourceInLake(land);
    await changeAccounts(land);
    const second = await driver.drive(accountsPipeline(land), accounts, {
      pieces,
      mischief: { isLost: (_, calls) => calls === 1 },
    });
    expect(second.failure).toBeUndefined();
    expect(second.entry).toMatchObject({
      outcome: "committed",
      counts: { inserted: 50, updated: 2_500, quarantined: 5 },
    });
    await expectSourceInLake(land);
    expect(readLane(await readSnapshot(table()), lane).n).toBe(2);
  });
});

describe("a call that ends too early", { timeout: 120_000 }, () => {
  test("for want of time lands a batch all the same, and the next goes on behind it", async () => {
    const { entry, results } = await driver.drive(accountsPipeline(land), accounts, { deadlineAtMs: 1 });
    expect(results.land).toMatchObject({ calls: 4, rows: 25_000 });
    expect(entry).toMatchObject({ outcome: "committed" });
    await expectSourceInLake(land);
  });

  test("in the middle of a piece leaves orphans alone, which go when the window is settled", async () => {
    const ended = new AbortController();
    const { entry, failure } = await driver.drive(accountsPipeline(land), accounts, {
      pieces: { maxRows: 20_000 },
      mischief: {
        signal: (stage, calls) => (stage === "land" && calls === 1 ? ended.signal : undefined),
        onEvent: (event) => {
          if (event.kind === "progress" && event.stage === "land") ended.abort(new Error("the machine goes away"));
        },
      },
    });
    expect(ended.signal.aborted).toBe(true);
    expect(failure).toBeUndefined();
    expect(entry).toMatchObject({ outcome: "committed", counts: { extracted: 25_000 } });
    await expectSourceInLake(land);
    for (const path of ["raw/accounts", "quarantine/accounts"])
      expect(await dataFiles(path)).toEqual(await namedFiles(path));
  });
});

describe("a commit", { timeout: 120_000 }, () => {
  test("of a write that was staged upon an older version is staged anew, and verified", async () => {
    await driver.drive(accountsPipeline(land), accounts);
    await changeAccounts(land);
    const other = openDeltaTable({ ...table(), clock: systemClock, random: systemRandom });
    const { entry, failure } = await driver.drive(accountsPipeline(land), accounts, {
      mischief: {
        async before(stage) {
          if (stage !== "commit") return;
          const snapshot = await readSnapshot(table());
          const outcome = await other.commit({
            operation: "WRITE",
            operationParameters: {},
            readVersion: snapshot?.version,
            tableId: snapshot?.metaData.id,
            isBlindAppend: true,
            conflictRule: { kind: "none" },
            actions: [],
          });
          expect(outcome.status).toBe("committed");
        },
      },
    });
    expect(failure).toBeUndefined();
    expect(entry).toMatchObject({ outcome: "committed", deltaVersion: 2, counts: { inserted: 50, updated: 2_500 } });
    expect(entry?.stages.filter(({ stage }) => stage === "verify")).toHaveLength(2);
    await expectSourceInLake(land);
  });

  test("of a run whose resource another has taken commits nothing", async () => {
    const { failure } = await driver.drive(accountsPipeline(land), accounts, {
      mischief: {
        async before(stage) {
          if (stage !== "commit") return;
          const later = { nowMs: systemClock.nowMs() + 3_600_000, leaseMs: 1_000 };
          await driver.leases.claim("local/p/accounts", { holder: "another", ...later });
        },
      },
    });
    expect(failure).toMatchObject({ code: "FENCED", message: expect.stringContaining("another has taken") });
    expect(await readSnapshot(table())).toBeUndefined();
  });

  test("of an attempt that was given up begins again, and what the next one lands is there once", async () => {
    const state = openStateStore(driver.state);
    const first = await driver.drive(accountsPipeline(land), accounts, {
      mischief: {
        async before(stage) {
          if (stage === "commit") await state.write(retirePending(await state.read(lane)));
        },
      },
    });
    expect(first.failure).toMatchObject({ code: "FENCED", message: expect.stringContaining("given up") });
    const second = await driver.drive(accountsPipeline(land), accounts);
    expect(second.entry).toMatchObject({ outcome: "committed", deltaVersion: 0 });
    await expectSourceInLake(land);
    expect(await dataFiles("raw/accounts"), "and the files of the first are gone").toEqual(
      await namedFiles("raw/accounts"),
    );
  });

  test("that another run made of the same window is told as that", async () => {
    const pipeline = accountsPipeline(land);
    const { entry } = await driver.drive(pipeline, accounts, {
      mischief: {
        async before(stage) {
          if (stage !== "commit") return;
          // The same window by another attempt, as if this one had been frozen and its resource taken.
          const state = openStateStore(driver.state);
          await driver.leases.release("local/p/accounts", 1);
          expect((await driver.drive(pipeline, accounts)).entry).toMatchObject({ outcome: "committed" });
          expect((await state.read(lane)).pending).toBeNull();
        },
      },
    });
    expect(entry).toMatchObject({ outcome: "alreadyCommitted", deltaVersion: 0, files: [] });
    await expectSourceInLake(land);
  });
});

describe("an extraction", { timeout: 120_000 }, () => {
  test("that is begun twice at once under one key runs one query", async () => {
    const pipeline = accountsPipeline(land);
    const call = {
      runId: "run-twice",
      pipeline: "p",
      environment: "local",
      definitionHash: await keepDefinition(driver.state, pipeline),
      deadlineAtMs: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
    };
    const work = { kind: "dataset", dataset: "accounts", purpose: { kind: "live" } } as const;
    const about = { key: "run-twice/accounts/extract/1", task: "accounts", stage: "extract", work } as const;
    const start = {
      ...about,
      type: "start",
      resource: "r",
      fence: null,
      results: {},
      position: null,
      timeoutAtMs: null,
    } as const;
    const [one, other] = await Promise.all(
      [driver.runners(), driver.runners()].map(async (runners) => (await runners).extract?.start(start, call)),
    );
    expect(one).toMatchObject({ kind: "started" });
    expect(other).toEqual(one);
    const { extract } = await driver.runners();
    const asked = { ...about, type: "observe", externalId: null } as const;
    const found = await extract?.observe?.(asked, call);
    expect(["running", "succeeded"]).toContain(found?.is);
    expect(await extract?.observe?.({ ...asked, key: "run-twice/accounts/extract/2" }, call)).toEqual({ is: "absent" });
    const externalId = one?.kind === "started" ? one.externalId : "";
    await extract?.stop?.({ ...about, type: "stop", externalId, reason: "cancel" }, call);
    // The server ends it in a while.
    await vi.waitFor(
      async () => expect(await extract?.observe?.(asked, call)).not.toMatchObject({ is: "running" }),
      10_000,
    );
  });

  test("of a definition that nobody kept says so", async () => {
    const { claim, extract } = await driver.runners();
    expect(claim).toBeDefined();
    const work = { kind: "dataset", dataset: "accounts", purpose: { kind: "live" } } as const;
    const reply = await extract?.start(
      {
        key: "k",
        task: "accounts",
        stage: "extract",
        work,
        type: "start",
        resource: "r",
        fence: null,
        results: {},
        position: null,
        timeoutAtMs: null,
      },
      {
        runId: "r",
        pipeline: "p",
        environment: "local",
        definitionHash: "0".repeat(64),
        deadlineAtMs: 1,
        signal: new AbortController().signal,
      },
    );
    expect(reply).toMatchObject({ kind: "failed", failure: { code: "STATE_INVALID", retryable: false } });
  });
});
