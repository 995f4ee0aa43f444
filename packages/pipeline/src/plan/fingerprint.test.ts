import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  full,
  password,
  secret,
  table,
} from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import type { DescribedTable } from "@snowmelt/snowflake";
import { expect, test } from "vitest";
import { fingerprintAt } from "./fingerprint.ts";

const source = sourceTable({ kind: "table", database: "D", schema: "S", name: "T", columns: [["ID", "NUMBER(9,0)"]] });
const platform = definePlatform({
  name: "test",
  environments: {
    local: { snowflake: { account: "a", user: "u", auth: password(secret("env:P")) }, lake: { root: "./lake" } },
  },
});
const definition = definePipeline({
  apiVersion: 1,
  name: "p",
  platform,
  datasets: { t: dataset({ source: table(source), sync: full(), land: delta() }) },
});
const found = definition.datasets.t;
if (!found) throw new Error("the dataset is missing");

const described = (over: Partial<DescribedTable> = {}): DescribedTable => ({
  table: source,
  objectKind: "BASE TABLE",
  rowCount: 10n,
  lastAlteredMicros: 5_000_000n,
  bytes: 0n,
  retentionDays: 1,
  comment: undefined,
  ...over,
});

test("a source has no fingerprint while another change could come in the millisecond of the last one", () => {
  expect(fingerprintAt(found, described(), 5_000_999n)).toBeNull();
  expect(fingerprintAt(found, described(), 5_001_000n)).toMatchObject({ lastAlteredMicros: "5000000", rowCount: "10" });
});

test("a view, and a source that does not say when it was altered, have none", () => {
  const late = 9_000_000n;
  expect(fingerprintAt(found, described({ table: { ...source, kind: "view" } }), late)).toBeNull();
  expect(fingerprintAt(found, described({ lastAlteredMicros: undefined }), late)).toBeNull();
  expect(fingerprintAt(found, described({ rowCount: undefined }), late)).toBeNull();
  expect(fingerprintAt(found, undefined, late)).toBeNull();
});
