import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());

/** A moment that everything so far is visible at, as a literal. */
const now = async () =>
  `'${await test.cell("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF9')")}'::TIMESTAMP_NTZ`;

const changes = (table: string, rest: string, information = "DEFAULT") =>
  test.rows(
    `SELECT * EXCLUDE METADATA$ROW_ID FROM ${table} CHANGES (INFORMATION => ${information}) ${rest} ORDER BY 1, 3, 2`,
  );

describe("CHANGES", () => {
  it("shows inserts, deletes and both sides of updates, net", async () => {
    await test.run("CREATE TABLE T (ID INT, V VARCHAR) CHANGE_TRACKING = TRUE");
    await test.run("INSERT INTO T VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    const start = await now();
    await test.run(
      "UPDATE T SET V = 'a1' WHERE ID = 1",
      "UPDATE T SET V = 'a2' WHERE ID = 1",
      "DELETE FROM T WHERE ID = 2",
      "INSERT INTO T VALUES (4, 'd'), (5, 'e')",
      "DELETE FROM T WHERE ID = 5",
    );
    const end = await now();
    await test.run("MERGE INTO T USING (SELECT 3 AS ID) S ON T.ID = S.ID WHEN MATCHED THEN UPDATE SET V = 'c1'");
    const first = [
      ["1", "a", "DELETE", "1"],
      ["1", "a2", "INSERT", "1"],
      ["2", "b", "DELETE", "0"],
      ["4", "d", "INSERT", "0"],
    ];
    expect(await changes("T", `AT (TIMESTAMP => ${start}) END (TIMESTAMP => ${end})`)).toEqual(first);
    expect(await changes("T", `AT (TIMESTAMP => ${start})`)).toEqual([
      ...first.slice(0, 3),
      ["3", "c", "DELETE", "1"],
      ["3", "c1", "INSERT", "1"],
      ...first.slice(3),
    ]);
    expect(await changes("T", `AT (TIMESTAMP => ${end})`)).toHaveLength(2);
  });

  it("shows what was inserted, as it was then, when only that is asked for", async () => {
    await test.run("CREATE TABLE LOG (ID INT, V VARCHAR) CHANGE_TRACKING = TRUE", "INSERT INTO LOG VALUES (1, 'old')");
    const start = await now();
    await test.run("INSERT INTO LOG VALUES (2, 'new')", "UPDATE LOG SET V = 'later'", "DELETE FROM LOG WHERE ID = 2");
    expect(await changes("LOG", `AT (TIMESTAMP => ${start})`, "APPEND_ONLY")).toEqual([["2", "new", "INSERT", "0"]]);
  });

  it("gives both sides of an update one row id, and other rows others", async () => {
    await test.run("CREATE TABLE IDS (ID INT) CHANGE_TRACKING = TRUE", "INSERT INTO IDS VALUES (1), (2)");
    const start = await now();
    await test.run("UPDATE IDS SET ID = ID + 10");
    const rows = await test.rows(
      `SELECT ID, METADATA$ROW_ID FROM IDS CHANGES (INFORMATION => DEFAULT) AT (TIMESTAMP => ${start})`,
    );
    const idOf = new Map(rows.map(([id, rowId]) => [id, rowId]));
    expect(idOf.get("1")).toMatch(/^[0-9a-f]{40}$/);
    expect([idOf.get("1"), idOf.get("2")]).toEqual([idOf.get("11"), idOf.get("12")]);
    expect(idOf.get("1")).not.toBe(idOf.get("2"));
  });

  it("begins at a statement, and before one", async () => {
    await test.run("CREATE TABLE S (ID INT) CHANGE_TRACKING = TRUE");
    const { queryId } = await test.ask("INSERT INTO S VALUES (1)");
    await test.run("INSERT INTO S VALUES (2)");
    expect((await changes("S", `AT (STATEMENT => '${queryId}')`)).map(([id]) => id)).toEqual(["2"]);
    expect((await changes("S", `BEFORE (STATEMENT => '${queryId}')`)).map(([id]) => id)).toEqual(["1", "2"]);
  });

  it("is refused for a time without change tracking, and for views", async () => {
    await test.run("CREATE TABLE LATE (ID INT)", "CREATE VIEW V AS SELECT * FROM LATE");
    const before = await now();
    const ask = (table: string, moment: string) =>
      `SELECT * FROM ${table} CHANGES (INFORMATION => DEFAULT) AT (TIMESTAMP => ${moment})`;
    expect((await test.failure(ask("LATE", before))).message).toContain("Change tracking is not enabled");
    await test.run("INSERT INTO LATE VALUES (1)", "ALTER TABLE LATE SET CHANGE_TRACKING = TRUE");
    expect((await test.failure(ask("LATE", before))).message).toContain("has been missing for the time range");
    const after = await now();
    await test.run("UPDATE LATE SET ID = 2");
    expect(await changes("LATE", `AT (TIMESTAMP => ${after})`)).toEqual([
      ["1", "DELETE", "1"],
      ["2", "INSERT", "1"],
    ]);
    await test.run("ALTER TABLE LATE SET CHANGE_TRACKING = FALSE");
    expect((await test.failure(ask("LATE", after))).message).toContain("Change tracking is not enabled");
    expect((await test.failure(ask("V", after))).message).toContain("CHANGES of a view");
  });

  it("turns what was there into what is, whatever was done between", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("insert"), id: fc.nat(9) }),
      fc.record({ kind: fc.constant("update"), id: fc.nat(9) }),
      fc.record({ kind: fc.constant("delete"), id: fc.nat(9) }),
      fc.record({ kind: fc.constant("merge"), id: fc.nat(9) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 4 }),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        async (first, then) => {
          await test.run("CREATE OR REPLACE TABLE P (ID INT, V VARCHAR) CHANGE_TRACKING = TRUE");
          let count = 0;
          const apply = async ({ kind, id }: { kind: string; id: number }) => {
            count += 1;
            const text = `'v${count}'`;
            if (kind === "insert") await test.run(`INSERT INTO P VALUES (${id}, ${text})`);
            else if (kind === "update") await test.run(`UPDATE P SET V = ${text} WHERE ID >= ${id}`);
            else if (kind === "delete") await test.run(`DELETE FROM P WHERE ID = ${id}`);
            else
              await test.run(`MERGE INTO P USING (SELECT DISTINCT ID FROM P WHERE ID = ${id}) S ON P.ID = S.ID
              WHEN MATCHED THEN UPDATE SET V = ${text} WHEN NOT MATCHED THEN INSERT VALUES (${id}, ${text})`);
          };
          for (const one of first) await apply(one);
          const before = (await test.rows("SELECT ID, V FROM P")).map((row) => row.join());
          const start = await now();
          for (const one of then) await apply(one);
          const rows = await changes("P", `AT (TIMESTAMP => ${start})`);
          const deleted = rows.filter(([, , action]) => action === "DELETE").map(([id, v]) => `${id},${v}`);
          const inserted = rows.filter(([, , action]) => action === "INSERT").map(([id, v]) => `${id},${v}`);
          const left = [...before];
          for (const row of deleted) {
            expect(left).toContain(row);
            left.splice(left.indexOf(row), 1);
          }
          const after = (await test.rows("SELECT ID, V FROM P")).map((row) => row.join());
          expect([...left, ...inserted].sort()).toEqual(after.sort());
          const updated = rows.filter(([, , , isUpdate]) => isUpdate === "1");
          expect(updated.filter(([, , action]) => action === "INSERT").length * 2).toBe(updated.length);
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});
