import { attemptOf, listOrphans, planAppend, planOverwrite, sweepOrphans, toAttemptPrefix } from "@snowmelt/lake/delta";
import { expect, it } from "vitest";
import { createTable, mustSnapshot, openTable, putFile } from "./delta-log.ts";

it("lists and sweeps only unnamed files of terminal attempts", async () => {
  const table = openTable();
  await createTable(table);
  const committed = await putFile(table, `${toAttemptPrefix("done")}P=a%2Fb/part-1`);
  await putFile(table, `${toAttemptPrefix("done")}part-2`);
  await putFile(table, `${toAttemptPrefix("crashed")}part-1`);
  await putFile(table, `${toAttemptPrefix("running")}part-1`);
  await putFile(table, `${toAttemptPrefix("crashed-2")}part-1`);
  await putFile(table, "elsewhere/part-1");
  await table.commit(planAppend(await mustSnapshot(table), [committed]));
  const options = { terminalAttempts: ["done", "crashed"] };
  const orphans = [];
  for await (const orphan of listOrphans(table, options)) orphans.push(orphan.key);
  expect(orphans).toEqual(["raw/t/data/run=done/part-2", "raw/t/data/run=crashed/part-1"]);
  expect(await sweepOrphans(table, options)).toEqual({ files: 2, bytes: 43 });
  expect(await sweepOrphans(table, options)).toEqual({ files: 0, bytes: 0 });
  const left = [];
  for await (const { key } of table.store.list("raw/t/data/")) left.push(key);
  expect(left).toEqual([
    "raw/t/data/run=crashed-2/part-1",
    "raw/t/data/run=done/P=a%2Fb/part-1",
    "raw/t/data/run=running/part-1",
  ]);
});

it("keeps files that an older version still names", async () => {
  const table = openTable();
  await createTable(table, [await putFile(table, "data/run=old/part-1")]);
  await table.commit(planOverwrite(await mustSnapshot(table), [], 5));
  expect(await sweepOrphans(table, { terminalAttempts: ["old"] })).toEqual({ files: 0, bytes: 0 });
});

it("tells which attempt wrote a file", () => {
  expect(attemptOf("data/run=7f/P=1/part")).toBe("7f");
  expect(attemptOf("part-00000.parquet")).toBeUndefined();
});
