import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  columnValues,
  describeRule,
  freshness,
  isComplete,
  isUnique,
  maskedRows,
  openEvaluation,
  Rule,
  type RuleOver,
  rowCount,
} from "@snowmelt/core/quality";
import type { Field, LandType, Value } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchOf, type Row } from "./batch-model.ts";

const nowMs = Date.UTC(2026, 0, 31, 12);

/** Evaluates rules over rows in batches of two. */
async function evaluate(fields: readonly Field[], rows: readonly Row[], ...rules: RuleOver<string>[]) {
  await using evaluation = openEvaluation(
    rules.map((rule) => Rule.parse(rule)),
    fields,
    { nowMs },
  );
  const quarantined: number[] = [];
  for (let row = 0; row < rows.length; row += 2) {
    const batch = batchOf({ fields, rows: rows.slice(row, row + 2) });
    const { quarantine } = await evaluation.observe(batch);
    if (quarantine) quarantined.push(...[...maskedRows(quarantine, batch.rowCount)].map((at) => row + at));
  }
  return { results: await evaluation.finish(), quarantined };
}

const column = (type: LandType): Field => ({ name: "C", type, nullable: true });
const decimal = (precision: number, scale: number): LandType => ({ kind: "decimal", precision, scale });

/** Which of the values fail one rule over a column of them. */
async function failing(type: LandType, values: readonly Value[], rule: RuleOver<string>): Promise<Value[]> {
  const { results, quarantined } = await evaluate(
    [column(type)],
    values.map((value) => [value]),
    { ...rule, onFail: "quarantine" } as RuleOver<string>,
  );
  expect(results[0]?.rowsFailing).toBe(quarantined.length);
  expect(results[0]?.passed).toBe(quarantined.length === 0);
  return quarantined.map((row) => values[row] ?? null);
}

