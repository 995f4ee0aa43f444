import { memoryObjectStore } from "@snowmelt/core/ports";
import { expect, test } from "vitest";
import { openOutboxMarks } from "./outbox-marks.ts";

const item = { runId: "a", version: 1, index: 0 };

test("a command that was settled is taken by nobody who saw it before", async () => {
  const marks = openOutboxMarks(memoryObjectStore());
  expect(await marks.take(item, { attempts: 1, notBeforeMs: 100 })).toBe(true);
  await marks.settle(item);
  expect(await marks.take(item, { attempts: 1, notBeforeMs: 200 })).toBe(false);
  expect(await marks.take(item, { attempts: 2, notBeforeMs: 200 })).toBe(false);
  expect(await marks.ofVersion("a", 1)).toEqual(new Map([[0, "done"]]));
});

test("a command has the time of its last taking, also of the tenth", async () => {
  const marks = openOutboxMarks(memoryObjectStore());
  for (let attempts = 1; attempts <= 12; attempts++) {
    expect(await marks.take(item, { attempts, notBeforeMs: attempts * 100 })).toBe(true);
  }
  expect(await marks.take(item, { attempts: 12, notBeforeMs: 1 })).toBe(false);
  expect(await marks.ofVersion("a", 1)).toEqual(new Map([[0, { attempts: 12, notBeforeMs: 1200 }]]));
});
