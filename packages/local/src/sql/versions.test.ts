import { expect, it } from "vitest";
import { openVersions } from "./versions.ts";

const stored = [
  { version: 2, stampMicros: 100n, queryId: "a", tables: [1] },
  { version: 5, stampMicros: 200n, queryId: "b", tables: [1, 2] },
  { version: 6, stampMicros: 200n, queryId: "b", tables: [2] },
];

it("finds the last version at or before a moment", () => {
  const versions = openVersions(stored);
  expect([99n, 100n, 199n, 200n, 900n].map((micros) => versions.at(micros))).toEqual([0, 2, 2, 6, 6]);
});

it("knows versions by statement and by table, and numbers on after the last", () => {
  const versions = openVersions(stored);
  expect(versions.ofStatement("b").map(({ version }) => version)).toEqual([5, 6]);
  expect(versions.lastOfTable(1)?.version).toBe(5);
  expect(versions.lastOfTable(9)).toBeNull();
  expect(versions.next()).toBe(7);
});
