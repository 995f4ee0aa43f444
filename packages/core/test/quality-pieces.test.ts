import {
  columnValues,
  freshness,
  isComplete,
  isUnique,
  type KeyTally,
  openEvaluation,
  openKeyTracker,
  Rule,
  type RuleTally,
  type RunVault,
  rowCount,
} from "@snowmelt/core/quality";
import { addProfiles, type ColumnProfile, type Field, openProfiler } from "@snowmelt/core/types";
import fc from "fast-check";
import { expect, it } from "vitest";
import { batchOf, type Row } from "./batch-model.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: true },
  { name: "CODE", type: { kind: "string" }, nullable: true },
  { name: "AT", type: { kind: "date" }, nullable: true },
  { name: "PRICE", type: { kind: "float64" }, nullable: true },
];
const rules = [
  rowCount(">", 3),
  isComplete("CODE", { onFail: "warn" }),
  isUnique("ID"),
  isUnique(["CODE", "AT"]),
  columnValues("PRICE", ">", 0),
  freshness("AT", "2 days"),
].map((rule) => Rule.parse(rule));
const nowMs = Date.UTC(1970, 0, 8);

/** Runs as another process would find them: bytes under a name. */
function memoryVault(): RunVault {
  const sealed = new Map<string, Uint8Array>();
  return {
    async seal(bytes) {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      const name = String(sealed.size);
      const whole = new Uint8Array(Buffer.concat(parts));
      sealed.set(name, whole);
      return { name, byteLength: whole.byteLength };
    },
    open({ name, byteLength }) {
      const bytes = sealed.get(name) ?? new Uint8Array(0);
      return { byteLength, read: async (offset, length) => bytes.subarray(offset, offset + length) };
    },
  };
}

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const rowsArbitrary = fc.array(
  fc.tuple(
    fc.option(fc.bigInt({ min: -3n, max: 3n })),
    fc.option(fc.constantFrom("", "a", "ä", "a\u{1F600}")),
    fc.option(fc.integer({ min: 0, max: 9 })),
    fc.option(fc.constantFrom(-1.5, 0, -0, 2, Number.NaN, Number.POSITIVE_INFINITY)),
  ),
  { maxLength: 30 },
);

it("comes to the same however the rows are cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), async (rows: Row[], cuts) => {
      const whole = await inPieces([rows]);
      const places = [0, ...cuts.map((cut) => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
      const pieces = places.slice(1).map((end, at) => rows.slice(places[at], end));
      expect(await inPieces(pieces)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

/** Each piece by observers of its own, which know of those before only what was written down. */
async function inPieces(pieces: readonly (readonly Row[])[]) {
  const vault = memoryVault();
  let tallies: readonly RuleTally[] | undefined;
  let keys: KeyTally | undefined;
  let profile: readonly ColumnProfile[] = [];
  for (const piece of pieces) {
    await using evaluation = openEvaluation(rules, fields, {
      nowMs,
      before: tallies && { tallies: throughJson(tallies), vault },
    });
    await using tracker = openTracker(keys && { tally: throughJson(keys), vault });
    const profiler = openProfiler(fields);
    const batch = batchOf({ fields, rows: piece });
    await evaluation.observe(batch);
    await tracker.observe(batch);
    profiler.add(batch);
    profile = addProfiles(profile, profiler.profiles());
    tallies = await evaluation.tally(vault);
    keys = await tracker.seal(vault);
  }
  await using evaluation = openEvaluation(rules, fields, { nowMs, before: tallies && { tallies, vault } });
  await using tracker = openTracker(keys && { tally: keys, vault });
  const { spilledBytes: _, ...report } = await tracker.finish();
  return { profile, results: await evaluation.finish(), report };
}

const openTracker = (before: Parameters<typeof openKeyTracker>[0]["before"]) =>
  openKeyTracker({ fields, key: ["ID", "CODE"], nulls: "exclude", runBytes: 64, memoryBudgetBytes: 128, before });

it("finds a key again that another piece had, among many runs", async () => {
  const vault = memoryVault();
  const rowsOf = (from: number, to: number): Row[] =>
    Array.from({ length: to - from }, (_, at) => [BigInt(from + at), `code ${from + at}`, 0, 0]);
  let keys: KeyTally | undefined;
  for (const piece of [rowsOf(0, 500), rowsOf(500, 900), rowsOf(899, 1_000), rowsOf(0, 1)]) {
    await using tracker = openTracker(keys && { tally: keys, vault });
    await tracker.observe(batchOf({ fields, rows: piece }));
    keys = await tracker.seal(vault);
  }
  await using tracker = openTracker(keys && { tally: keys, vault });
  const { samples, ...report } = await tracker.finish();
  expect(report).toMatchObject({ rows: 1_002, rowsWithNull: 0, duplicateKeys: 2, duplicateRows: 4 });
  expect(samples.map(({ key }) => key).sort()).toEqual(["0, code 0", "899, code 899"]);
});
