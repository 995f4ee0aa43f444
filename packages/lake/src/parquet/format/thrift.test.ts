import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeThrift, fieldsOf } from "./thrift-reader.ts";
import { encodeThrift } from "./thrift-writer.ts";

describe("thrift", () => {
  test("integers of up to 52 bits, and far field ids, come back", () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 3000 }),
      (values, step) => {
        const bytes = encodeThrift((thrift) => {
          for (const [index, value] of values.entries()) thrift.i64((index + 1) * step, value);
        });
        const { value, end } = decodeThrift(bytes);
        expect(end).toBe(bytes.length);
        expect([...value.values()]).toEqual(values);
        expect([...value.keys()]).toEqual(values.map((_, index) => (index + 1) * step));
      },
    );
    fc.assert(property);
  });

  test("lists of more than 14 items, booleans, text and nested structs come back", () => {
    const names = Array.from({ length: 40 }, (_, index) => `n${index}é`);
    const bytes = encodeThrift((thrift) => {
      thrift.bool(1, true);
      thrift.bool(2, false);
      thrift.strings(3, names);
      thrift.struct(20, () => thrift.struct(1, () => thrift.string(7, "deep")));
      thrift.bools(21, [true, false]);
      thrift.i16(22, -3);
      thrift.i32s(23, [1, -1, 2 ** 31 - 1]);
    });
    const fields = fieldsOf(decodeThrift(bytes).value, "test");
    expect(fields.boolean(1)).toBe(true);
    expect(fields.boolean(2)).toBe(false);
    expect(fields.list(3)?.map((name) => Buffer.from(name as Uint8Array).toString())).toEqual(names);
    expect(fieldsOf(fieldsOf(fields.requiredStruct(20), "outer").requiredStruct(1), "inner").string(7)).toBe("deep");
    expect(fields.list(21)).toEqual([true, false]);
    expect(fields.integer(22)).toBe(-3);
    expect(fields.list(23)).toEqual([1, -1, 2 ** 31 - 1]);
  });

  test("bytes that are no struct give PARQUET_CORRUPT and nothing else", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeThrift(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "PARQUET_CORRUPT" });
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("a list that announces more than there is does not take memory for it", () => {
    expect(() => decodeThrift(Uint8Array.of(0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x07))).toThrow(/announces/);
  });
});