describe("an evaluation", () => {
  const fields: Field[] = [
    { name: "ID", type: { kind: "int64" }, nullable: true },
    { name: "CODE", type: { kind: "string" }, nullable: true },
  ];
  const rows: Row[] = [
    [1n, "a"],
    [2n, null],
    [3n, "c"],
    [3n, null],
    [-4n, "e"],
  ];

  it("says of every rule, in order, whether it passed, what was expected and what was found", async () => {
    const { results, quarantined } = await evaluate(
      fields,
      rows,
      isComplete("CODE", { onFail: "warn" }),
      isUnique("ID"),
      rowCount("between", [4, 6]),
      columnValues("ID", ">", 0, { onFail: "quarantine" }),
    );
    expect(results).toEqual([
      {
        rule: { kind: "isComplete", column: "CODE", onFail: "warn" },
        onFail: "warn",
        description: "CODE is complete",
        passed: false,
        expected: "no NULL",
        measured: "2 of 5 rows fail",
        rowsFailing: 2,
        samples: [
          { row: 1, value: "NULL" },
          { row: 3, value: "NULL" },
        ],
      },
      {
        rule: { kind: "isUnique", columns: ["ID"], onFail: "block" },
        onFail: "block",
        description: "ID is unique",
        passed: false,
        expected: "no value twice",
        measured: "1 value in 2 of 5 rows",
        rowsFailing: 2,
        samples: [{ value: "3 (2 times)" }],
      },
      {
        rule: { kind: "rowCount", op: "between", value: [4, 6], onFail: "block" },
        onFail: "block",
        description: "row count between 4 and 6",
        passed: true,
        expected: "between 4 and 6",
        measured: "5",
        rowsFailing: null,
        samples: [],
      },
      {
        rule: { kind: "columnValues", column: "ID", op: ">", value: 0, onFail: "quarantine" },
        onFail: "quarantine",
        description: "ID > 0",
        passed: false,
        expected: "> 0",
        measured: "1 of 5 rows fail",
        rowsFailing: 1,
        samples: [{ row: 4, value: "-4" }],
      },
    ]);
    expect(quarantined).toEqual([4]);
  });

  it("splits off the rows that fail any quarantining rule, once each", async () => {
    const { quarantined } = await evaluate(
      fields,
      rows,
      isComplete("CODE", { onFail: "quarantine" }),
      columnValues("ID", "!=", 3, { onFail: "quarantine" }),
      columnValues("ID", ">", 100, { onFail: "warn" }),
    );
    expect(quarantined).toEqual([1, 2, 3]);
  });

  it("keeps a few samples and cuts big values", async () => {
    const big: Row[] = Array.from({ length: 9 }, () => [null, "x".repeat(5000)]);
    const { results } = await evaluate(fields, big, columnValues("CODE", "=", "a"));
    expect(results[0]?.samples).toHaveLength(5);
    expect(results[0]?.samples[0]).toEqual({ row: 0, value: `${"x".repeat(60)}… (5000 characters)` });
  });

  it("refuses rules that do not go with the fields, by name", () => {
    const open = (rule: RuleOver<string>) => () => openEvaluation([Rule.parse(rule)], fields, { nowMs });
    expect(open(isComplete("NOWHERE"))).toThrow(
      'The rule "NOWHERE is complete" cannot be evaluated: there is no column "NOWHERE".',
    );
    expect(open(columnValues("ID", "matches", "a"))).toThrow(/matches goes with text, but ID lands as int64/);
    expect(open(columnValues("CODE", "matches", "("))).toThrow(/expected a regular expression, got "\("/);
    expect(open(columnValues("ID", ">", "abc"))).toThrow(/expected a number to compare with int64, got "abc"/);
    expect(open(columnValues("CODE", ">", 5))).toThrow(/expected text to compare with string, got 5/);
    expect(open({ ...columnValues("ID", ">", 1), op: "between" })).toThrow(/between expects a list of two values/);
    expect(open({ ...columnValues("ID", ">", 1), value: [1, 2] })).toThrow(/> expects one value/);
    expect(open({ ...columnValues("ID", ">", 1), op: "in" })).toThrow(/in expects a list of values/);
    expect(open(isUnique(["ID", "ID"]))).toThrow(/the same column is named twice/);
    expect(open(rowCount("between", [3, 4]))).toThrow(/leaves both ends out, so nothing is between 3 and 4/);
    expect(open({ ...rowCount(">", 3), value: [3, 4] })).toThrow(/> expects one number/);
    try {
      open(freshness("CODE", "1 hour"))();
    } catch (error) {
      expect(isSnowmeltError(error, "DEFINITION_INVALID")).toBe(true);
    }
    expect(open(freshness("CODE", "1 hour"))).toThrow(/expected a date or timestamp, but CODE lands as string/);
  });

  it("describes rules for people", () => {
    const described = [
      isComplete("A"),
      isUnique(["A", "B"]),
      columnValues("A", "not between", ["x", "y"]),
      columnValues("A", "in", [1, "2", 3n]),
      columnValues("A", "matches", "[A-Z]+"),
      rowCount(">=", 10),
      freshness("AT", "36 hours"),
    ].map((rule) => describeRule(Rule.parse(rule)));
    expect(described).toEqual([
      "A is complete",
      "(A, B) is unique",
      'A not between "x" and "y"',
      'A in [1, "2", "3"]',
      'A matches "[A-Z]+"',
      "row count >= 10",
      "newest AT is at most 36 hours old",
    ]);
  });
});

