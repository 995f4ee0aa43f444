import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  incremental,
  password,
  secret,
  table,
} from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { expect, test } from "vitest";
import { syncNotices } from "./sync-notices.ts";

const source = sourceTable({
  kind: "table",
  database: "D",
  schema: "S",
  name: "T",
  columns: [
    ["ID", "NUMBER(18,0)"],
    ["AT", "TIMESTAMP_LTZ(9)"],
  ],
});
const platform = definePlatform({
  name: "test",
  environments: {
    local: { snowflake: { account: "a", user: "u", auth: password(secret("env:P")) }, lake: { root: "./lake" } },
  },
});
const { datasets } = definePipeline({
  apiVersion: 1,
  name: "p",
  platform,
  datasets: {
    number: dataset({
      source: table(source),
      key: ["ID"],
      sync: incremental({ cursor: "ID", deletes: "ignore" }),
      land: delta(),
    }),
    time: dataset({
      source: table(source),
      key: ["ID"],
      sync: incremental({ cursor: "AT", lag: "10 minutes", deletes: "ignore" }),
      land: delta(),
    }),
  },
});

function noticeOf(
  name: "number" | "time",
  hi: string,
): { readonly code: string; readonly message: string } | undefined {
  const found = datasets[name];
  if (!found) throw new Error("the dataset is missing");
  const notices = syncNotices({ dataset: found, described: undefined, columns: source.columns }, { lo: null, hi });
  return notices.find(({ code }) => code !== "DELETES_IGNORED");
}

test("a number cursor is told up to which value nothing is read again, and of no lag", () => {
  const notice = noticeOf("number", "30012");
  expect(notice).toMatchObject({
    code: "LOW_VALUES_MISSED",
    message: expect.stringContaining("values of ID up to 30012 are never read again"),
  });
  expect(notice?.message).not.toContain("lag");
});

test("a number cursor without any value yet is told so without a number", () => {
  expect(noticeOf("number", String(-(2n ** 63n)))?.message).toContain(
    "up to the greatest there is are never read again",
  );
});

test("a cursor in time is told of its lag", () => {
  expect(noticeOf("time", "1760000000000000")).toMatchObject({
    code: "OPEN_TRANSACTIONS",
    message: expect.stringContaining("longer than the lag (10 minutes) is missed"),
  });
});
