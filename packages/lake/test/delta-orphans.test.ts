import { memoryObjectStore, type SweepUploads } from "@snowmelt/core/ports";
import { lakeError } from "@snowmelt/lake";
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
  expect(await sweepOrphans(table, options)).toEqual({ files: 2, bytes: 43, uploads: 0 });
  expect(await sweepOrphans(table, options)).toEqual({ files: 0, bytes: 0, uploads: 0 });
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
  expect(await sweepOrphans(table, { terminalAttempts: ["old"] })).toEqual({ files: 0, bytes: 0, uploads: 0 });
});

it("ends the uploads of terminal attempts, whenever they were begun, unless the store does not allow it", async () => {
  const store = memoryObjectStore();
  const asked: SweepUploads[] = [];
  const sweeping = openTable({
    ...store,
    async sweepUploads(sweep = {}) {
      asked.push(sweep);
      return { aborted: 2, kept: 0 };
    },
  });
  await createTable(sweeping);
  expect(await sweepOrphans(sweeping, { terminalAttempts: ["a", "b"] })).toEqual({ files: 0, bytes: 0, uploads: 4 });
  expect(asked.map(({ prefix }) => prefix)).toEqual(["raw/t/data/run=a/", "raw/t/data/run=b/"]);
  expect(asked.every(({ olderThanMs = 0 }) => olderThanMs < 0)).toBe(true);
  for (const [code, ends] of [
    ["STORE_ACCESS_DENIED", true],
    ["STORE_UNREACHABLE", false],
  ] as const) {
    const table = openTable({ ...store, sweepUploads: () => Promise.reject(lakeError(code, "no")) });
    await putFile(table, `${toAttemptPrefix("a")}part-1`);
    const swept = sweepOrphans(table, { terminalAttempts: ["a"] });
    await (ends ? expect(swept).resolves.toMatchObject({ files: 1, uploads: 0 }) : expect(swept).rejects.toThrow("no"));
  }
});

it("tells which attempt wrote a file", () => {
  expect(attemptOf("data/run=7f/P=1/part")).toBe("7f");
  expect(attemptOf("part-00000.parquet")).toBeUndefined();
});
