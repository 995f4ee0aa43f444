import { describe, expect, it } from "vitest";
import { parseStatement } from "./statement.ts";

const parse = (sql: string) => parseStatement(sql, "timestamp_ntz");

describe("statements", () => {
  it.each([
    ["SELECT 1", "query"],
    ["(SELECT 1) UNION (SELECT 2) ORDER BY 1", "query"],
    ["WITH a AS (SELECT 1) SELECT * FROM a", "query"],
    ["INSERT INTO t (a) VALUES (1), (DEFAULT)", "insert"],
    ["INSERT INTO t (SELECT 1)", "insert"],
    ["UPDATE t x SET a = 1 FROM s WHERE x.b = s.b", "update"],
    ["DELETE FROM t USING s WHERE t.a = s.a", "delete"],
    ["MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", "merge"],
    ["TRUNCATE TABLE IF EXISTS t", "truncate"],
    [
      "CREATE OR REPLACE TRANSIENT TABLE t (a INT PRIMARY KEY, b NUMBER(10,2) DEFAULT 1 COMMENT 'c', CONSTRAINT u UNIQUE (b)) CLUSTER BY (a, b) COMMENT = 'x'",
      "createTable",
    ],
    ["CREATE TABLE t AS SELECT 1 AS a", "createTable"],
    ["CREATE VIEW v (a COMMENT 'x') AS SELECT 1", "createView"],
    ["CREATE DATABASE IF NOT EXISTS d COMMENT = 'x'", "createContainer"],
    ["ALTER TABLE t ADD COLUMN IF NOT EXISTS c DATE NOT NULL DEFAULT '2024-01-01'", "alterTable"],
    ["ALTER TABLE t ALTER COLUMN c SET DATA TYPE VARCHAR(20)", "alterTable"],
    ["ALTER SESSION SET TIMEZONE = 'UTC', QUERY_TAG = 'x' WEEK_START = 1", "alterSession"],
    ["DROP VIEW IF EXISTS v", "drop"],
    ["USE db.sch", "use"],
    ["START TRANSACTION", "begin"],
    ["SHOW TERSE TABLES LIKE 'x%' IN SCHEMA a.b STARTS WITH 'X' LIMIT 5 FROM 'Y'", "show"],
    ["DESC TABLE t TYPE = COLUMNS", "describe"],
    ["SET v = (SELECT 1)", "setVariable"],
  ])("%s is %s", (sql, kind) => {
    expect(parse(sql).kind).toBe(kind);
  });

  it("reads time travel, samples and aliases of a table", () => {
    const statement = parse(`SELECT 1 FROM "d"..T AT(TIMESTAMP => x) AS a (b, c) SAMPLE ROW (10) SEED (3)`);
    expect(statement).toMatchObject({
      query: {
        body: {
          from: {
            kind: "table",
            path: ["d", "PUBLIC", "T"],
            travel: { mode: "AT", by: "TIMESTAMP" },
            alias: { name: "A", columns: ["B", "C"] },
            sample: { amount: "10", unit: "PERCENT", seed: 3 },
          },
        },
      },
    });
  });

  it("keeps the case of keys in a path and folds that of columns", () => {
    expect(parse('SELECT t.v:Abc."d e"[0]')).toMatchObject({
      query: {
        body: {
          items: [
            {
              value: {
                kind: "path",
                base: { path: ["T", "V"] },
                steps: [{ key: "Abc" }, { key: "d e" }, { kind: "index" }],
              },
            },
          ],
        },
      },
    });
  });

  it("binds casts tighter than signs, products than sums, and AND than OR", () => {
    expect(parse("SELECT -a::INT + 2 * 3, NOT b OR c AND d")).toMatchObject({
      query: {
        body: {
          items: [
            { value: { op: "+", left: { op: "-", value: { kind: "cast" } }, right: { op: "*" } } },
            { value: { op: "OR", left: { op: "NOT" }, right: { op: "AND" } } },
          ],
        },
      },
    });
  });
});
