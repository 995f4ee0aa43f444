import type { ObjectVersion } from "@snowmelt/core/ports";
import type { S3Store } from "@snowmelt/lake/s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { utf8 } from "./open-faulty-bucket.ts";
import { type LakeBucket, openLakeBucket } from "./open-lake-bucket.ts";

let lake: LakeBucket;
beforeAll(async () => {
  lake = await openLakeBucket();
  await lake.keepVersions();
});
afterAll(() => lake[Symbol.asyncDispose]());

async function versionsOf(store: S3Store, prefix: string): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  for await (const version of store.versions.list(prefix)) found.push(version);
  return found;
}

it("lists what is still held of replaced and deleted objects, and deletes it for good", async () => {
  const store = lake.open();
  await store.put("raw/t/é 1", utf8("one"));
  await store.put("raw/t/é 1", utf8("second"));
  await store.put("raw/other", utf8("kept"));
  await store.delete("raw/t/é 1");
  expect(await store.get("raw/t/é 1")).toBeUndefined();
  const held = await versionsOf(store, "raw/t/");
  expect(
    held.map(({ key, isDeleteMarker, isLatest, sizeBytes }) => [key, isDeleteMarker, isLatest, sizeBytes]),
  ).toEqual(
    expect.arrayContaining([
      ["raw/t/é 1", false, false, 3],
      ["raw/t/é 1", false, false, 6],
      ["raw/t/é 1", true, true, 0],
    ]),
  );
  expect(held).toHaveLength(3);
  const texts = held
    .filter(({ isDeleteMarker }) => !isDeleteMarker)
    .map(async ({ key, versionId }) => Buffer.from((await store.versions.get(key, versionId)) ?? []).toString());
  expect((await Promise.all(texts)).sort()).toEqual(["one", "second"]);
  for (const { key, versionId } of held) {
    await store.versions.delete(key, versionId);
    await store.versions.delete(key, versionId);
  }
  expect(await versionsOf(store, "raw/t/")).toEqual([]);
  expect(await store.versions.get("raw/t/é 1", held[0]?.versionId ?? "")).toBeUndefined();
  expect(await versionsOf(store, "")).toMatchObject([{ key: "raw/other", isLatest: true }]);
});

it("lists every version, over pages", async () => {
  const store = lake.open();
  const keys = Array.from({ length: 30 }, (_, at) => `k/${at}`);
  for (let round = 0; round < 35; round++) await Promise.all(keys.map((key) => store.put(key, utf8(`${round}`))));
  const held = await versionsOf(store, "k/");
  expect(new Set(held.map(({ key, versionId }) => `${key} ${versionId}`)).size).toBe(30 * 35);
  expect(held.filter(({ isLatest }) => isLatest)).toHaveLength(30);
}, 120_000);
