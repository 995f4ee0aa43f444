import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import type { Field, LandType, PartitionTransform, Value } from "@snowmelt/core/types";
import { beforeEach, describe, expect, it } from "vitest";
import { toBatch } from "../../test/table-rows.ts";
import { openParquetEncoder, type ParquetEncoderOptions } from "../parquet/index.ts";
import { planTableLayout } from "../partition/index.ts";
import { parseStats } from "../stats/index.ts";
import { type RegisterOptions, registerFiles, type StagedFile } from "./register-files.ts";

const long: LandType = { kind: "int64" };
const string: LandType = { kind: "string" };
const instant: LandType = { kind: "timestamp", unit: "us", utc: true };
const fields: readonly Field[] = [
  { name: "ID", type: long, nullable: false },
  { name: "P", type: string, nullable: true },
  { name: "T", type: instant, nullable: true },
];

let store: ObjectStore;
beforeEach(() => {
  store = memoryObjectStore();
});

/** Puts a file of the rows and says what an unload would say of it. */
async function stage(
  rows: readonly (readonly Value[])[],
  {
    name = "a.parquet",
    of = fields,
    ...options
  }: ParquetEncoderOptions & { name?: string; of?: readonly Field[] } = {},
): Promise<StagedFile> {
  const encoder = openParquetEncoder(of, { codec: "snappy", ...options });
  const parts = [...encoder.append(toBatch(of, rows)), ...encoder.finish().parts];
  const { sizeBytes } = await store.put(`t/data/run=1/${name}`, Buffer.concat(parts));
  return { name, bytes: sizeBytes, rowCount: rows.length };
}

const register = (
  files: readonly StagedFile[],
  partitionBy: readonly PartitionTransform[] = [],
  more: Partial<RegisterOptions> = {},
  from = store,
) =>
  registerFiles(
    { store: from, path: "t" },
    { files, layout: planTableLayout(fields, partitionBy), attemptId: "1", ...more },
  );

const march = BigInt(Date.parse("2001-03-01T00:00:00Z")) * 1000n;
const rows: Value[][] = [
  [1n, "x", march],
  [2n, "x", march + 86_400_000_000n],
  [3n, "x", march + 30n * 86_400_000_000n],
];

