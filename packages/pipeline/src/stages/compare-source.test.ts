import { expect, test } from "vitest";
import { compareSource } from "./compare-source.ts";

const field = { name: "SPEED", type: { kind: "float64" }, nullable: true } as const;
const arrived = {
  name: "SPEED",
  count: 3,
  nullCount: 0,
  nanCount: 0,
  min: 1,
  max: 3,
  sum: undefined,
  lengthSum: undefined,
};
const asked = { field: "SPEED", valueCount: 3n, min: 1, max: 3 };

test("the source's aggregates agree with the rows that arrived, or the check says how they differ", () => {
  const { checks, notCompared } = compareSource({ rowCount: 3n, columns: [asked] }, [field], [{ ...arrived, max: 2 }]);
  expect(checks.map(({ name, passed }) => [name.split(" at ")[0], passed])).toEqual([
    ["SPEED: values", true],
    ["SPEED: min", true],
    ["SPEED: max", false],
  ]);
  expect(notCompared).toEqual([]);
});

test("least and greatest are not compared where NaN came, and that is said", () => {
  const { checks, notCompared } = compareSource(
    { rowCount: 3n, columns: [asked] },
    [field],
    [{ ...arrived, nanCount: 1 }],
  );
  expect(checks).toHaveLength(1);
  expect(notCompared).toEqual([expect.stringMatching(/^SPEED: least and greatest, as NaN/)]);
});

test("a column that did not arrive is a difference", () => {
  const { checks } = compareSource({ rowCount: 3n, columns: [{ ...asked, field: "GONE" }] }, [field], [arrived]);
  expect(checks).toMatchObject([{ name: expect.stringContaining("GONE"), actual: "no such column", passed: false }]);
});
