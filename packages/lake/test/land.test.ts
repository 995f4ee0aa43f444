import { createHash } from "node:crypto";
import { memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { ColumnBatch, Field, PartitionTransform } from "@snowmelt/core/types";
import {
  landBatches,
  openTableWriter,
  parseStats,
  planCreateTable,
  planTableLayout,
  toAddFile,
} from "@snowmelt/lake/delta";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openTable } from "./delta-log.ts";
import { tableRows, toBatch } from "./table-rows.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "Word", type: { kind: "string" }, nullable: true },
  { name: "DAY", type: { kind: "date" }, nullable: true },
  { name: "AT", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
];
const transform = (kind: PartitionTransform["kind"], column: string): PartitionTransform => ({ kind, column });

async function land(batches: ColumnBatch[], partitionBy: PartitionTransform[] = [], options: object = {}) {
  const table = openTable();
  const layout = planTableLayout(batches[0]?.fields ?? fields, partitionBy);
  const files = await landBatches(batches, { table, layout, attemptId: "a1", random: seededRandom(7), ...options });
  return { table, layout, files };
}

async function commitAndRead(landed: Awaited<ReturnType<typeof land>>) {
  const { table, layout, files } = landed;
  const add = files.map((file) => toAddFile(file, 5n));
  const { fields: all, partitionColumns } = layout;
  await table.commit(planCreateTable({ id: "t", fields: all, partitionColumns, createdAtMs: 0, files: add }));
  return tableRows(table);
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

describe("partitions", () => {
  it("derive year, month, day and hour columns that are in the log and not in the files", async () => {
    const rows = [
      [1n, "a", day("2001-01-31"), micros("2001-01-31T23:59:59Z")],
      [2n, "b", day("1969-12-31"), micros("1969-12-31T23:59:59Z")],
      [3n, null, null, null],
      [4n, "c", day("0001-01-01"), micros("9999-12-31T00:00:00Z")],
    ];
    const partitionBy = [
      transform("year", "DAY"),
      transform("month", "DAY"),
      transform("day", "AT"),
      transform("hour", "AT"),
    ];
    const landed = await land([toBatch(fields, rows)], partitionBy);
    const values = landed.files.map(({ partitionValues }) => Object.values(partitionValues));
    expect(values.map(String).toSorted()).toEqual([
      ",,,",
      "1,0001-01,9999-12-31,9999-12-31-00",
      "1969,1969-12,1969-12-31,1969-12-31-23",
      "2001,2001-01,2001-01-31,2001-01-31-23",
    ]);
    expect(landed.layout.partitionColumns).toEqual(["DAY_year", "DAY_month", "AT_day", "AT_hour"]);
    expect(landed.files[0]?.summary.columns.map(({ name }) => name)).toEqual(["ID", "Word", "DAY", "AT"]);
    const nulls = landed.files.find(({ partitionValues }) => partitionValues.DAY_year === null);
    expect(nulls?.path).toContain("/DAY_year=__HIVE_DEFAULT_PARTITION__/DAY_month=__HIVE_DEFAULT_PARTITION__/");
    const read = await commitAndRead(landed);
    expect(read.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [1n, "a", day("2001-01-31"), micros("2001-01-31T23:59:59Z"), 2001, "2001-01", day("2001-01-31"), "2001-01-31-23"],
      [2n, "b", day("1969-12-31"), micros("1969-12-31T23:59:59Z"), 1969, "1969-12", day("1969-12-31"), "1969-12-31-23"],
      [3n, null, null, null, null, null, null, null],
      [4n, "c", day("0001-01-01"), micros("9999-12-31T00:00:00Z"), 1, "0001-01", day("9999-12-31"), "9999-12-31-00"],
    ]);
  });

  it("take any text as it is, escape its folder, and give it back", async () => {
    const words = [
      "a b",
      "a/b",
      "50%",
      "k=v",
      "..",
      ".",
      "é",
      "😀",
      "#?&",
      "x".repeat(300),
      "__HIVE_DEFAULT_PARTITION__",
      "\u0001\n",
      null,
    ];
    const landed = await land(
      [
        toBatch(
          fields,
          words.map((word, index) => [BigInt(index), word, null, null]),
        ),
      ],
      [transform("identity", "Word")],
    );
    expect(landed.files).toHaveLength(words.length);
    const read = await commitAndRead(landed);
    expect(read.map(([id, word]) => [id, word]).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      words.map((word, index) => [BigInt(index), word]),
    );
  });

  it("refuse an empty string, which Delta would read back as NULL", async () => {
    const landing = land([toBatch(fields, [[1n, "", null, null]])], [transform("identity", "Word")]);
    await expect(landing).rejects.toMatchObject({ code: "PARTITION_VALUE_INVALID", message: /empty string/ });
  });

  it("give every row back, whatever the rows, batches and limits", async () => {
    const row = fc.tuple(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 })),
      fc.option(fc.integer({ min: day("0001-01-01"), max: day("9999-12-31") })),
      fc.option(fc.bigInt({ min: micros("0001-01-01T00:00:00Z"), max: micros("9999-12-31T23:59:59Z") })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 30 }), { minLength: 1, maxLength: 4 }),
        fc.subarray([transform("identity", "Word"), transform("month", "DAY"), transform("hour", "AT")]),
        fc.record({
          maxFileBytes: fc.integer({ min: 500, max: 5_000 }),
          maxHeldBytes: fc.constantFrom(1, 1e9),
          maxOpenFiles: fc.integer({ min: 1, max: 4 }),
        }),
        async (batches, partitionBy, limits) => {
          const landed = await land(
            batches.map((rows) => toBatch(fields, rows)),
            partitionBy,
            limits,
          );
          const read = await commitAndRead(landed);
          const text = (rows: readonly (readonly unknown[])[]): string[] =>
            rows.map((values) => values.slice(0, 4).map(String).join("|")).sort();
          expect(text(read)).toEqual(text(batches.flat()));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("files", () => {
  const many = (count: number, from = 0): ColumnBatch =>
    toBatch(
      fields,
      Array.from({ length: count }, (_, index) => {
        const id = BigInt(from + index);
        return [id, createHash("sha256").update(`${id}`).digest("hex"), null, null];
      }),
    );

  it("roll before they exceed maxFileBytes, and hold every row once", async () => {
    const { files } = await land([many(20_000), many(20_000, 20_000)], [], {
      maxFileBytes: 200_000,
      encoder: { codec: "uncompressed", pageRows: 500 },
    });
    expect(files.length).toBeGreaterThan(5);
    expect(files.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(40_000);
    for (const { bytes } of files) expect(bytes).toBeLessThan(220_000);
    for (const { bytes } of files.slice(0, -1)) expect(bytes).toBeGreaterThan(120_000);
  });

  it("have the size, hash, rows and statistics that they say", async () => {
    const { files, table } = await land([many(3)]);
    const [file] = files;
    if (!file) throw new Error("no file");
    const bytes = await table.store.get(`raw/t/${file.path}`);
    expect(bytes?.byteLength).toBe(file.bytes);
    expect(
      createHash("sha256")
        .update(bytes ?? "")
        .digest("hex"),
    ).toBe(file.sha256);
    expect(file.path).toMatch(/^data\/run=a1\/part-00000-[0-9a-f-]{36}\.parquet$/);
    const stats = parseStats(file.stats, fields);
    expect(stats?.numRecords).toBe(3);
    expect(stats?.columns.get("ID")).toEqual({ nullCount: 0, min: 0n, max: 2n });
    expect(stats?.columns.get("AT")).toEqual({ nullCount: 3, min: undefined, max: undefined });
  });

  it("are none when there are no rows", async () => {
    expect((await land([many(0)])).files).toEqual([]);
    expect((await land([])).files).toEqual([]);
  });

  it("keep few partitions open, and little memory, when told so", async () => {
    let [open, mostOpen] = [0, 0];
    const inner = memoryObjectStore();
    const counting: ObjectStore = {
      ...inner,
      async putIfAbsent(key, body, options) {
        mostOpen = Math.max(mostOpen, ++open);
        return inner.putIfAbsent(key, body, options).finally(() => open--);
      },
    };
    const rows = Array.from({ length: 3_000 }, (_, index) => [BigInt(index), `w${index % 60}`, null, null]);
    const layout = planTableLayout(fields, [transform("identity", "Word")]);
    const table = openTable(counting);
    const writer = openTableWriter({ table, layout, attemptId: "a", random: seededRandom(1), maxOpenFiles: 7 });
    for (let at = 0; at < rows.length; at += 500) await writer.append(toBatch(fields, rows.slice(at, at + 500)));
    const files = await writer.finish();
    expect(mostOpen).toBeLessThanOrEqual(8);
    expect(files.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(3_000);
  });
});

describe("memory", () => {
  it("stays below what is held at most, by ending files early, and every row is landed", async () => {
    const layout = planTableLayout(fields, [transform("identity", "Word")]);
    const options = { table: openTable(), layout, attemptId: "a", random: seededRandom(1), maxHeldBytes: 2_000_000 };
    const writer = openTableWriter(options);
    for (let at = 0; at < 10; at++) {
      const rows = Array.from({ length: 4_000 }, (_, index) => [
        BigInt(at * 4_000 + index),
        `w${index % 40}`,
        null,
        null,
      ]);
      await writer.append(toBatch(fields, rows));
      expect(writer.heldBytes).toBeLessThanOrEqual(2_000_000);
    }
    const files = await writer.finish();
    expect(files.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(40_000);
    expect(writer.heldBytes).toBe(0);
  });

  it("is taken from partitions that get no more rows first", async () => {
    const layout = planTableLayout(fields, [transform("identity", "Word")]);
    const options = { table: openTable(), layout, attemptId: "a", random: seededRandom(1), maxHeldBytes: 1_000_000 };
    const writer = openTableWriter(options);
    for (let at = 0; at < 60; at++) {
      const rows = Array.from({ length: 1_000 }, (_, index) => [
        BigInt(at * 1_000 + index),
        `w${Math.floor(at / 6)}`,
        null,
        null,
      ]);
      await writer.append(toBatch(fields, rows));
    }
    expect(await writer.finish()).toHaveLength(10);
  });
});

describe("failures", () => {
  it("leave no object of an open file when the source breaks or the caller aborts", async () => {
    const store = memoryObjectStore();
    const layout = planTableLayout(fields, [transform("identity", "Word")]);
    const controller = new AbortController();
    const batch = toBatch(fields, [
      [1n, "a", null, null],
      [2n, "b", null, null],
    ]);
    for (const [reason, stop] of [
      [
        "the source broke",
        () => {
          throw new Error("the source broke");
        },
      ],
      ["stop", () => controller.abort(new Error("stop"))],
    ] as const) {
      async function* batches() {
        yield batch;
        stop();
        yield batch;
      }
      const options = {
        table: openTable(store),
        layout,
        attemptId: reason,
        random: seededRandom(1),
        signal: controller.signal,
      };
      await expect(landBatches(batches(), options)).rejects.toThrow(reason);
    }
    const keys = [];
    for await (const { key } of store.list("")) keys.push(key);
    expect(keys).toEqual([]);
  });

  it("of the store reach the caller as they are", async () => {
    const store: ObjectStore = {
      ...memoryObjectStore(),
      async putIfAbsent() {
        throw new Error("disk full");
      },
    };
    const layout = planTableLayout(fields);
    const landing = landBatches([toBatch(fields, [[1n, "a", null, null]])], {
      table: openTable(store),
      layout,
      attemptId: "a",
      random: seededRandom(1),
    });
    await expect(landing).rejects.toThrow("disk full");
  });

  it("name a batch of other columns", async () => {
    const layout = planTableLayout(fields);
    const other = toBatch([{ name: "X", type: { kind: "int32" }, nullable: true }], [[1]]);
    const landing = landBatches([other], { table: openTable(), layout, attemptId: "a", random: seededRandom(1) });
    await expect(landing).rejects.toMatchObject({ code: "LAND_SCHEMA_MISMATCH" });
  });
});
