import { dataset, delta, full, incremental, integer, table } from "@snowmelt/core/definition";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import { openDeltaTable, planOverwrite } from "@snowmelt/lake/delta";
import { type ErasedKey, eraseRows } from "@snowmelt/lake/maintain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Verification, verifyTables } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const columns: readonly SourceColumn[] = [
  ["ID", "NUMBER(38,0) NOT NULL"],
  ["EMAIL", "VARCHAR(100)"],
  ["V", "NUMBER(18,2)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
];
const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

/** A followed, or fully read, table of 20 people that was landed. */
async function landed(name: string, isFull = false) {
  await land.sql(
    `CREATE TABLE ${name} (${columns.map((column) => column.join(" ")).join(", ")})`,
    `INSERT INTO ${name} SELECT SEQ4(), 'nö' || MOD(SEQ4(), 10), SEQ4() * 1.25, DATEADD('minute', -SEQ4() - 1, ${now}) FROM TABLE(GENERATOR(ROWCOUNT => 20))`,
  );
  const pipeline = land.pipeline({
    [name.toLowerCase()]: dataset({
      source: table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns })),
      key: ["ID"],
      sync: isFull ? full() : incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
      columns: { ID: integer() },
      land: delta(),
      verify: "full",
    }),
  });
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const open = () =>
    openDeltaTable({ store: land.store, path: `raw/${name.toLowerCase()}`, clock: systemClock, random: systemRandom });
  const erase = async (keys: readonly ErasedKey[], record = true) => {
    const report = await eraseRows(open(), { keys, record });
    expect(report).toMatchObject({ status: "erased", isRecorded: record });
  };
  const verify = (deep = false): Promise<Verification> =>
    verifyTables(pipeline, { environment: "local", secrets: land.secrets, deep });
  return { pipeline, verify, erase, open };
}

const checksOf = (report: Verification, outcome: string): string[] => [
  ...new Set(
    report.tables.flatMap(({ checks }) =>
      checks.flatMap((check) => (check.outcome === outcome ? [`${check.rung}: ${check.name}`] : [])),
    ),
  ),
];
const toldOf = (report: Verification): string[] =>
  report.tables.flatMap(({ checks }) =>
    checks.flatMap(({ name, because }) => (name === "rows erased on purpose" ? [because ?? ""] : [])),
  );

describe.each([
  ["followed by a cursor", "FOLLOWED", false],
  ["read in full", "WHOLE", true],
])("rows that were erased from a table %s and are at the source still", (_, name, isFull) => {
  test("are no difference, are told, and cover for no other row", async () => {
    const { verify, erase } = await landed(`ERASED_${name}`, isFull);
    await erase([{ ID: 3 }, { ID: 4 }]);
    for (const deep of [false, true]) {
      const report = await verify(deep);
      expect(checksOf(report, "failed")).toEqual([]);
      expect(report).toMatchObject({ passed: true, verdict: "agrees" });
      expect(toldOf(report)).toEqual([expect.stringMatching(/^2 rows are at the source .* delete them there/)]);
      expect(report.tables[0]?.checks).toContainEqual(
        expect.objectContaining({ rung: "source", name: "rows", expected: "18", actual: "18" }),
      );
      expect(JSON.stringify(report)).not.toContain("nö3");
    }
  });
});

test("a row that is lost besides is a difference, and the erased ones are not counted with it", async () => {
  const { verify, erase } = await landed("ERASED_AND_LOST");
  await erase([{ EMAIL: "nö3" }]);
  await land.sql(`INSERT INTO ERASED_AND_LOST SELECT 99, 'late', 1, DATEADD('hour', -2, ${now})`);
  const report = await verify();
  expect(report.verdict).toBe("differs");
  expect(report.tables[0]?.checks).toContainEqual(
    expect.objectContaining({ rung: "source", name: "rows", outcome: "failed", expected: "19", actual: "18" }),
  );
  expect(toldOf(report)).toHaveLength(1);
});

test("a row of an erased key that came since and was never landed is a difference", async () => {
  const { verify, erase } = await landed("ERASED_KEY_AGAIN");
  await erase([{ EMAIL: "nö3" }]);
  await land.sql(`INSERT INTO ERASED_KEY_AGAIN SELECT 99, 'nö3', 1, DATEADD('hour', -2, ${now})`);
  const report = await verify();
  expect(report.verdict).toBe("differs");
  expect(report.tables[0]?.checks).toContainEqual(
    expect.objectContaining({ rung: "source", name: "rows", outcome: "failed", expected: "21", actual: "18" }),
  );
});

test("a row that was updated at the source and came back is compared as any other", async () => {
  const { pipeline, verify, erase, open } = await landed("ERASED_AND_BACK");
  await erase([{ ID: 3 }]);
  await land.sql(`UPDATE ERASED_AND_BACK SET V = 7, UPDATED_AT = ${now} WHERE ID = 3`);
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const report = await verify(true);
  expect(toldOf(report)).toEqual([]);
  expect(report.verdict).toBe("agrees");
  await land.sql("UPDATE ERASED_AND_BACK SET V = 8 WHERE ID = 3");
  expect(checksOf(await verify(true), "failed")).toEqual(["source: sum", "digest: rows"]);
  const snapshot = await open().snapshot();
  if (!snapshot) throw new Error("no table");
  await open().commit(planOverwrite(snapshot, [], systemClock.nowMs()));
  expect((await verify()).verdict, "an empty table").toBe("differs");
});

test("erased rows that the source has deleted are not told any more", async () => {
  const { verify, erase } = await landed("ERASED_THERE_TOO");
  await erase([{ ID: 3 }]);
  await land.sql("DELETE FROM ERASED_THERE_TOO WHERE ID = 3");
  const report = await verify(true);
  expect(toldOf(report)).toEqual([]);
  expect(report.verdict).toBe("agrees");
});

test("without a record nobody can tell them from rows that were lost", async () => {
  const { verify, erase } = await landed("ERASED_UNRECORDED");
  await erase([{ ID: 3 }], false);
  expect((await verify()).verdict).toBe("differs");
});
