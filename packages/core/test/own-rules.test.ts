import {
  custom,
  dataset,
  definePipeline,
  definitionHash,
  delta,
  findForeignCode,
  full,
  type KnownCode,
  parseDefinition,
  table,
} from "@snowmelt/core/definition";
import {
  bindRule,
  defineRule,
  isComplete,
  isUnique,
  maskedRows,
  type OwnRule,
  openEvaluation,
  Rule,
  type RuleResult,
  type RuleTally,
} from "@snowmelt/core/quality";
import { addProfiles, type Field, openProfiler, sourceTable } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromProfileTally, toProfileTally } from "../src/quality/profile-tally.ts";
import { batchOf, type Row } from "./batch-model.ts";
import { platform } from "./flights.ts";

const speed = defineRule({
  name: "plausibleSpeed",
  scope: "row",
  options: z.strictObject({ maxKmh: z.number().positive() }),
  needs: { distance: ["int32", "int64", "decimal"], minutes: ["int32", "float64"] },
  expected: ({ maxKmh }) => `at most ${maxKmh} km/h`,
  check: ({ distance, minutes }, { options }) =>
    distance === null || minutes === null || (Number(distance) / minutes) * 60 <= options.maxKmh,
});
const mean = defineRule({
  name: "meanBetween",
  scope: "table",
  options: z.strictObject({ low: z.int(), high: z.int() }),
  needs: { of: ["int32", "int64"] },
  expected: ({ low, high }) => `a mean between ${low} and ${high}`,
  check({ rowCount, columns: { of } }, { options }) {
    const found = of.count === 0 ? 0n : (of.sum ?? 0n) / BigInt(of.count);
    return {
      passed: found >= BigInt(options.low) && found <= BigInt(options.high),
      measured: `a mean of ${found} in ${rowCount} rows`,
    };
  },
});
const own = { plausibleSpeed: speed, meanBetween: mean };

const fields: readonly Field[] = [
  { name: "KM", type: { kind: "int64" }, nullable: true },
  { name: "MINUTES", type: { kind: "int32" }, nullable: true },
];
const rows: readonly Row[] = [
  [900n, 60],
  [9000n, 60],
  [null, 1],
  [100n, 0],
];
const rule = (more: Readonly<Record<string, unknown>> = {}) =>
  Rule.parse(custom("plausibleSpeed", { maxKmh: 1000 }, { columns: ["KM", "MINUTES"], ...more }));
const meanRule = (more: Readonly<Record<string, unknown>> = {}) =>
  Rule.parse(custom("meanBetween", { low: 0, high: 10 }, { columns: ["MINUTES"], ...more }));

async function evaluate(rules: readonly Rule[], given: readonly Row[], code: Readonly<Record<string, OwnRule>> = own) {
  await using evaluation = openEvaluation(rules, fields, { nowMs: 0, own: code });
  const batch = batchOf({ fields, rows: given });
  const verdict = await evaluation.observe(batch);
  return { verdict, results: await evaluation.finish(), batch };
}

describe("a row rule of one's own", () => {
  it("says which rows fail, with their values, and splits them off where it quarantines", async () => {
    const { verdict, results, batch } = await evaluate([rule({ onFail: "quarantine" })], rows);
    expect(verdict.quarantine && [...maskedRows(verdict.quarantine, batch.rowCount)]).toEqual([1, 3]);
    expect(results).toEqual([
      {
        rule: rule({ onFail: "quarantine" }),
        onFail: "quarantine",
        description: 'plausibleSpeed({"maxKmh":1000}) of KM, MINUTES',
        passed: false,
        expected: "at most 1000 km/h",
        measured: "2 of 4 rows fail",
        rowsFailing: 2,
        samples: [
          { row: 1, value: "KM 9000, MINUTES 60" },
          { row: 3, value: "KM 100, MINUTES 0" },
        ],
      },
    ]);
  });

  it("is given decimals of every width as whole numbers, and NULL as null", async () => {
    const seen: unknown[] = [];
    const look = defineRule({
      name: "look",
      scope: "row",
      options: z.strictObject({}),
      needs: { narrow: ["decimal"], wide: ["decimal"] },
      check({ narrow, wide }, { types }) {
        seen.push([narrow, wide, types.narrow]);
        return true;
      },
    });
    const decimals: readonly Field[] = [
      { name: "A", type: { kind: "decimal", precision: 4, scale: 2 }, nullable: true },
      { name: "B", type: { kind: "decimal", precision: 38, scale: 0 }, nullable: true },
    ];
    const looked = Rule.parse(custom("look", {}, { columns: ["A", "B"] }));
    await using evaluation = openEvaluation([looked], decimals, { nowMs: 0, own: { look } });
    await evaluation.observe(batchOf({ fields: decimals, rows: [[105, null]] }));
    expect(seen).toEqual([[105n, null, { kind: "decimal", precision: 4, scale: 2 }]]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new TypeError("no such thing");
      },
      "TypeError: no such thing (at row 1)",
    ],
    [
      "throws what is no error",
      () => {
        throw "bad";
      },
      'threw "bad" (at row 1)',
    ],
    ["answers with a promise", async () => true, "answered with object at row 1, expected true or false at once"],
    ["answers with nothing", () => undefined, "answered with undefined at row 1, expected true or false at once"],
  ])("that %s is asked no more, and says why", async (_, answer, why) => {
    let asked = 0;
    const code: OwnRule = {
      name: "plausibleSpeed",
      scope: "row",
      options: z.strictObject({}),
      needs: {},
      check: () => (asked++ === 0 ? true : answer()),
    };
    const plain = Rule.parse(custom("plausibleSpeed"));
    const { results } = await evaluate([plain, Rule.parse(isComplete("KM"))], rows, { plausibleSpeed: code });
    expect(asked).toBe(2);
    expect(results).toMatchObject([{ passed: false, measured: why, broken: why }, { rowsFailing: 1 }]);
  });
});