describe("columnValues", () => {
  it("compares whole numbers, decimals and floats exactly with any literal", async () => {
    const types: [LandType, (value: bigint) => Value][] = [
      [{ kind: "int32" }, Number],
      [{ kind: "int64" }, (value) => value],
      [decimal(9, 2), Number],
      [decimal(18, 2), (value) => value],
      [decimal(38, 2), (value) => value],
    ];
    const compare: Record<string, (a: bigint, b: bigint) => boolean> = {
      ">": (a, b) => a > b,
      ">=": (a, b) => a >= b,
      "<": (a, b) => a < b,
      "<=": (a, b) => a <= b,
      "=": (a, b) => a === b,
      "!=": (a, b) => a !== b,
    };
    const small = fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt({ min: -3n, max: 3n }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.array(small, { minLength: 1, maxLength: 10 }),
        fc.constantFrom(">", ">=", "<", "<=", "=", "!=" as const),
        fc.tuple(fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom("", ".0", ".5", ".05", ".005", ".10", ".995")),
        async ([type, unscaled], values, op, [whole, fraction]) => {
          const scale = type.kind === "decimal" ? type.scale : 0;
          const literal = `${whole}${fraction}`;
          // In thousandths of a unit; a negative literal's fraction goes away from zero.
          const sign = literal.startsWith("-") ? -1n : 1n;
          const bound = whole * 1000n + sign * BigInt((fraction || ".0").slice(1).padEnd(3, "0"));
          const inThousandths = (value: Value) => BigInt(value as bigint | number) * 10n ** BigInt(3 - scale);
          const held = values.map(unscaled);
          const expected = held.filter((value) => !compare[op]?.(inThousandths(value), bound));
          expect(await failing(type, held, columnValues("C", op, literal))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("compares at the ends of 64 and 128 bits, and with literals far beyond", async () => {
    const ends = [-(2n ** 63n), -1n, 0n, 1n, 2n ** 63n - 1n];
    const above = async (literal: bigint | string, type: LandType = { kind: "int64" }, values: Value[] = ends) =>
      failing(type, values, columnValues("C", "<=", literal));
    expect(await above(2n ** 63n - 2n)).toEqual([2n ** 63n - 1n]);
    expect(await above(2n ** 70n)).toEqual([]);
    expect(await above(-(2n ** 70n))).toEqual(ends);
    expect(await above("9223372036854775806.5")).toEqual([2n ** 63n - 1n]);
    const nines = 10n ** 38n - 1n;
    expect(await above(nines - 1n, decimal(38, 0), [-nines, 0n, nines])).toEqual([nines]);
    expect(await above("1e-40", decimal(38, 38), [-1n, 0n, 1n])).toEqual([1n]);
  });

  it("takes NULL for a failure of every comparison but != and not in", async () => {
    const rules = [
      columnValues("C", ">", 0),
      columnValues("C", "=", 1),
      columnValues("C", "between", [0, 5]),
      columnValues("C", "not between", [5, 6]),
      columnValues("C", "in", [1]),
      columnValues("C", "!=", 5),
      columnValues("C", "not in", [5, 6]),
    ];
    const results = await Promise.all(rules.map((rule) => failing({ kind: "int64" }, [1n, null], rule)));
    expect(results).toEqual([[null], [null], [null], [null], [null], [], []]);
    expect(await failing({ kind: "string" }, ["a", null], columnValues("C", "matches", ".*"))).toEqual([null]);
  });

  it("leaves both ends out of between, and takes them in for not between", async () => {
    const values = [1n, 2n, 3n, 4n, 5n];
    expect(await failing({ kind: "int64" }, values, columnValues("C", "between", [2, 4]))).toEqual([1n, 2n, 4n, 5n]);
    expect(await failing({ kind: "int64" }, values, columnValues("C", "not between", [2, 4]))).toEqual([3n]);
    expect(await failing({ kind: "int64" }, values, columnValues("C", "not in", [2, 4, 5]))).toEqual([2n, 4n, 5n]);
  });

  it("compares text by code points, and matches patterns with the whole of it", async () => {
    const words = ["", "Z", "a", "é", "😀", "\uffee"];
    expect(await failing({ kind: "string" }, words, columnValues("C", "<", "é"))).toEqual(["é", "😀", "\uffee"]);
    expect(await failing({ kind: "string" }, words, columnValues("C", ">", "\uffee"))).toEqual([
      "",
      "Z",
      "a",
      "é",
      "\uffee",
    ]);
    expect(await failing({ kind: "string" }, ["AB", "ABC", "xAB"], columnValues("C", "matches", "A.|AB"))).toEqual([
      "ABC",
      "xAB",
    ]);
    expect(await failing({ kind: "string" }, ["a\nb"], columnValues("C", "matches", "a.b"))).toEqual([]);
  });

  it("puts NaN above every number", async () => {
    const values = [1, Number.NaN, Number.POSITIVE_INFINITY, -0];
    expect(await failing({ kind: "float64" }, values, columnValues("C", "<=", 1e308))).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]);
    expect(await failing({ kind: "float64" }, values, columnValues("C", ">", 0))).toEqual([-0]);
  });

  it("reads dates, times and timestamps from ISO text, with a zone or in UTC", async () => {
    expect(await failing({ kind: "date" }, [0, 1, -1], columnValues("C", ">=", "1970-01-01"))).toEqual([-1]);
    const hour = 3_600_000_000n;
    const at: LandType = { kind: "timestamp", unit: "us", utc: true };
    expect(await failing(at, [hour - 1n, hour, hour + 1n], columnValues("C", "=", "1970-01-01T01:00:00Z"))).toEqual([
      hour - 1n,
      hour + 1n,
    ]);
    expect(await failing(at, [hour], columnValues("C", "=", "1970-01-01T03:00:00+02:00"))).toEqual([]);
    expect(await failing(at, [-hour], columnValues("C", "=", "1969-12-31 20:30:00.000-02:30"))).toEqual([]);
    expect(await failing(at, [0n, 1n], columnValues("C", ">", "1970-01-01T00:00:00.0000005"))).toEqual([0n]);
    expect(await failing({ kind: "time", unit: "us" }, [hour, 2n * hour], columnValues("C", "<", "01:30"))).toEqual([
      2n * hour,
    ]);
    const refused = (type: LandType, literal: string) => () =>
      openEvaluation([Rule.parse(columnValues("C", "=", literal))], [column(type)], { nowMs });
    for (const wrong of ["2026-02-30", "2026-1-1", "today", "2026-01-01T25:00:00Z"]) {
      expect(refused({ kind: "date" }, wrong)).toThrow(/expected a date such as/);
      expect(refused(at, wrong)).toThrow(/expected a timestamp such as/);
    }
  });

  it("knows true and false", async () => {
    expect(await failing({ kind: "boolean" }, [true, false, null], columnValues("C", "=", true))).toEqual([
      false,
      null,
    ]);
    expect(() =>
      openEvaluation([Rule.parse(columnValues("C", ">", true))], [column({ kind: "boolean" })], { nowMs }),
    ).toThrow(/> does not go with true\/false/);
  });
});

describe("freshness", () => {
  const fresh = async (type: LandType, values: Value[], age: "1 hour" | "1 day" = "1 hour") =>
    (
      await evaluate(
        [column(type)],
        values.map((value) => [value]),
        freshness("C", age),
      )
    ).results[0];
  const micros = (iso: string) => BigInt(Date.parse(iso)) * 1000n;
  const at: LandType = { kind: "timestamp", unit: "us", utc: true };

  it("looks at the newest value, in whatever batch it is", async () => {
    const values = [null, micros("2026-01-31T11:00:00Z"), micros("2020-01-01T00:00:00Z"), null];
    expect(await fresh(at, values)).toMatchObject({
      passed: true,
      expected: "at most 1 hour old",
      measured: "1 hour old (2026-01-31T11:00:00.000000Z)",
    });
    expect(await fresh(at, [micros("2026-01-31T10:59:59Z")])).toMatchObject({
      passed: false,
      measured: expect.stringMatching(/^3601 seconds old/),
    });
  });

  it("counts a date from its midnight, and takes the future for fresh", async () => {
    const day = Date.parse("2026-01-31T00:00:00Z") / 86_400_000;
    expect(await fresh({ kind: "date" }, [day - 9, day], "1 day")).toMatchObject({
      passed: true,
      measured: "12 hours old (2026-01-31)",
    });
    expect(await fresh({ kind: "date" }, [day - 1], "1 day")).toMatchObject({ passed: false });
    expect(await fresh({ kind: "date" }, [day + 5], "1 day")).toMatchObject({
      passed: true,
      measured: expect.stringMatching(/^0 seconds old/),
    });
  });

  it("takes nothing for not fresh", async () => {
    expect(await fresh(at, [null])).toMatchObject({ passed: false, measured: "no value" });
    expect(await fresh(at, [])).toMatchObject({ passed: false, measured: "no value" });
  });
});

describe("isUnique", () => {
  it("leaves out rows with NULL in all columns, and otherwise takes NULL for equal to NULL", async () => {
    const fields = ["A", "B"].map((name): Field => ({ name, type: { kind: "string" }, nullable: true }));
    const rows: Row[] = [
      [null, null],
      [null, null],
      ["a", null],
      ["a", "b"],
    ];
    expect((await evaluate(fields, rows, isUnique(["A", "B"]))).results[0]).toMatchObject({ passed: true });
    expect((await evaluate(fields, [...rows, ["a", null]], isUnique(["A", "B"]))).results[0]).toMatchObject({
      passed: false,
      rowsFailing: 2,
      samples: [{ value: "a, NULL (2 times)" }],
    });
    expect((await evaluate(fields, rows, isUnique("B"))).results[0]).toMatchObject({ passed: true });
  });
});