describe("registerFiles", () => {
  it("takes a file as it was announced, with statistics from its footer", async () => {
    const file = await stage([
      [1n, "a", 5n],
      [2n, null, null],
    ]);
    const outcome = await register([file]);
    expect(outcome).toMatchObject({
      status: "registered",
      files: [{ path: "data/run=1/a.parquet", rowCount: 2, bytes: file.bytes, sha256: undefined, partitionValues: {} }],
    });
    const [taken] = outcome.status === "registered" ? outcome.files : [];
    const stats = parseStats(taken?.stats, fields);
    expect(stats?.numRecords).toBe(2);
    expect(stats?.columns.get("ID")).toEqual({ nullCount: 0, min: 1n, max: 2n });
    expect(stats?.columns.get("P")).toEqual({ nullCount: 1, min: "a", max: "a" });
  });

  it("asks for a head and the end of each file, whatever its size", async () => {
    const wide = Array.from({ length: 50_000 }, (_, index) => [BigInt(index), `${index} `.repeat(8), 1n]);
    const files = [await stage(wide, { name: "a.parquet" }), await stage(rows, { name: "b.parquet" })];
    const asked: string[] = [];
    let bytes = 0;
    const counting: ObjectStore = {
      ...store,
      head(key, options) {
        asked.push(`head ${key}`);
        return store.head(key, options);
      },
      async get(key, options) {
        const found = await store.get(key, options);
        asked.push(`get ${key}`);
        bytes += found?.length ?? 0;
        return found;
      },
      list: () => {
        throw new Error("nothing is listed");
      },
    };
    expect((await register(files, [], { parallel: 1 }, counting)).status).toBe("registered");
    expect(asked).toEqual(
      ["a", "b"].flatMap((name) => [`head t/data/run=1/${name}.parquet`, `get t/data/run=1/${name}.parquet`]),
    );
    expect(files[0]?.bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(2 * 16_384);
  });

  it("takes nothing of a file that is absent, or of another size, or of other rows", async () => {
    const file = await stage(rows);
    const code = (wanted: string) => expect.objectContaining({ code: wanted });
    await expect(register([{ ...file, name: "b.parquet" }])).rejects.toEqual(code("DELTA_FILE_MISSING"));
    await expect(register([{ ...file, bytes: file.bytes + 1 }])).rejects.toEqual(code("DELTA_FILE_MISSING"));
    await expect(register([{ ...file, rowCount: 4 }])).rejects.toEqual(code("LAND_COUNT_MISMATCH"));
  });

  it("tells of every file that is refused, and takes none of the others", async () => {
    const narrow: readonly Field[] = [{ name: "ID", type: { kind: "int32" }, nullable: false }, ...fields.slice(1)];
    const files = [
      await stage(rows, { name: "a.parquet" }),
      await stage([[1, "x", 1n]], { name: "b.parquet", of: narrow }),
      await stage([[1n, 1n]], { name: "c.parquet", of: [fields[0], fields[2]].flatMap((field) => field ?? []) }),
    ];
    expect(await register(files)).toEqual({
      status: "refused",
      refusals: [
        { path: "data/run=1/b.parquet", column: "ID", expected: "INT64 as int64", found: "INT32 as int32" },
        { path: "data/run=1/c.parquet", column: "P", expected: "BYTE_ARRAY as string", found: "no such column" },
      ],
    });
  });

  it("refuses times of years that ISO dates have not, by the bounds alone", async () => {
    const late = 253_402_300_800_000_000n;
    expect((await register([await stage([[1n, "x", late - 1n]])])).status).toBe("registered");
    expect(await register([await stage([[1n, "x", late]])])).toMatchObject({
      refusals: [{ column: "T", expected: "times of the years 0001 to 9999", found: "10000-01-01T00:00:00.000000Z" }],
    });
    expect((await register([await stage([[1n, "x", -62_135_596_800_000_001n]])])).status).toBe("refused");
  });

  it("bounds keys beyond the 32nd column when asked to", async () => {
    const many = [
      ...Array.from({ length: 40 }, (_, index): Field => ({ name: `C${index}`, type: long, nullable: false })),
    ];
    const file = await stage([many.map(() => 7n)], { of: many });
    const layout = planTableLayout(many);
    const statsOf = async (alwaysIndexed: readonly string[]) => {
      const outcome = await register([file], [], { layout, alwaysIndexed });
      return parseStats(outcome.status === "registered" ? outcome.files[0]?.stats : undefined, many)?.columns.get(
        "C39",
      );
    };
    expect(await statsOf([])).toEqual({ nullCount: 0, min: undefined, max: undefined });
    expect(await statsOf(["C39"])).toEqual({ nullCount: 0, min: 7n, max: 7n });
  });
});

describe("the partition of a file", () => {
  const byMonth: PartitionTransform = { kind: "month", column: "T" };
  const byP: PartitionTransform = { kind: "identity", column: "P" };
  const partitionOf = async (rows: Value[][], by: PartitionTransform, partition?: (string | null | undefined)[]) => {
    const file = await stage(rows);
    const outcome = await register([partition ? { ...file, partition } : file], [by]);
    if (outcome.status !== "registered") throw new Error(JSON.stringify(outcome.refusals));
    return outcome.files[0];
  };

  it("follows from its rows, and the partition column's statistics are not in the log", async () => {
    expect((await partitionOf(rows, byMonth))?.partitionValues).toEqual({ T_month: "2001-03" });
    expect((await partitionOf(rows, { kind: "year", column: "T" }))?.partitionValues).toEqual({ T_year: "2001" });
    const file = await partitionOf(rows, byP);
    expect(file?.partitionValues).toEqual({ P: "x" });
    expect(Object.keys(JSON.parse(file?.stats ?? "").minValues)).toEqual(["ID", "T"]);
    expect((await partitionOf([[1n, null, null]], byP))?.partitionValues).toEqual({ P: null });
    expect((await partitionOf([[1n, null, null]], byMonth))?.partitionValues).toEqual({ T_month: null });
  });

  it("is read from the column where its bounds are cut", async () => {
    const text = "x".repeat(1000);
    expect(
      (
        await partitionOf(
          [
            [1n, text, null],
            [2n, text, null],
          ],
          byP,
        )
      )?.partitionValues,
    ).toEqual({ P: text });
    await expect(
      partitionOf(
        [
          [1n, `${text}a`, null],
          [2n, `${text}b`, null],
        ],
        byP,
      ),
    ).rejects.toThrow(/more than one/);
  });

  it("must be one, and the folder's", async () => {
    const code = expect.objectContaining({ code: "PARTITION_VALUE_INVALID" });
    await expect(
      partitionOf(
        [
          [1n, "x", null],
          [2n, "y", null],
        ],
        byP,
      ),
    ).rejects.toEqual(code);
    await expect(
      partitionOf(
        [
          [1n, "x", null],
          [2n, null, null],
        ],
        byP,
      ),
    ).rejects.toEqual(code);
    await expect(partitionOf([...rows, [4n, "x", march - 1n]], byMonth)).rejects.toEqual(code);
    await expect(partitionOf(rows, byMonth, ["2001-04"])).rejects.toThrow(/folder of T_month = "2001-04".*"2001-03"/);
    await expect(partitionOf([[1n, "", null]], byP)).rejects.toEqual(code);
    expect((await partitionOf(rows, byMonth, ["2001-03"]))?.partitionValues).toEqual({ T_month: "2001-03" });
    expect((await partitionOf(rows, byP, [undefined]))?.partitionValues).toEqual({ P: "x" });
  });
});