describe("a table rule of one's own", () => {
  it("is asked once, with what the columns came to", async () => {
    const { results, verdict } = await evaluate([meanRule()], rows);
    expect(verdict.quarantine).toBeUndefined();
    expect(results).toMatchObject([
      {
        passed: false,
        expected: "a mean between 0 and 10",
        measured: "a mean of 30 in 4 rows",
        rowsFailing: null,
        samples: [],
      },
    ]);
    expect((await evaluate([meanRule()], [])).results).toMatchObject([
      { passed: true, measured: "a mean of 0 in 0 rows" },
    ]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new RangeError("empty");
      },
      "RangeError: empty",
    ],
    ["answers with a promise", async () => ({ passed: true, measured: "" }), expect.stringContaining("at once")],
  ])("that %s says so", async (_, answer, why) => {
    const code: OwnRule = { ...mean, scope: "table", check: answer };
    const { results } = await evaluate([meanRule()], rows, { meanBetween: code });
    expect(results).toMatchObject([{ passed: false, measured: why, broken: why }]);
  });
});

it("rules of one's own come to the same however the rows are cut into pieces, through JSON", async () => {
  const cell = fc.option(fc.bigInt({ min: -5000n, max: 5000n }));
  const minutes = fc.option(fc.integer({ min: -3, max: 60 }));
  const cuts = fc.array(fc.nat({ max: 20 }), { maxLength: 3 });
  const inPieces = async (pieces: readonly (readonly Row[])[]): Promise<RuleResult[]> => {
    let tallies: readonly RuleTally[] | undefined;
    const vault = { open: () => ({ byteLength: 0, read: async () => new Uint8Array() }) };
    const open = () =>
      openEvaluation([rule(), meanRule()], fields, { nowMs: 0, own, before: tallies && { tallies, vault } });
    for (const piece of pieces) {
      await using evaluation = open();
      await evaluation.observe(batchOf({ fields, rows: piece }));
      const told = await evaluation.tally({ seal: async () => ({ name: "", byteLength: 0 }) });
      tallies = JSON.parse(JSON.stringify(told)) as RuleTally[];
    }
    await using evaluation = open();
    return evaluation.finish();
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, minutes), { maxLength: 20 }), cuts, async (given: Row[], at) => {
      const places = [0, ...at.map((place) => Math.min(place, given.length)).sort((a, b) => a - b), given.length];
      const pieces = places.slice(1).map((end, index) => given.slice(places[index], end));
      expect(await inPieces(pieces)).toEqual((await evaluate([rule(), meanRule()], given)).results);
    }),
    { numRuns: 60 },
  );
});

it("keeps profiles exactly as plain JSON, and adds them up behind it", () => {
  const all: readonly Field[] = [
    ...fields,
    { name: "F", type: { kind: "float64" }, nullable: true },
    { name: "S", type: { kind: "string" }, nullable: true },
    { name: "B", type: { kind: "binary" }, nullable: true },
    { name: "T", type: { kind: "boolean" }, nullable: true },
  ];
  const profiler = openProfiler(all);
  profiler.add(
    batchOf({
      fields: all,
      rows: [
        [2n ** 62n, 1, -0, "ä", Uint8Array.of(0, 255), true],
        [null, null, Number.POSITIVE_INFINITY, null, null, null],
      ],
    }),
  );
  const profiles = profiler.profiles();
  const back = (JSON.parse(JSON.stringify(profiles.map(toProfileTally))) as ReturnType<typeof toProfileTally>[]).map(
    fromProfileTally,
  );
  expect(back).toEqual(profiles);
  expect(addProfiles(back, profiles)[0]).toMatchObject({ count: 2, sum: 2n ** 63n });
});

