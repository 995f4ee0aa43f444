import { type MetricName, metricCatalogue } from "@snowmelt/core/alerts";
import { expect, test } from "vitest";
import { isSource, repositoryFiles } from "./repository-files.ts";

const sources = repositoryFiles().filter(isSource);
const recorded = sources.flatMap(({ text }) => [...text.matchAll(/metricOf\(\s*"(\w+)"/g)].map(([, name]) => name));

test("every metric that is recorded is one of the catalogue", () => {
  const others = sources.filter(({ text }) => /\brecord\(\s*\{|\.addMetric\(/.test(text)).map(({ path }) => path);
  expect(others).toEqual([]);
  expect(recorded.filter((name) => !(String(name) in metricCatalogue))).toEqual([]);
});

test("every metric of the catalogue is recorded somewhere", () => {
  const names = Object.keys(metricCatalogue) as MetricName[];
  expect(names.filter((name) => !recorded.includes(name))).toEqual([]);
});
