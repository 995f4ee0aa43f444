import { describe, expect, it } from "vitest";
import { parsePartitionFolders } from "./unload-partition.ts";
import { parseUnloadResult, type UnloadTarget } from "./unload-result.ts";

const stage = { database: "LAKE", schema: "PUBLIC", name: "LANDING", url: "s3://lake/" };
const target: UnloadTarget = { stage, folder: "raw/t/data/run=1/", partitions: [] };
const columns = ["FILE_NAME", "FILE_SIZE", "ROW_COUNT"].map((name) => ({ name }));
const parse = (rows: readonly (readonly (string | null)[])[], more: Partial<UnloadTarget> = {}, names = columns) =>
  parseUnloadResult("01b", { columns: names, rows }, { ...target, ...more });
const names = (...files: string[]) => parse(files.map((name) => [name, "10", "2"])).files.map(({ name }) => name);

describe("the result of an unload", () => {
  it("is read by the columns' names, in any case and order", () => {
    const found = parse(
      [
        ["3", "b.parquet", "20"],
        ["2", "a.parquet", "10"],
      ],
      {},
      [{ name: "row_count" }, { name: "file_name" }, { name: "File_Size" }],
    );
    expect(found).toEqual({
      queryId: "01b",
      files: [
        { name: "a.parquet", bytes: 10, rowCount: 2, partition: [] },
        { name: "b.parquet", bytes: 20, rowCount: 3, partition: [] },
      ],
      rowCount: 5,
      bytes: 30,
    });
  });

  it("names its files below the unload's folder, whatever its own form is", () => {
    const file = "data_01b_0_0_0.snappy.parquet";
    expect(names(file)).toEqual([file]);
    expect(names(`raw/t/data/run=1/${file}`)).toEqual([file]);
    expect(names(`s3://lake/raw/t/data/run=1/${file}`)).toEqual([file]);
    expect(names(`landing/raw/t/data/run=1/${file}`)).toEqual([file]);
  });

  it.each([
    "s3://other/raw/t/data/run=1/a.parquet",
    "https://lake.s3.amazonaws.com/raw/t/data/run=1/a.parquet",
    "/raw/t/data/run=1/a.parquet",
    "../a.parquet",
    "..",
    "./a.parquet",
    "a//b.parquet",
    "raw/t/data/run=1/",
    "a\nb.parquet",
    "",
  ])("is refused for the file name %j", (name) => {
    expect(() => names(name)).toThrow(expect.objectContaining({ code: "RESULT_MISMATCH" }));
  });

  it("is refused for a folder of another attempt, for nothing there is of this one", () => {
    expect(() => names("raw/t/data/run=2/a.parquet")).toThrow(/no folder/);
  });

  it("is refused when it is another statement's, or its numbers are none, or a file comes twice", () => {
    expect(() => parse([["x"]], {}, [{ name: "C0" }])).toThrow(/columns C0; expected FILE_NAME/);
    for (const bad of [null, "", "-1", "1.5", "1e3", "99999999999999999999"]) {
      expect(() => parse([["a.parquet", bad, "2"]])).toThrow(/expected digits/);
      expect(() => parse([["a.parquet", "2", bad]])).toThrow(/expected digits/);
    }
    expect(() => names("a.parquet", "raw/t/data/run=1/a.parquet")).toThrow(/twice/);
  });

  it("of no rows is no files, in either of its forms", () => {
    expect(parse([])).toMatchObject({ files: [], rowCount: 0 });
    const summary = ["rows_unloaded", "input_bytes", "output_bytes"].map((name) => ({ name }));
    expect(parse([["0", "0", "0"]], {}, summary)).toMatchObject({ files: [], rowCount: 0 });
    expect(() => parse([["5", "1", "1"]], {}, summary)).toThrow(expect.objectContaining({ code: "RESULT_MISMATCH" }));
  });
});

describe("the folders of a file", () => {
  const partitions = [
    { label: "D_month", sql: "" },
    { label: "P", sql: "" },
  ];
  it("are its partition values", () => {
    expect(parsePartitionFolders("D_month=2001-01/P=FRA/a.parquet", partitions)).toEqual(["2001-01", "FRA"]);
    expect(parsePartitionFolders("D_month=__HIVE_DEFAULT_PARTITION__/P=.C3A9/a.parquet", partitions)).toEqual([
      null,
      "é",
    ]);
    expect(parsePartitionFolders("D_month=-12.50/P=./a.parquet", partitions)).toEqual(["-12.50", ""]);
    expect(parsePartitionFolders(`D_month=1/P=..${"a".repeat(64)}/a.parquet`, partitions)).toEqual(["1", undefined]);
  });
  it.each([
    "a.parquet",
    "D_month=1/a.parquet",
    "P=1/D_month=1/a.parquet",
    "D_month=1/P=1/x=1/a.parquet",
    "D_month=1/P=%20/a.parquet",
    "D_month=1/P=.C/a.parquet",
    "D_month=/P=1/a.parquet",
  ])("are refused when they are not the plan's: %s", (name) => {
    expect(() => parsePartitionFolders(name, partitions)).toThrow(expect.objectContaining({ code: "RESULT_MISMATCH" }));
  });
});