describe("a definition with rules of one's own", () => {
  const source = table(
    sourceTable({
      kind: "table",
      database: "D",
      schema: "S",
      name: "T",
      columns: [
        ["Km", "NUMBER(10,0)"],
        ["MINUTES", "FLOAT"],
        ["NOTE", "VARCHAR(9)"],
      ],
    }),
  );
  const define = (...quality: NonNullable<Parameters<typeof dataset<"Km" | "MINUTES" | "NOTE">>[0]["quality"]>) =>
    definePipeline({
      apiVersion: 1,
      name: "trips",
      platform,
      datasets: { trips: dataset({ source, sync: full(), land: delta(), quality }) },
    });
  const known: KnownCode = { rules: own, stages: {}, channels: {} };
  const good = custom("plausibleSpeed", { maxKmh: 1100 }, { columns: ["Km", "MINUTES"], onFail: "quarantine" });

  it("is plain data: through JSON it is the same, and so is its hash", () => {
    const definition = define(isUnique("NOTE"), good);
    const again = parseDefinition(JSON.parse(JSON.stringify(definition)));
    expect(again).toEqual(definition);
    expect(definitionHash(again)).toBe(definitionHash(definition));
    expect(definition.datasets.trips?.quality[1]).toEqual({ ...good, options: { maxKmh: 1100 } });
    expect(findForeignCode(definition, known)).toEqual([]);
    expect(definitionHash(define(custom("plausibleSpeed", { maxKmh: 1 })))).not.toBe(
      definitionHash(define(custom("plausibleSpeed", { maxKmh: 2 }))),
    );
  });

  it("names only columns that are there", () => {
    expect(() => define(custom("plausibleSpeed", {}, { columns: ["KM" as "Km"] }))).toThrow(
      'datasets.trips.quality[0]: there is no column "KM"; did you mean "Km"?',
    );
    // @ts-expect-error No column of the source.
    expect(() => define(custom("plausibleSpeed", {}, { columns: ["MILES"] }))).toThrow("there is no column");
  });

  it.each([
    [
      custom("plausibleSped"),
      "quality[0].name",
      'there is no rule of your own called "plausibleSped"; did you mean "plausibleSpeed"?',
    ],
    [custom("plausibleSpeed", { maxKmh: "fast" }), "quality[0].options.maxKmh", 'expected a number, got "fast"'],
    [custom("plausibleSpeed", { maxKmh: 1, min: 2 }), "quality[0].options", "min"],
    [
      custom("plausibleSpeed", { maxKmh: 1 }, { columns: ["Km"] as const }),
      "quality[0]",
      "expected 2 columns (distance, minutes), got 1",
    ],
    [
      custom("plausibleSpeed", { maxKmh: 1 }, { columns: ["Km", "NOTE"] as const }),
      "quality[0]",
      "expected int32 or float64 as minutes, got NOTE, which lands as string",
    ],
    [
      custom("meanBetween", { low: 1, high: 2 }, { columns: ["Km"] as const, onFail: "quarantine" }),
      "quality[0]",
      "cannot say which to split off",
    ],
  ] as const)("is told what is wrong where own code does not go with it: %j", (wrong, path, message) => {
    expect(findForeignCode(define(wrong), known)).toEqual([
      { path: `datasets.trips.${path}`, message: expect.stringContaining(message) },
    ]);
  });

  it("is described without the code, and not evaluated", () => {
    const bound = bindRule(rule());
    expect([bound.description, bound.columns]).toEqual([
      'plausibleSpeed({"maxKmh":1000}) of KM, MINUTES',
      ["KM", "MINUTES"],
    ]);
    expect(bound.mismatch(fields)).toBeUndefined();
    expect(() => openEvaluation([rule()], fields, { nowMs: 0, own: { meanBetween: mean } })).toThrow(
      'No code was given for the rule custom("plausibleSpeed"); there is some for: meanBetween.',
    );
  });
});

it("a rule that no definition could name is refused where it is defined", () => {
  expect(() =>
    defineRule({
      name: "my rule",
      scope: "row",
      options: z.strictObject({}),
      needs: {},
      check: () => true,
    }),
  ).toThrow('A rule of your own is called "my rule": expected a name');
});
