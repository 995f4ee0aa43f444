import { expect, test } from "vitest";
import { partitionSizes, skew } from "./file-chart.ts";

const file = (month: string | null, sizeBytes: number) => ({
  path: `data/${month}`,
  rows: sizeBytes / 10,
  sizeBytes,
  sha256: "00",
  partitionValues: { DATE_month: month },
});

test("files of one partition are summed, partitions come in order and NULL has a name", () => {
  const sizes = partitionSizes([file("2001-02", 30), file("2001-01", 10), file("2001-02", 50), file(null, 20)]);
  expect(sizes).toEqual([
    { label: "DATE_month=2001-01", rows: 1, bytes: 10, files: 1 },
    { label: "DATE_month=2001-02", rows: 8, bytes: 80, files: 2 },
    { label: "DATE_month=NULL", rows: 2, bytes: 20, files: 1 },
  ]);
  expect(skew(sizes)).toBe(4);
});

test("each file of an unpartitioned table stands for itself", () => {
  const files = [file("x", 10), file("x", 20)].map((one) => ({ ...one, partitionValues: {} }));
  expect(partitionSizes(files).map(({ label }) => label)).toEqual(["file 1", "file 2"]);
});

test("no files have no skew", () => expect(skew([])).toBeNull());
