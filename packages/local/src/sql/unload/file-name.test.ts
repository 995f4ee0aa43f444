import { expect, it } from "vitest";
import { fileName, toUnloadPlace } from "./file-name.ts";
import { toFolder } from "./partition-folder.ts";

it.each([
  ["", false, { folder: "", base: "data" }],
  ["a/b/", false, { folder: "a/b/", base: "data" }],
  ["a/b", false, { folder: "a/", base: "b" }],
  ["a/b", true, { folder: "a/b/", base: "data" }],
])("the location %j (partitioned: %s) is %j", (path, isPartitioned, place) => {
  expect(toUnloadPlace(path, isPartitioned)).toEqual(place);
});

it("names a file by query, thread and number, and by its compression", () => {
  expect(fileName("data", { queryId: "01b", thread: 6, file: 2 }, "SNAPPY")).toBe("data_01b_006_6_2.snappy.parquet");
  expect(fileName("x", { queryId: null, thread: 0, file: 0 }, "NONE")).toBe("x_0_0_0.parquet");
});

it("makes a folder of a partition's value, whatever slashes it has", () => {
  expect([null, "", "d=1/h=2", "/d=1//"].map((value) => toFolder(value, "__NULL__"))).toEqual([
    "__NULL__/",
    "",
    "d=1/h=2/",
    "d=1/",
  ]);
  expect(() => toFolder("a/../b", "__NULL__")).toThrow("no path");
});
