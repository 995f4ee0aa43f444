import { memoryObjectStore } from "@snowmelt/core/ports";
import type { SnapshotVerification } from "@snowmelt/lake/delta";
import { memoryGlue, patientCatalog } from "@snowmelt/lake/glue";
import {
  describePlainTable,
  openTableAt,
  type PlainTable,
  planPlainAppend,
  planPlainOverwrite,
  syncPlainCatalog,
  verifyPlainCatalog,
  verifyPlainTable,
} from "@snowmelt/lake/plain";
import { describe, expect, it } from "vitest";
import { fields, landRun, mustSnapshot, openTable, planTable } from "./plain-tables.ts";

const rows = [
  [1n, "AK", 1n],
  [2n, "AK", null],
  [3n, "VT", 2n],
  [4n, null, 3n],
];

/** Two versions: four rows, then five others in their place. */
async function replaced() {
  const store = memoryObjectStore();
  const table = openTable(store);
  await table.commit(planTable(await landRun(table, "one", rows)), { info: { runId: "r1", attemptId: "one" } });
  const files = await landRun(table, "two", [...rows, [5n, "VT", null]]);
  await table.commit(planPlainOverwrite(await mustSnapshot(table), files), { info: { runId: "r2", attemptId: "two" } });
  const verify = async (deep = false): Promise<SnapshotVerification> =>
    verifyPlainTable(table, await mustSnapshot(table), { deep });
  const change = async (path: string, from: string | RegExp, to: string): Promise<void> => {
    const text = new TextDecoder().decode(await store.get(`raw/t/${path}`));
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    await store.put(`raw/t/${path}`, new TextEncoder().encode(changed));
  };
  return { store, table, verify, change };
}

const failed = ({ checks }: Pick<SnapshotVerification, "checks">): string[] => [
  ...new Set(checks.flatMap(({ name, passed }) => (passed ? [] : [name]))),
];
const newest = "_snowmelt/00000000000000000001.json";
const livePath = async (table: PlainTable): Promise<string> => [...(await mustSnapshot(table)).files.keys()][0] ?? "";

describe("a plain table held against its manifests", () => {
  it("agrees in files, footers, statistics, versions and folders, and deep in every byte and value", async () => {
    const { verify } = await replaced();
    expect(await verify()).toMatchObject({ passed: true, files: 3, rows: 5, notChecked: [], profiles: undefined });
    const deep = await verify(true);
    expect(deep).toMatchObject({ passed: true, rows: 5, notChecked: [] });
    expect(deep.profiles?.find(({ name }) => name === "ID")).toMatchObject({ count: 5, sum: 15n });
    expect(deep.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "manifests",
        "folders",
        "file",
        "size",
        "rows",
        "columns",
        "statistics",
        "sha256",
        "values",
      ]),
    );
  });

  it("tells a flipped byte deep, by the manifest's own hash", async () => {
    const { store, table, verify } = await replaced();
    const key = `raw/t/${await livePath(table)}`;
    const bytes = Uint8Array.from((await store.get(key)) ?? []);
    bytes[6] = (bytes[6] ?? 0) ^ 1;
    await store.put(key, bytes);
    expect(failed(await verify())).toEqual([]);
    expect(failed(await verify(true))).toContain("sha256");
  });

  it("tells a file that is gone", async () => {
    const { store, table, verify } = await replaced();
    await store.delete(`raw/t/${await livePath(table)}`);
    const report = await verify();
    expect(failed(report)).toEqual(["file"]);
    expect(report.rows).toBeUndefined();
  });

  it("tells a statistic that is wrong", async () => {
    const { change, verify } = await replaced();
    await change(newest, /(minValues\\":\{\\"ID\\":)1/, "$19");
    expect(failed(await verify())).toEqual(["statistics", "bounds"]);
  });

  it("tells a version that does not follow on the one before, and one that is missing between two", async () => {
    const { change, verify } = await replaced();
    await change(newest, /"previousCommitId": "[^"]*"/, '"previousCommitId": "another"');
    expect(failed(await verify())).toEqual(["manifests", "follows on"]);
    const appended = await replaced();
    const files = await landRun(appended.table, "three", [[6n, "AK", null]]);
    await appended.table.commit(planPlainAppend(await mustSnapshot(appended.table), files));
    await appended.store.delete(`raw/t/${newest}`);
    expect(failed(await appended.verify())).toEqual(["manifests", "version"]);
  });

  it("tells files that a version lost without saying so", async () => {
    const { change, verify } = await replaced();
    await change(newest, /"removed": \[[\s\S]*?\n {2}\]/, '"removed": []');
    expect(failed(await verify())).toEqual(["manifests", "files that nobody removed"]);
  });

  it("tells a file that lies beside live ones, where folders are read whole", async () => {
    const { store, table, verify } = await replaced();
    const path = await livePath(table);
    await store.put(`raw/t/${path.slice(0, path.lastIndexOf("/"))}/other.parquet`, new Uint8Array(4));
    await store.put(`raw/t/${path.slice(0, path.lastIndexOf("/"))}/_hidden.parquet`, new Uint8Array(4));
    const report = await verify();
    expect(failed(report)).toEqual(["folders", "files beside live ones"]);
    expect(report.checks.find(({ name }) => name === "files beside live ones")?.actual).toMatch(/other\.parquet$/);
  });
});

