import { join } from "node:path";
import type { Verification } from "@snowmelt/pipeline";
import { expect, test } from "vitest";
import { commandLine, recordedEngine } from "../../test/command-line.ts";

const fixtures = join(import.meta.dirname, "../../test/fixtures");

const passed = (name: string) =>
  ({
    rung: "source",
    name,
    subject: "the table",
    outcome: "passed",
    expected: "40",
    actual: "40",
    because: null,
  }) as const;

const agreeing: Verification = {
  verificationVersion: 1,
  pipeline: "orders",
  environment: "local",
  lake: "file:///lake",
  runId: null,
  deep: false,
  snowmeltVersion: "0.1.0",
  startedAt: "2026-11-23T12:00:00.000Z",
  finishedAt: "2026-11-23T12:00:01.000Z",
  verdict: "agrees",
  passed: true,
  tables: [
    {
      dataset: "orders",
      source: "SHOP.PUBLIC.ORDERS",
      table: "file:///lake/raw/orders",
      deltaVersion: 3,
      sourceAsOf: "2026-11-23T12:00:00.000000Z",
      files: 2,
      rows: 40,
      bytes: 4096,
      verdict: "agrees",
      passed: true,
      durationMs: 900,
      checks: [
        passed("rows"),
        {
          ...passed("sum"),
          subject: "ID",
          outcome: "notChecked",
          expected: null,
          actual: null,
          because: "footers do not add up values",
        },
        {
          ...passed("sum"),
          subject: "AMOUNT",
          outcome: "notChecked",
          expected: null,
          actual: null,
          because: "footers do not add up values",
        },
        {
          ...passed("table"),
          rung: "catalog",
          outcome: "notChecked",
          expected: null,
          actual: null,
          because: "the environment has no catalog",
        },
      ],
    },
  ],
};

const [table] = agreeing.tables;
if (!table) throw new Error("no table");
const differing: Verification = {
  ...agreeing,
  runId: "20261123T120000Z-0001",
  deep: true,
  verdict: "differs",
  passed: false,
  tables: [
    {
      ...table,
      verdict: "differs",
      passed: false,
      checks: [
        { ...passed("rows"), outcome: "failed", actual: "39", because: "another writer removed rows" },
        {
          ...passed("sha256"),
          rung: "files",
          subject: "data/a\u001b[31m.parquet",
          outcome: "failed",
          expected: "aa",
          actual: "bb",
        },
        ...table.checks.slice(1),
      ],
    },
  ],
};

const answering = (report: Verification) => {
  const asked: unknown[] = [];
  const { loadEngine } = recordedEngine({
    async verifyTables({ name }, options) {
      asked.push({ name, ...options });
      return report;
    },
    async verifyRun({ name }, runId, options) {
      asked.push({ name, runId, ...options });
      return report;
    },
  });
  return { asked, context: { loadEngine, cwd: fixtures } };
};

test("verify shows the ladder, what was not checked and why, and ends with 0 where all agrees", async () => {
  const { asked, context } = answering(agreeing);
  const { code, out, err } = await commandLine(["verify", "orders.ts", "--dataset", "orders"], context);
  expect([code, err]).toEqual([0, ""]);
  expect(asked).toMatchObject([
    { datasets: ["orders"], environment: "local", deep: false, runsRoot: join(fixtures, ".snowmelt/runs") },
  ]);
  expect(out).toMatch(/source = lake +1 +0 +0 +2\n/);
  expect(out).toMatch(/table +file:\/\/\/lake\/raw\/orders, version 3\n/);
  expect(out).toContain("source = lake: sum of ID, AMOUNT, because footers do not add up values\n");
  expect(out).toContain("log = catalog: table of the table, because the environment has no catalog\n");
  expect(out).toContain("Agrees: 1 check passed. 3 could not be made.");
  expect(out).not.toContain("differs");
  expect((await commandLine(["verify", "orders.ts", "--all"], context)).out).toMatch(
    /source = lake +rows +the table +40 +40/,
  );
});

test("what differs is listed with both values and what is likely behind it; the exit code is that of wrong data", async () => {
  const { asked, context } = answering(differing);
  const { code, out } = await commandLine(["verify", "orders.ts", "--run", "20261123T120000Z-0001", "--deep"], context);
  expect(code).toBe(5);
  expect(asked).toMatchObject([{ runId: "20261123T120000Z-0001", deep: true }]);
  expect(out).toContain("run 20261123T120000Z-0001, every value read");
  expect(out).toMatch(/source = lake +rows +the table +40 +39\n/);
  expect(out).toContain("Likely: another writer removed rows.");
  expect(out).toContain("Differs: orders. 2 of 2 checks failed. 3 could not be made.");
  expect(out, "control characters of a file's name do not reach the terminal").not.toContain("\u001b");
});

test("--json is the one report, also where something differs", async () => {
  const { context } = answering(differing);
  const { code, out, err } = await commandLine(["verify", "orders.ts", "--json"], context);
  expect([code, err]).toEqual([5, ""]);
  expect(JSON.parse(out)).toEqual(differing);
});

test("a difference that may be no fault is not proven, and neither its word nor its exit code is that of agreement", async () => {
  const because = "2 rows are in quarantine";
  const { context } = answering({
    ...agreeing,
    verdict: "notProven",
    passed: false,
    tables: [
      {
        ...table,
        verdict: "notProven",
        passed: false,
        checks: [passed("rows"), { ...passed("values"), outcome: "notProven", actual: "38", because }],
      },
    ],
  });
  const { code, out } = await commandLine(["verify", "orders.ts"], context);
  expect(code).toBe(5);
  expect(out).toMatch(/orders {2}not proven\n/);
  expect(out).toContain("source = lake: values (40 there, 38 here) of the table, because 2 rows are in quarantine\n");
  expect(out).toContain("Not proven: orders. 1 difference may be no fault.");
  expect(out).not.toMatch(/agrees|Agrees/);
});

test("a table of which nothing could be compared is not proven", async () => {
  const checks = table.checks.filter(({ outcome }) => outcome === "notChecked");
  const tables = [{ ...table, verdict: "notProven" as const, passed: false, checks }];
  const { context } = answering({ ...agreeing, verdict: "notProven", passed: false, tables });
  const { code, out } = await commandLine(["verify", "orders.ts"], context);
  expect(code).toBe(5);
  expect(out).toContain("Not proven: orders. Nothing could be compared. 3 could not be made.");
});
