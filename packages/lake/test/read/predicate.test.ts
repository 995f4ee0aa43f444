import { memoryObjectStore, seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import { landBatches, openDeltaTable, planCreateTable, planTableLayout, toAddFile } from "@snowmelt/lake/delta";
import {
  and,
  type Comparison,
  compare,
  isNull,
  not,
  oneOf,
  or,
  type Predicate,
  planRead,
  readTable,
} from "@snowmelt/lake/read";
import fc from "fast-check";
import { expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { toBatch, toRows } from "../table-rows.ts";

const fields: readonly Field[] = [
  { name: "N", type: { kind: "int64" }, nullable: true },
  { name: "F", type: { kind: "float64" }, nullable: true },
  { name: "S", type: { kind: "string" }, nullable: true },
  { name: "D", type: { kind: "decimal", precision: 38, scale: 2 }, nullable: true },
  { name: "B", type: { kind: "boolean" }, nullable: true },
  { name: "P", type: { kind: "int32" }, nullable: true },
];

const number = fc.constantFrom(-3, -1, 0, 1, 2, 5);
const float = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1.5, 0, -0, 2.5, 9);
const text = fc.constantFrom("", "a", "b", "é", "😀", "z".repeat(40), `${"z".repeat(40)}a`);
const row = fc.tuple(
  fc.option(number.map(BigInt)),
  fc.option(float),
  fc.option(text),
  fc.option(number.map((value) => BigInt(value) * 10n ** 30n + 1n)),
  fc.option(fc.boolean()),
  fc.option(fc.constantFrom(1, 2)),
);
const operator = fc.constantFrom<Comparison>("=", "!=", "<", "<=", ">", ">=");
const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  fc.tuple(operator, fc.oneof(number, fc.constant("0.5"))).map(([op, value]) => compare("N", op, value)),
  fc.tuple(operator, float).map(([op, value]) => compare("F", op, value)),
  fc.tuple(operator, text).map(([op, value]) => compare("S", op, value)),
  fc.tuple(operator, number).map(([op, value]) => compare("D", op, `${value}${"0".repeat(28)}.01`)),
  fc.tuple(operator, fc.boolean()).map(([op, value]) => compare("B", op, value)),
  fc.tuple(operator, fc.constantFrom(1, 2, 3)).map(([op, value]) => compare("P", op, value)),
  fc.array(number, { maxLength: 3 }).map((values) => oneOf("N", values)),
  fc.array(float, { maxLength: 3 }).map((values) => oneOf("F", values)),
  fc.array(text, { maxLength: 3 }).map((values) => oneOf("S", values)),
  fc.constantFrom("N", "F", "S", "D", "B", "P").map(isNull),
);
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie("predicate").map(not),
    fc.array(tie("predicate"), { maxLength: 3 }).map((parts) => and(...parts)),
    fc.array(tie("predicate"), { maxLength: 3 }).map((parts) => or(...parts)),
  ),
}));

it("a read finds just the rows for which the predicate is true, whatever files are skipped", async () => {
  let skipped = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), predicate, async (rows, where) => {
      const table = openDeltaTable({
        store: memoryObjectStore(),
        path: "t",
        clock: systemClock,
        random: seededRandom(1),
      });
      const layout = planTableLayout(fields, [{ kind: "identity", column: "P" }]);
      const files = [];
      // A file a few rows, so that statistics tell.
      for (let at = 0; at < rows.length; at += 3) {
        const batch = toBatch(fields, rows.slice(at, at + 3));
        files.push(...(await landBatches([batch], { table, layout, attemptId: `a${at}`, random: table.random })));
      }
      const adds = files.map((file) => toAddFile(file, 1n));
      const { partitionColumns } = layout;
      await table.commit(planCreateTable({ id: "t", fields, partitionColumns, createdAtMs: 0, files: adds }));
      const found: Value[][] = [];
      for await (const batch of readTable(table, { where })) found.push(...toRows(batch));
      const plan = planRead(await mustSnapshot(table), { where });
      skipped += plan.skippedFiles.byPartition + plan.skippedFiles.byStatistics;
      const expected = rows.filter((values) => truthOf(where, values) === true);
      expect(found.map(textOf).sort()).toEqual(expected.map(textOf).sort());
    }),
    { numRuns: 60 },
  );
  expect(skipped).toBeGreaterThan(30);
});

const textOf = (values: readonly Value[]): string =>
  values.map((value) => (Object.is(value, -0) ? "0" : String(value))).join("|");

/** SQL's three values, row by row, by another way than the reader's. */
function truthOf(where: Predicate, values: readonly Value[]): boolean | null {
  if (where.kind === "not") {
    const truth = truthOf(where.of, values);
    return truth === null ? null : !truth;
  }
  if ("of" in where) {
    const truths = where.of.map((part) => truthOf(part, values));
    const decisive = where.kind === "or";
    return truths.includes(decisive) ? decisive : truths.includes(null) ? null : !decisive;
  }
  const value = values[fields.findIndex(({ name }) => name === where.column)] ?? null;
  if (where.kind === "isNull") return value === null;
  if (value === null) return null;
  if (where.kind === "in") return where.values.some((literal) => orderOf(where.column, value, literal) === 0);
  const order = orderOf(where.column, value, where.value);
  const met: Record<Comparison, boolean> = {
    "=": order === 0,
    "!=": order !== 0,
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
  };
  return met[where.operator];
}

function orderOf(column: string, value: Value, literal: unknown): number {
  if (column === "S") return Buffer.compare(Buffer.from(String(value)), Buffer.from(String(literal)));
  if (column === "D") {
    const wanted = BigInt(String(literal).replace(".", ""));
    return value === wanted ? 0 : BigInt(String(value)) < wanted ? -1 : 1;
  }
  const [a, b] = [Number(value), Number(literal)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b || 0;
}