it("a plain table is described by its manifests: runs, place, partitions and versions", async () => {
  const { table } = await replaced();
  expect(await describePlainTable(table)).toMatchObject({
    kind: "plain",
    version: 1,
    files: { files: 3, rows: 5 },
    partitions: { count: 3 },
    columns: [
      { name: "ID", type: "int64" },
      { name: "STATE", isPartition: true },
      { name: "AT", type: "time(us)" },
    ],
    runs: [{ attemptId: "two", runId: "r2", version: 1, files: 3, rows: 5 }],
    place: "data/run=two/",
    manifests: { oldestVersion: 0, newestVersion: 1 },
    history: [
      { version: 1, operation: "overwrite", addedFiles: 3, removedFiles: 3 },
      { version: 0, operation: "create", addedFiles: 3, removedFiles: 0 },
    ],
  });
  const files = await landRun(table, "three", [[6n, "AK", null]]);
  await table.commit(planPlainAppend(await mustSnapshot(table), files), { info: { attemptId: "three" } });
  expect(await describePlainTable(table)).toMatchObject({
    place: null,
    runs: [
      { attemptId: "three", runId: null, version: 2 },
      { attemptId: "two", runId: "r2", version: 1 },
    ],
  });
  expect(await describePlainTable(table, { version: 0 })).toMatchObject({ version: 0, place: "data/run=one/" });
  await expect(describePlainTable(table, { version: 9 })).rejects.toMatchObject({ code: "PLAIN_VERSION_MISSING" });
});

it("an address is opened as what lies there", async () => {
  const { store, table } = await replaced();
  const { clock, random } = table;
  expect(await openTableAt({ store, path: "raw/t", clock, random })).toMatchObject({ kind: "plain" });
  expect(await openTableAt({ store, path: "raw/none", clock, random })).not.toHaveProperty("kind");
  await store.put("raw/t/_delta_log/00000000000000000000.json", new Uint8Array(0));
  expect(await openTableAt({ store, path: "raw/t", clock, random })).not.toHaveProperty("kind");
});

it("the catalog's partitions are held against the places of the newest version", async () => {
  const table = openTable();
  const withoutTime = { of: fields.slice(0, 2) };
  const plan = planTable(
    await landRun(
      table,
      "one",
      [
        [1n, "AK"],
        [2n, "VT"],
      ],
      withoutTime,
    ),
  );
  await table.commit({ ...plan, table: { ...plan.table, columns: fields.slice(0, 2) } });
  const glue = patientCatalog(memoryGlue({ databases: ["raw"] }));
  const request = { database: "raw", name: "t", location: "s3://lake/raw/t" };
  const verify = async () => ({ checks: await verifyPlainCatalog(glue, await mustSnapshot(table), request) });
  expect(failed(await verify())).toEqual(["table"]);
  await syncPlainCatalog(glue, table, request);
  expect(failed(await verify())).toEqual([]);
  const files = await landRun(
    table,
    "two",
    [
      [1n, "AK"],
      [3n, "NY"],
    ],
    withoutTime,
  );
  await table.commit(planPlainOverwrite(await mustSnapshot(table), files, fields.slice(0, 2)));
  const stale = await verify();
  expect(failed(stale)).toEqual(["location", "partitions", "partition"]);
  expect(stale.checks.flatMap(({ name, subject }) => (name === "partition" ? [subject] : [])).sort()).toEqual([
    'raw.t, ["AK"]',
    'raw.t, ["NY"]',
    'raw.t, ["VT"]',
  ]);
});
