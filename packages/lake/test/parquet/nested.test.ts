import { SnowmeltError } from "@snowmelt/core/errors";
import { memoryObjectStore } from "@snowmelt/core/ports";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, it } from "vitest";
import {
  leavesBelow,
  openRecordEncoder,
  openRowReader,
  type ParquetEncoderOptions,
  readFooter,
  readLeaves,
  structNode,
  textListNode,
  textMapNode,
  valueNode,
} from "../../src/parquet/index.ts";

const columns = [
  structNode("file", [
    valueNode("path", { kind: "string" }, false),
    textMapNode("values", { nullable: false }),
    valueNode("size", { kind: "int64" }),
    valueNode("isNew", { kind: "boolean" }, false),
    textMapNode("tags"),
  ]),
  structNode("table", [
    structNode(
      "format",
      [valueNode("provider", { kind: "string" }), textMapNode("options", { nullableValues: false })],
      false,
    ),
    textListNode("columns", false),
    textListNode("features"),
    valueNode("level", { kind: "int32" }),
  ]),
];

type Row = readonly [column: "file" | "table", value: Readonly<Record<string, unknown>>];

const anyText = fc.oneof(
  fc.constantFrom("", "a", "é", "日本"),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
);
const anyName = fc.oneof(fc.constantFrom("__proto__", "constructor", "0", "b"), anyText);
const anyTexts = (value: fc.Arbitrary<string | null>) =>
  fc.dictionary(anyName, value, { maxKeys: 3, noNullPrototype: true });
const anyRow = fc.oneof(
  fc.tuple(
    fc.constant("file" as const),
    fc.record({
      path: anyText,
      values: anyTexts(fc.option(anyText)),
      size: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
      isNew: fc.boolean(),
      tags: fc.option(anyTexts(fc.option(anyText))),
    }),
  ),
  fc.tuple(
    fc.constant("table" as const),
    fc.record({
      format: fc.record({ provider: fc.option(anyText), options: fc.option(anyTexts(anyText)) }),
      columns: fc.array(anyText, { maxLength: 4 }),
      features: fc.option(fc.array(anyText, { maxLength: 4 })),
      level: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    }),
  ),
);

function encode(rows: readonly Row[], options?: ParquetEncoderOptions): Uint8Array {
  const encoder = openRecordEncoder(columns, options);
  const parts = rows.flatMap(([column, value]) => encoder.append(column, value));
  return Buffer.concat([...parts, ...encoder.finish()]);
}

async function decode(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const store = memoryObjectStore();
  await store.put("f", bytes);
  const footer = await readFooter(store, "f");
  const rows: Record<string, unknown>[] = [];
  for await (const group of readLeaves(store, footer, { leaves: footer.schema.flatMap(leavesBelow) })) {
    const readers = footer.schema.map((node) => [node.name, openRowReader(node, group)] as const);
    for (let row = 0; row < group.rowCount; row++) {
      rows.push(Object.fromEntries(readers.map(([name, read]) => [name, read(row)])));
    }
  }
  return rows;
}

const expected = ([column, value]: Row) => ({ file: null, table: null, [column]: value });

const sample: readonly Row[] = [
  ["file", { path: "a", values: { p: "1", q: null }, size: 2n ** 60n, isNew: true, tags: null }],
  ["table", { format: { provider: "parquet", options: {} }, columns: ["a", "b"], features: null, level: -1 }],
  ["file", { path: "b", values: {}, size: null, isNew: false, tags: { t: "é" } }],
];

describe("nested records", () => {
  it("come back as they were, whatever the pages, row groups and codec", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 40 }),
        fc.record({
          codec: fc.constantFrom("zstd", "snappy", "uncompressed"),
          pageRows: fc.integer({ min: 1, max: 9 }),
          pageBytes: fc.integer({ min: 1, max: 200 }),
          rowGroupRows: fc.integer({ min: 1, max: 30 }),
        }),
        async (rows, options) => {
          expect(await decode(encode(rows, options))).toEqual(rows.map(expected));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are seen by hyparquet as we see them", async () => {
    const bytes = encode(sample, { codec: "snappy" });
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    // It says undefined of most NULLs, null of values.
    expect(await parquetReadObjects({ file, compressors })).toEqual([
      { file: { path: "a", values: { p: "1", q: null }, size: 2n ** 60n, isNew: true } },
      { table: { format: { provider: "parquet", options: {} }, columns: ["a", "b"], level: -1 } },
      { file: { path: "b", values: {}, size: null, isNew: false, tags: { t: "é" } } },
    ]);
  });

  it("refuse a NULL that the schema forbids", () => {
    const encoder = openRecordEncoder(columns);
    expect(() => encoder.append("file", { values: {}, isNew: true })).toThrow(/path is not nullable/);
  });

  it("of a damaged file are refused by code, never by a crash, and never half", async () => {
    const bytes = encode(sample);
    for (let end = 0; end < bytes.length; end += 3) {
      await expect(decode(bytes.subarray(0, end))).rejects.toBeInstanceOf(SnowmeltError);
    }
    for (let at = 0; at < bytes.length; at += 2) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      const outcome = await decode(damaged).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SnowmeltError);
      else expect(outcome).toHaveLength(sample.length);
    }
  });
});
