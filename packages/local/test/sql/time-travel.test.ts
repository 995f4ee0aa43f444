import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => test.run("CREATE OR REPLACE TABLE T (ID INT, S VARCHAR)", "INSERT INTO T VALUES (1, 'a'), (2, 'b')"));

const now = async () =>
  `'${await test.cell("SELECT TO_VARCHAR(CURRENT_TIMESTAMP(), 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM')")}'`;
const at = async (moment: string) =>
  test.rows(`SELECT ID, S FROM T AT(TIMESTAMP => ${moment}::TIMESTAMP_LTZ) ORDER BY ID`);

describe("AT(TIMESTAMP)", () => {
  it("shows what a moment read from the server showed, whatever changes later", async () => {
    const before = await now();
    await test.run(
      "UPDATE T SET S = 'changed' WHERE ID = 1",
      "DELETE FROM T WHERE ID = 2",
      "INSERT INTO T VALUES (3, 'c')",
    );
    const after = await now();
    await test.run("TRUNCATE TABLE T");
    expect(await at(before)).toEqual([
      ["1", "a"],
      ["2", "b"],
    ]);
    expect(await at(after)).toEqual([
      ["1", "changed"],
      ["3", "c"],
    ]);
    expect(await test.rows("SELECT * FROM T")).toEqual([]);
  });

  it("shows a commit at its own moment and not a microsecond before", async () => {
    const altered = await test.engine.state.versions.latestStamp();
    const literal = (micros: bigint) => `TO_TIMESTAMP_LTZ(${micros}, 6)`;
    expect(await test.rows(`SELECT COUNT(*) FROM T AT(TIMESTAMP => ${literal(altered)})`)).toEqual([["2"]]);
    expect(await test.rows(`SELECT COUNT(*) FROM T AT(TIMESTAMP => ${literal(altered - 1n)})`)).toEqual([["0"]]);
  });

  it("refuses the time before the table, the future, and a view", async () => {
    const old = await test.failure("SELECT * FROM T AT(TIMESTAMP => '2001-01-01'::TIMESTAMP_LTZ)");
    expect([old.code, old.sqlState]).toEqual(["000707", "02000"]);
    expect((await test.failure("SELECT * FROM T AT(OFFSET => 60)")).code).toBe("000707");
    await test.run("CREATE OR REPLACE VIEW V AS SELECT * FROM T");
    expect((await test.failure("SELECT * FROM V AT(OFFSET => -1)")).code).toBe("000002");
  });

  it("survives columns being added and renamed", async () => {
    const before = await now();
    await test.run("ALTER TABLE T ADD COLUMN N NUMBER(5,1)", "UPDATE T SET N = 1.5");
    expect(await test.rows(`SELECT ID, N FROM T AT(TIMESTAMP => ${before}::TIMESTAMP_LTZ) ORDER BY ID`)).toEqual([
      ["1", null],
      ["2", null],
    ]);
  });
});

describe("AT and BEFORE(STATEMENT)", () => {
  it("stand on either side of a statement's change", async () => {
    const { queryId } = await test.ask("DELETE FROM T WHERE ID = 1");
    await test.run("INSERT INTO T VALUES (9, 'z')");
    expect(await test.rows(`SELECT ID FROM T BEFORE(STATEMENT => '${queryId}') ORDER BY ID`)).toEqual([["1"], ["2"]]);
    expect(await test.rows(`SELECT ID FROM T AT(STATEMENT => '${queryId}') ORDER BY ID`)).toEqual([["2"]]);
  });

  it("refuse a statement that never was", async () => {
    expect((await test.failure("SELECT * FROM T AT(STATEMENT => 'nope')")).code).toBe("000709");
  });
});

describe("transactions", () => {
  it("are seen by themselves at once and by others, and by AT, from their commit on", async () => {
    const other = { ...test.session, parameters: new Map<string, string>() };
    await test.run("BEGIN", "INSERT INTO T VALUES (3, 'c')");
    const during = `'${await test.cell("SELECT TO_VARCHAR(CURRENT_TIMESTAMP(), 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM')", { session: other })}'`;
    expect(await test.cell("SELECT COUNT(*) FROM T")).toBe("3");
    expect(await test.cell("SELECT COUNT(*) FROM T", { session: other })).toBe("2");
    await test.run("COMMIT");
    expect(await test.cell("SELECT COUNT(*) FROM T", { session: other })).toBe("3");
    expect(await at(during)).toEqual([
      ["1", "a"],
      ["2", "b"],
    ]);
  });

  it("leave nothing after ROLLBACK or the end of the session", async () => {
    await test.run("BEGIN", "DELETE FROM T", "ROLLBACK");
    expect(await test.cell("SELECT COUNT(*) FROM T")).toBe("2");
    const other = { ...test.session, parameters: new Map([["AUTOCOMMIT", "false"]]) };
    await test.ask("DELETE FROM T", { session: other });
    await test.engine.endSession(other);
    await test.run("INSERT INTO T VALUES (4, 'd')");
    expect(await test.cell("SELECT COUNT(*) FROM T")).toBe("3");
  });

  it("move LAST_ALTERED with each change of data", async () => {
    const altered = () =>
      test.cell(
        "SELECT DATE_PART(epoch_nanosecond, LAST_ALTERED) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'T'",
      );
    const first = BigInt((await altered()) ?? "0");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await test.run("UPDATE T SET S = 'x'");
    expect(BigInt((await altered()) ?? "0")).toBeGreaterThan(first);
  });
});

it("orders moments so that a commit is later than every moment handed out, with a clock that stands still", async () => {
  const clock = { nowMicros: () => 1_700_000_000_000_000n };
  await using still = await openTestEngine({ clock });
  await still.run("CREATE TABLE T (ID INT)");
  const moment = await still.cell("SELECT DATE_PART(epoch_nanosecond, CURRENT_TIMESTAMP())");
  await still.run("INSERT INTO T VALUES (1)");
  expect(await still.cell(`SELECT COUNT(*) FROM T AT(TIMESTAMP => TO_TIMESTAMP_LTZ(${moment}, 9))`)).toBe("0");
  const after = await still.cell("SELECT DATE_PART(epoch_nanosecond, CURRENT_TIMESTAMP())");
  expect(await still.cell(`SELECT COUNT(*) FROM T AT(TIMESTAMP => TO_TIMESTAMP_LTZ(${after}, 9))`)).toBe("1");
});
