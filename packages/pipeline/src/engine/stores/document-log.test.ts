import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { expect, test } from "vitest";
import { z } from "zod";
import { openDocumentLog } from "./document-log.ts";

test("a writer that was frozen since a version long gone does not write over what came since", async () => {
  const objects = memoryObjectStore();
  const log = openDocumentLog(objects, "documents", z.number());
  await log.write({ name: "a", before: 0, value: 1 });
  let isFrozen = true;
  const slow: ObjectStore = {
    ...objects,
    async putIfAbsent(...args) {
      if (isFrozen) {
        isFrozen = false;
        for (let before = 1; before < 12; before++) await log.write({ name: "a", before, value: before + 1 });
      }
      return objects.putIfAbsent(...args);
    },
  };
  const frozen = openDocumentLog(slow, "documents", z.number());
  expect(await frozen.write({ name: "a", before: 1, value: 99 })).toBe(false);
  expect(await log.read("a")).toEqual({ name: "a", version: 12, value: 12 });
  const kept = [];
  for await (const { key } of objects.list("")) kept.push(key);
  expect(kept).toHaveLength(4);
});

test("what somebody else put in its place is refused by name", async () => {
  const objects = memoryObjectStore();
  await objects.put("documents/a/000000000001.json", new TextEncoder().encode("{"));
  const log = openDocumentLog(objects, "documents", z.number());
  await expect(log.read("a")).rejects.toMatchObject({
    code: "RUN_STATE_INVALID",
    message: expect.stringContaining("documents/a/000000000001.json"),
  });
});
