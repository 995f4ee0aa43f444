import { dataset, delta, incremental, table } from "@snowmelt/core/definition";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyTables } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

/** For each kind of cursor: its type, a value for row i of 30 hours ago to now, and an earlier one for a late row. */
test.each([
  [
    "NTZ_ZURICH",
    "TIMESTAMP_NTZ(6)",
    { zone: "Europe/Zurich", lag: "61 minutes" },
    "CONVERT_TIMEZONE('Europe/Zurich', DATEADD('hour', -2 - SEQ4(), CURRENT_TIMESTAMP()))::TIMESTAMP_NTZ",
  ],
  ["LTZ", "TIMESTAMP_LTZ(6)", { lag: "0 seconds" }, "DATEADD('hour', -SEQ4(), CURRENT_TIMESTAMP())"],
  ["TZ", "TIMESTAMP_TZ(6)", { lag: "0 seconds" }, "DATEADD('hour', -SEQ4(), CURRENT_TIMESTAMP())::TIMESTAMP_TZ"],
  ["NUM", "NUMBER(12,0)", {}, "SEQ4() * 1000 - 7"],
] as const)("a %s cursor is counted on both sides alike, and a late row is found", async (name, type, sync, value) => {
  const columns: readonly SourceColumn[] = [
    ["ID", "NUMBER(10,0)"],
    ["CUR", type],
  ];
  await land.sql(
    `CREATE TABLE T_${name} (ID NUMBER(10,0), CUR ${type})`,
    `INSERT INTO T_${name} SELECT SEQ4(), ${value} FROM TABLE(GENERATOR(ROWCOUNT => 30))`,
  );
  const pipeline = land.pipeline({
    [name.toLowerCase()]: dataset({
      source: table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name: `T_${name}`, columns })),
      key: ["ID"],
      sync: incremental({ cursor: "CUR", deletes: "ignore", ...sync }),
      land: delta(),
    }),
  });
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const verify = async (deep: boolean) => {
    const { tables } = await verifyTables(pipeline, { environment: "local", secrets: land.secrets, deep });
    const checks = tables[0]?.checks ?? [];
    const recent = checks.filter(({ rung, name: of }) => rung === "recent" && of === "rows by cursor");
    return { recent, failed: checks.filter(({ outcome }) => outcome === "failed") };
  };
  const good = await verify(true);
  expect(good.failed).toEqual([]);
  expect(good.recent.length).toBeGreaterThan(4);
  expect(good.recent.reduce((sum, { actual }) => sum + Number(actual), 0)).toBe(30);
  expect(good.recent.every(({ outcome }) => outcome === "passed")).toBe(true);
  await land.sql(`INSERT INTO T_${name} SELECT 99, CUR FROM T_${name} WHERE ID = 15`);
  const late = await verify(false);
  expect(late.failed).toHaveLength(late.failed.filter(({ rung }) => rung === "source").length + 1);
  const bucket = late.failed.find(({ rung }) => rung === "recent");
  expect(Number(bucket?.expected) - Number(bucket?.actual)).toBe(1);
});
