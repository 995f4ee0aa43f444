import { expect, test } from "vitest";
import { compared } from "../scripts/quickstart/compare-sides.ts";
import { comparisonText } from "../scripts/quickstart/comparison-text.ts";

const figures = ["3", "2100", "5", "7", "6", "4200", "9", "8", "180"];
const routes = [
  ["LAX", "SFO", "2", "1400", "3"],
  ["SFO", "LAX", "1", "700", "3"],
];
const same = { sourceRow: figures, lakeRow: figures, sourceRoutes: routes, lakeRoutes: routes };

test("both sides are equal when every figure and every route is", () => {
  const comparison = compared(same);
  expect(comparison).toMatchObject({ equal: true, routes: 2, differingRoutes: 0 });
  const text = comparisonText(comparison, "a reader");
  expect(text).toContain("All 2 routes agree. The table equals the source.");
  expect(text).toContain("LAX → SFO");
});

test.each([
  ["a figure differs", { lakeRow: ["2", ...figures.slice(1)] }, 0],
  ["a figure is missing", { lakeRow: [] }, 0],
  ["a route has other rows", { lakeRoutes: [routes[0] ?? [], ["SFO", "LAX", "1", "700", "4"]] }, 1],
  ["the lake lacks a route", { lakeRoutes: routes.slice(0, 1) }, 1],
  ["the lake has a route too many", { lakeRoutes: [...routes, [null, "LAX", "1", "1", "1"]] }, 1],
])("they differ when %s", (_, change, differingRoutes) => {
  const comparison = compared({ ...same, ...change });
  expect(comparison).toMatchObject({ equal: false, differingRoutes });
  expect(comparisonText(comparison, "a reader")).toContain("THE TABLE DIFFERS FROM THE SOURCE");
});
