import { appendFrom, batchBytes, isValid, openVectorBuilder, storageOf, takeRows, valueAt } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendValue, batchOf, landTypes, models, valuesOf } from "./batch-model.ts";

describe("a vector builder", () => {
  it("gives back every value that was appended, exactly", () => {
    fc.assert(
      fc.property(models(), ({ fields, rows }) => {
        const batch = batchOf({ fields, rows });
        const read = rows.map((_, row) =>
          batch.columns.map((vector, index) => valueAt(fields[index]?.type ?? { kind: "string" }, vector, row)),
        );
        expect(read).toEqual(rows);
      }),
    );
  });

  it("keeps its vectors in the promised layout: bit-packed validity, zeros where NULL, offsets of one more", () => {
    fc.assert(
      fc.property(models(), ({ fields, rows }) => {
        const batch = batchOf({ fields, rows });
        for (const [index, vector] of batch.columns.entries()) {
          const values = rows.map((row) => row[index] ?? null);
          const nullCount = values.filter((value) => value === null).length;
          expect(vector.nullCount).toBe(nullCount);
          expect(vector.validity === undefined).toBe(nullCount === 0);
          expect(vector.validity?.byteLength ?? 0).toBe(nullCount === 0 ? 0 : Math.ceil(rows.length / 8));
          expect(vector.storage).toBe(storageOf(fields[index]?.type ?? { kind: "string" }));
          for (const [row, value] of values.entries()) {
            expect(isValid(vector, row)).toBe(value !== null);
            if (value === null && vector.storage === "int64") expect(vector.values[row]).toBe(0n);
            if (value === null && vector.storage === "bytes") expect(vector.offsets[row]).toBe(vector.offsets[row + 1]);
          }
          if (vector.storage === "bytes") {
            expect(vector.offsets.length).toBe(rows.length + 1);
            expect(vector.offsets[rows.length]).toBe(vector.bytes.byteLength);
          } else if (vector.storage === "bit") expect(vector.values.byteLength).toBe(Math.ceil(rows.length / 8));
          else expect(vector.values.length).toBe(rows.length * (vector.storage === "int128" ? 2 : 1));
        }
      }),
    );
  });

  it("can be used again after finish, and hands its buffers over", () => {
    fc.assert(
      fc.property(
        landTypes.chain((type) => fc.tuple(fc.constant(type), fc.array(valuesOf(type)), fc.array(valuesOf(type)))),
        ([type, first, second]) => {
          const builder = openVectorBuilder(type);
          for (const value of [...first, null]) appendValue(builder, type, value);
          const held = builder.finish();
          expect(builder.rowCount).toBe(0);
          for (const value of second) appendValue(builder, type, value);
          expect(builder.rowCount).toBe(second.length);
          const next = builder.finish();
          expect(first.map((_, row) => valueAt(type, held, row))).toEqual(first);
          expect(second.map((_, row) => valueAt(type, next, row))).toEqual(second);
          expect(isValid(held, first.length)).toBe(false);
          expect(next.nullCount).toBe(0);
        },
      ),
    );
  });

  it("appends 64-bit values as two words", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const builder = openVectorBuilder({ kind: "int64" });
        builder.appendWords(Number(BigInt.asUintN(32, value)), Number(value >> 32n));
        expect(valueAt({ kind: "int64" }, builder.finish(), 0)).toBe(value);
      }),
    );
  });

  it("says how many bytes it holds", () => {
    const text = openVectorBuilder({ kind: "string" });
    text.appendText("ab");
    text.appendText("é");
    text.appendNull();
    expect(text.byteLength).toBe(3 * 4 + 4);
    const flags = openVectorBuilder({ kind: "boolean" });
    for (let row = 0; row < 9; row++) flags.appendNumber(1);
    expect(flags.byteLength).toBe(2);
  });

  it("writes a lone surrogate as U+FFFD", () => {
    const builder = openVectorBuilder({ kind: "string" });
    builder.appendText("a\ud800b");
    expect(valueAt({ kind: "string" }, builder.finish(), 0)).toBe("a\ufffdb");
  });

  it("refuses to read text that is not UTF-8", () => {
    const builder = openVectorBuilder({ kind: "string" });
    builder.appendBytes(Uint8Array.of(0xc3));
    const vector = builder.finish();
    expect(() => valueAt({ kind: "string" }, vector, 0)).toThrow(TypeError);
  });
});

describe("takeRows", () => {
  it("gives the named rows in the order they are named", () => {
    fc.assert(
      fc.property(
        models().chain((model) =>
          fc.tuple(
            fc.constant(model),
            model.rows.length === 0 ? fc.constant([]) : fc.array(fc.nat(model.rows.length - 1)),
          ),
        ),
        ([model, taken]) => {
          const result = takeRows(batchOf(model), taken);
          expect(result).toEqual(batchOf({ fields: model.fields, rows: taken.map((row) => model.rows[row] ?? []) }));
        },
      ),
    );
  });

  it("reads vectors whose offsets start above 0", () => {
    const bytes = new TextEncoder().encode("xxabc");
    const vector = {
      storage: "bytes",
      validity: undefined,
      nullCount: 0,
      offsets: Int32Array.of(2, 3, 5),
      bytes,
    } as const;
    const builder = openVectorBuilder({ kind: "string" });
    appendFrom(builder, vector, 1);
    appendFrom(builder, vector, 0);
    const copied = builder.finish();
    expect([0, 1].map((row) => valueAt({ kind: "string" }, copied, row))).toEqual(["bc", "a"]);
  });
});

describe("batchBytes", () => {
  it("counts every buffer", () => {
    const fields = [
      { name: "A", type: { kind: "int64" }, nullable: true },
      { name: "B", type: { kind: "string" }, nullable: true },
    ] as const;
    expect(
      batchBytes(
        batchOf({
          fields,
          rows: [
            [1n, "ab"],
            [null, "c"],
          ],
        }),
      ),
    ).toBe(1 + 16 + 12 + 3);
  });
});
