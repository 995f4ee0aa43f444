import { memoryObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Value } from "@snowmelt/core/types";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openKeyVault } from "../state/key-vault.ts";
import { openStageObjects } from "../state/stage-objects.ts";
import { Landed, Staged } from "./hand-over.ts";
import { openReceipts } from "./receipts.ts";

const plainRecord = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true });

const value = fc.oneof(
  fc.constantFrom<Value>(null, true, -0, Number.NaN, 1.5),
  fc.bigInt(),
  fc.string({ unit: "grapheme" }),
  fc.uint8Array(),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const count = fc.nat();
const text = fc.string({ unit: "grapheme" });
const partitionValues = fc.dictionary(fc.constantFrom("D", "__proto__", "$bigint"), fc.option(text), {
  noNullPrototype: true,
});

const file = plainRecord({
  path: text,
  partitionValues,
  rowCount: count,
  bytes: count,
  modifiedAtMs: count,
  stats: text,
  summary: plainRecord({
    rowCount: count,
    bytes: count,
    rowGroups: fc.array(plainRecord({ rowCount: count, bytes: count }), { maxLength: 2 }),
    columns: fc.array(
      plainRecord({
        name: text,
        nullCount: count,
        nanCount: count,
        min: value,
        max: value,
        isMinExact: fc.boolean(),
        isMaxExact: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
  }),
  sha256: maybe(text),
});
const column = plainRecord({
  name: text,
  count,
  nullCount: count,
  nanCount: maybe(count),
  min: maybe(value),
  max: maybe(value),
  sum: maybe(fc.bigInt()),
  lengthSum: maybe(count),
});
const attempt = {
  attemptId: "a",
  runId: "r",
  laneVersion: 3,
  purpose: "live" as const,
  window: { lo: null, hi: "9223372036854775807" },
  refreshes: 0,
  snapshotMicros: "1",
  fingerprint: null,
  definitionHash: "h",
  readBy: "AT",
  route: "stream" as const,
  unloadId: null,
  staged: null,
  requestId: "q",
  queryTag: "t",
  sql: "SELECT 1",
  queryId: "01",
  startedAtMs: 1,
};
const landed: fc.Arbitrary<Landed> = plainRecord({
  attempt: fc.constant(attempt),
  sourceRows: fc.option(fc.bigInt()),
  unloaded: fc.option(
    plainRecord({
      queryId: text,
      files: fc.array(
        plainRecord({ name: text, bytes: count, rowCount: count, partition: fc.array(maybe(fc.option(text))) }),
        {
          maxLength: 2,
        },
      ),
      rowCount: count,
      bytes: count,
    }),
  ),
  facts: plainRecord({
    columns: fc.array(fc.tuple(text, text), { maxLength: 3 }),
    described: maybe(
      plainRecord({
        table: fc.constant({ kind: "table" as const, database: "D", schema: "S", name: "T", columns: [] }),
        objectKind: text,
        rowCount: maybe(fc.bigInt()),
        bytes: maybe(fc.bigInt()),
        lastAlteredMicros: maybe(fc.bigInt()),
        retentionDays: count,
        comment: maybe(text),
      }),
    ),
  }),
  route: plainRecord({ name: fc.constant("stream" as const), why: text }),
  files: fc.array(file, { maxLength: 3 }),
  quarantined: fc.array(
    file.map((found) => ({ ...found, sha256: "00" })),
    { maxLength: 1 },
  ),
  rowsQuarantined: count,
  rowsExtracted: count,
  digest: maybe(plainRecord({ rowCount: fc.bigInt(), upper: fc.bigInt(), lower: fc.bigInt() })),
  extractedProfile: fc.array(column, { maxLength: 2 }),
  landedProfile: fc.array(column, { maxLength: 2 }),
  histograms: fc.array(
    plainRecord({
      sampledRows: count,
      histogram: fc.option(fc.array(plainRecord({ label: text, count }), { maxLength: 2 })),
    }),
    { maxLength: 2 },
  ),
  rules: fc.constant([]),
  keys: maybe(
    plainRecord({
      rows: count,
      rowsWithNull: count,
      duplicateKeys: count,
      duplicateRows: count,
      samples: fc.array(plainRecord({ key: text, count }), { maxLength: 2 }),
      spilledBytes: count,
    }),
  ),
  notes: fc.constant([
    {
      noted: {
        queryId: "01",
        counts: {
          extracted: 1,
          inserted: 1,
          updated: 0,
          skippedAsOlder: 0,
          quarantined: 0,
          deleted: 0,
          rowsBefore: 0,
          rowsAfter: 1,
        },
      },
      notices: [{ code: "C", message: "m" }],
      stages: [{ stage: "land" as const, startedAtMs: 1, durationMs: 2 }],
      spentMs: 2,
      peakRssBytes: 3,
    },
  ]),
});

test("what was landed comes back as it was, and a second one of its name changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(landed, landed, async (one, other) => {
      const objects = openStageObjects(memoryObjectStore());
      expect(await objects.keep("attempts/a/landed.json", Landed, one)).toBe(one);
      expect(await objects.find("attempts/a/landed.json", Landed)).toStrictEqual(one);
      expect(await objects.keep("attempts/a/landed.json", Landed, other)).toStrictEqual(one);
    }),
    { numRuns: 150 },
  );
});

test("what is of another form is told with its place", async () => {
  const store = memoryObjectStore();
  await store.put("staged.json", new TextEncoder().encode('{"plannedVersion":"one"}'));
  await expect(openStageObjects(store).find("staged.json", Staged)).rejects.toThrow(
    /memory:\/\/lake\/staged\.json does not hold what a stage leaves there: plannedVersion/,
  );
});

test("keys are read back at any place, and a run that was cut short is told", async () => {
  const store = memoryObjectStore();
  const signal = new AbortController().signal;
  const vault = openKeyVault(store, "attempts/a/keys/", { random: seededRandom(1), signal });
  const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at % 251);
  const run = await vault.seal(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 700) yield bytes.slice(at, at + 700);
    })(),
  );
  expect(run.byteLength).toBe(5_000);
  const opened = vault.open(run);
  for (const [offset, length] of [
    [0, 10],
    [4_990, 10],
    [700, 1],
    [0, 5_000],
  ] as const)
    expect(new Uint8Array(await opened.read(offset, length, new Uint8Array(length)))).toEqual(
      bytes.slice(offset, offset + length),
    );
  await store.put(`attempts/a/keys/${run.name}`, bytes.slice(0, 100));
  await expect(vault.open(run).read(0, 10, new Uint8Array(10))).rejects.toThrow(/5000 bytes of sorted keys/);
});

test("a receipt is the first that was written under its key", async () => {
  const receipts = openReceipts(memoryObjectStore());
  expect(await receipts.find("r/t/land/0.0.1.0")).toBeUndefined();
  const first = { kind: "yielded", position: { row: 5, from: null } } as const;
  expect(await receipts.write("r/t/land/0.0.1.0", first)).toEqual(first);
  const failed = { kind: "failed", failure: { code: "X", message: "m", retryable: true } } as const;
  expect(await receipts.write("r/t/land/0.0.1.0", failed)).toEqual(first);
  expect(await receipts.find("r/t/land/0.0.1.0")).toEqual(first);
});
