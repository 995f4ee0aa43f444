import { toArrowTable, toRecordBatch } from "@snowmelt/core/arrow";
import type { LandType } from "@snowmelt/core/types";
import { type Data, makeVector, tableFromIPC, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchOf, models } from "./batch-model.ts";

describe("toRecordBatch", () => {
  it("holds every value exactly, also after a trip through Arrow's own format", () => {
    fc.assert(
      fc.property(models(), (model) => {
        const table = tableFromIPC(tableToIPC(toArrowTable(model.fields, [batchOf(model), batchOf(model)])));
        expect(table.numRows).toBe(model.rows.length * 2);
        for (const [index, { name, type }] of model.fields.entries()) {
          const chunks = table.getChild(name)?.data ?? [];
          const values = chunks.flatMap((chunk) => chunkValues(type, chunk));
          const expected = model.rows.map((row) => row[index] ?? null);
          expect(values).toEqual([...expected, ...expected]);
        }
      }),
    );
  });

  it("shares the batch's memory, but for small decimals", () => {
    const types: LandType[] = [
      { kind: "boolean" },
      { kind: "int32" },
      { kind: "int64" },
      { kind: "float64" },
      { kind: "decimal", precision: 38, scale: 0 },
      { kind: "timestamp", unit: "us", utc: true },
      { kind: "string" },
    ];
    const fields = types.map((type, index) => ({ name: `C${index}`, type, nullable: true }));
    const batch = batchOf({ fields, rows: [[true, 1, 2n, 3.5, 4n, 5n, "six"], fields.map(() => null)] });
    const { children } = toRecordBatch(batch).data;
    for (const [index, vector] of batch.columns.entries()) {
      const held = vector.storage === "bytes" ? vector.bytes : vector.values;
      expect(children[index]?.values.buffer).toBe(held.buffer);
      expect(children[index]?.nullBitmap.buffer).toBe(vector.validity?.buffer);
    }
  });

  it("names types, zones and nullability", () => {
    const fields = [
      { name: "at", type: { kind: "timestamp", unit: "us", utc: true }, nullable: false },
      { name: "clock", type: { kind: "timestamp", unit: "ns", utc: false }, nullable: true },
      { name: "price", type: { kind: "decimal", precision: 10, scale: 2 }, nullable: true },
    ] as const;
    const { schema } = toRecordBatch(batchOf({ fields, rows: [] }));
    expect(schema.fields.map(({ name, type, nullable }) => `${name}: ${type} ${nullable}`)).toEqual([
      "at: Timestamp<MICROSECOND, UTC> false",
      "clock: Timestamp<NANOSECOND> true",
      "price: Decimal[10e+2] true",
    ]);
  });
});

/** The values of a chunk, from Arrow's reader where it is exact: it gives dates and timestamps as milliseconds in a float. */
function chunkValues(type: LandType, chunk: Data): unknown[] {
  const vector = makeVector(chunk);
  return Array.from({ length: chunk.length }, (_, row) => {
    if (!vector.isValid(row)) return null;
    if (type.kind === "date" || type.kind === "timestamp") return chunk.values[row];
    const value: unknown = vector.get(row);
    return type.kind === "decimal" && value instanceof Uint32Array ? decimalOf(type.precision, value) : value;
  });
}

function decimalOf(precision: number, words: Uint32Array): bigint | number {
  const bits = [...words].reduce((sum, word, index) => sum | (BigInt(word) << BigInt(index * 32)), 0n);
  const unscaled = BigInt.asIntN(128, bits);
  return precision <= 9 ? Number(unscaled) : unscaled;
}
