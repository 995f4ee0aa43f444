import { describe, expect, test } from "vitest";
import { batchesOf, expectSameRows, rowsOf } from "./batches.ts";
import { edgeValues, everyTypeFields, everyTypeRows } from "./every-type.ts";
import { encode, read } from "./files.ts";

describe("what the encoder writes, the reader reads back", () => {
  test.each(edgeValues)("edge values of $name", async ({ name, type, values }) => {
    const fields = [{ name, type, nullable: true }];
    const rows = values.map((value) => [value]);
    const { bytes } = await encode(fields, batchesOf(fields, rows, [3]));
    const batches = await read(bytes);
    expectSameRows(rowsOf(batches), rows);
    expect(batches[0]?.fields).toEqual(fields);
  });

  test.each(["zstd", "snappy", "gzip", "uncompressed"] as const)("every type by %s", async (codec) => {
    const rows = everyTypeRows(3000);
    const { bytes } = await encode(everyTypeFields, batchesOf(everyTypeFields, rows, [700, 1, 64]), { codec });
    expectSameRows(rowsOf(await read(bytes)), rows);
  });

  test.each([0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025])("%i rows in pages of 64", async (count) => {
    const rows = everyTypeRows(count);
    const options = { pageRows: 64, rowGroupRows: 512 };
    const { bytes, summary } = await encode(everyTypeFields, batchesOf(everyTypeFields, rows, [100]), options);
    expectSameRows(rowsOf(await read(bytes, { batchRows: 50 })), rows);
    expect(summary.rowCount).toBe(count);
    expect(summary.bytes).toBe(bytes.length);
    expect(summary.rowGroups).toHaveLength(Math.ceil(count / 512));
  });
});
