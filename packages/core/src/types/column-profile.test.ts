import fc from "fast-check";
import { expect, it } from "vitest";
import { valueAt } from "./batch-rows.ts";
import type { ColumnBatch, Field, Value } from "./column-batch.ts";
import { openProfiler } from "./column-profile.ts";
import type { LandType } from "./land-type.ts";
import { openVectorBuilder } from "./vector-builder.ts";

const range = (bits: bigint) => fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n });
const nines = (digits: number) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n });
const int = (bits: 32) => range(BigInt(bits)).map(Number);

const cases: readonly (readonly [LandType, fc.Arbitrary<Value>])[] = [
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "int32" }, int(32)],
  [{ kind: "date" }, int(32)],
  [{ kind: "int64" }, range(64n)],
  [{ kind: "timestamp", unit: "us", utc: true }, range(64n)],
  [{ kind: "decimal", precision: 9, scale: 2 }, nines(9).map(Number)],
  [{ kind: "decimal", precision: 18, scale: 2 }, nines(18)],
  [{ kind: "decimal", precision: 38, scale: 2 }, nines(38)],
  [{ kind: "float64" }, fc.double()],
  [{ kind: "string" }, fc.string({ unit: "binary" })],
  [{ kind: "binary" }, fc.uint8Array()],
];

function toBatch(type: LandType, values: readonly Value[]): ColumnBatch {
  const builder = openVectorBuilder(type, 1);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else if (typeof value === "string") builder.appendText(value);
    else if (value instanceof Uint8Array) builder.appendBytes(value);
    else if (builder.storage === "int64") builder.appendInt64(BigInt(value));
    else if (builder.storage === "int128")
      builder.appendInt128(BigInt.asUintN(64, BigInt(value)), BigInt(value) >> 64n);
    else builder.appendNumber(Number(value));
  }
  return { fields: [field(type)], columns: [builder.finish()], rowCount: values.length };
}

const field = (type: LandType): Field => ({ name: "C", type, nullable: true });

it.each(cases)("counts, bounds and sums %j exactly, over any batches", (type, values) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.option(values, { freq: 4 }), { maxLength: 20 }), { maxLength: 4 }), (batches) => {
      const profiler = openProfiler([field(type)]);
      for (const rows of batches) profiler.add(toBatch(type, rows));
      // What a builder holds is what counts: text it had to mend is compared mended.
      const held = batches.flatMap((rows) =>
        rows.map((_, row) => valueAt(type, toBatch(type, rows).columns[0] ?? never(), row)),
      );
      const present = held.filter((value) => value !== null);
      const ordered = present.filter((value) => !Number.isNaN(value)).toSorted(compare);
      const isFloat = type.kind === "float64";
      const isBytes = type.kind === "string" || type.kind === "binary";
      expect(profiler.rowCount).toBe(held.length);
      expect(profiler.profiles()).toEqual([
        {
          name: "C",
          count: present.length,
          nullCount: held.length - present.length,
          nanCount: present.length - ordered.length,
          min: ordered[0] === undefined ? null : expectZero(ordered[0]),
          max: ordered.at(-1) === undefined ? null : expectZero(ordered.at(-1)),
          sum:
            isFloat || isBytes ? undefined : present.reduce<bigint>((sum, value) => sum + BigInt(value as bigint), 0n),
          lengthSum: isBytes ? present.reduce<number>((sum, value) => sum + lengthOf(value), 0) : undefined,
        },
      ]);
    }),
  );
});

it("does not lose a unit in sums that leave 53 bits", () => {
  const type: LandType = { kind: "int64" };
  const profiler = openProfiler([field(type)]);
  const builder = openVectorBuilder(type, 3_000_000);
  for (let row = 0; row < 3_000_000; row++) builder.appendInt64(2n ** 62n + BigInt(row));
  profiler.add({ fields: [field(type)], columns: [builder.finish()], rowCount: 3_000_000 });
  expect(profiler.profiles()[0]?.sum).toBe(2n ** 62n * 3_000_000n + (2_999_999n * 3_000_000n) / 2n);
});

function compare(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return Number(a ?? 0) === Number(b ?? 0) && typeof a !== "bigint" ? 0 : (a ?? 0) < (b ?? 0) ? -1 : a === b ? 0 : 1;
}

/** Either zero is a bound of both. */
const expectZero = (value: Value | undefined): unknown => (value === 0 ? expect.closeTo(0, 300) : value);
const lengthOf = (value: Value): number =>
  typeof value === "string" ? [...value].length : value instanceof Uint8Array ? value.length : 0;
const never = (): never => {
  throw new Error("no column");
};
