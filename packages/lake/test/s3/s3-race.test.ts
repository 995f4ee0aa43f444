import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type FaultyBucket, mebibytes, minPartBytes, openFaultyBucket, utf8 } from "./open-faulty-bucket.ts";
import { expectOneWinner, race, toText } from "./race-writers.ts";

let faulty: FaultyBucket;
beforeAll(async () => {
  faulty = await openFaultyBucket();
});
beforeEach(() => faulty.proxy.reset());
afterAll(() => faulty[Symbol.asyncDispose]());

it("of 50 writers of one key exactly one creates, and it is the one whose bytes are there", async () => {
  await expectOneWinner(
    Array.from({ length: 5 }, () => faulty.lake.open({ prefix: "race" })),
    10,
  );
}, 120_000);

it("of 20 writers exactly one creates also when answers and requests are lost", async () => {
  const stores = Array.from({ length: 5 }, () => faulty.open({ prefix: "lossy" }));
  for (let round = 0; round < 8; round++) {
    faulty.proxy.plan(
      { on: `PUT round/${round}?`, fault: { kind: "cutAfter" }, times: 1 + (round % 5) },
      { on: `PUT round/${round}?`, fault: { kind: "cutBefore" }, times: round % 7 },
      {
        on: `PUT round/${round}?`,
        fault: { kind: "answer", status: 409, code: "ConditionalRequestConflict" },
        times: 2,
      },
    );
    const winners = await race(stores, `round/${round}`, 20);
    expect(winners).toHaveLength(1);
    expect(toText(await stores[0]?.get(`round/${round}`))).toBe(`writer ${winners[0]}`);
  }
}, 120_000);

it("of many uploads in parts of one key exactly one creates, and no upload is left", async () => {
  for (let round = 0; round < 2; round++) {
    const store = faulty.open({ partBytes: minPartBytes, concurrency: 2 });
    faulty.proxy.plan({ on: "POST uploadId=", fault: { kind: "cutAfter" }, times: round });
    const writes = Array.from({ length: 8 }, () => store.putIfAbsent("file", mebibytes(6)));
    const created = (await Promise.all(writes)).filter(({ status }) => status === "created");
    expect(created).toHaveLength(1);
    expect((await store.head("file"))?.sizeBytes).toBe(6 * 1024 * 1024);
    expect(await faulty.unfinished()).toEqual([]);
  }
}, 120_000);

it("a pointer that goes forward by putIfMatch never goes back, whoever writes it", async () => {
  const store = faulty.open({ prefix: "pointer" });
  await store.put("_last_checkpoint", utf8("0"));
  const advance = async (to: number): Promise<void> => {
    for (;;) {
      const etag = (await store.head("_last_checkpoint"))?.etag ?? "";
      if (Number(toText(await store.get("_last_checkpoint"))) >= to) return;
      if ((await store.putIfMatch("_last_checkpoint", utf8(`${to}`), { etag })).status === "replaced") return;
    }
  };
  await Promise.all([9, 3, 20, 1, 14, 7, 20, 2].map(advance));
  expect(toText(await store.get("_last_checkpoint"))).toBe("20");
});
