import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Verification } from "@snowmelt/pipeline";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../test/command-line.ts";
import { type Customer, lakeWith, plainLakeWith } from "../../test/lake-table.ts";

const rows: Customer[][] = [
  [
    [1, "bob", "eu"],
    [2, "alice", "us"],
  ],
  [[3, "carol", "us"]],
];
const dataFile = (address: string): string => {
  const found = readdirSync(join(address, "data"), { recursive: true, withFileTypes: true }).find(
    (entry) => entry.isFile() && entry.name.endsWith(".parquet"),
  );
  return join(found?.parentPath ?? "", found?.name ?? "");
};

describe.each([
  ["Delta", lakeWith],
  ["plain Parquet", async (of: typeof rows) => plainLakeWith(of.slice(0, 1))],
])("verify of a %s table by its address", (_, make) => {
  test("compares log, files, footers and statistics, and says that the source is not asked", async () => {
    const { address } = await make(rows);
    const { code, out, err } = await commandLine(["verify", address]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`The table at ${pathToFileURL(address)}\n`);
    expect(out).toMatch(/customers {2}agrees\n/);
    expect(out).toMatch(/source +not asked\n/);
    expect(out).toMatch(/log = files +\d+ +0 +0 +0\n/);
    expect(out).toContain("verify the pipeline to hold it against its source\n");
    const url = await commandLine(["verify", String(pathToFileURL(address)), "--deep", "--json"]);
    expect(url.code).toBe(0);
    const report = Verification.parse(JSON.parse(url.out));
    expect(report).toMatchObject({ pipeline: null, environment: null, deep: true, verdict: "agrees" });
    const made = report.tables[0]?.checks.flatMap(({ name, outcome }) => (outcome === "passed" ? [name] : []));
    expect(made).toEqual(expect.arrayContaining(["rows in all", "file", "size", "rows", "statistics", "values"]));
  });

  test("ends with 5 where a file is damaged or gone", async () => {
    const { address } = await make(rows);
    const file = dataFile(address);
    const bytes = readFileSync(file);
    const at = Math.max(...["bob", "alice", "carol"].map((name) => bytes.indexOf(name)));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect((await commandLine(["verify", address])).code).toBe(0);
    const deep = await commandLine(["verify", address, "--deep"]);
    expect([deep.code, deep.out]).toEqual([5, expect.stringContaining("Differs: customers.")]);
    rmSync(file);
    const gone = await commandLine(["verify", address]);
    expect([gone.code, gone.out]).toEqual([5, expect.stringContaining("no such file")]);
  });
});

test("what is neither a pipeline nor a table, and what goes with a pipeline alone, is one paragraph", async () => {
  const { lake, address } = await lakeWith(rows);
  const said = async (...argv: string[]) => {
    const { code, out, err } = await commandLine(["verify", ...argv]);
    return [code, out, err.replaceAll("\n", " ")];
  };
  expect(await said("nowhere")).toEqual([2, "", expect.stringContaining("There is no nowhere")]);
  expect(await said("nowhere.ts")).toEqual([2, "", expect.stringContaining("There is no file nowhere.ts")]);
  expect(await said(lake)).toEqual([7, "", expect.stringContaining("There is no Delta table at")]);
  expect(await said(address, "--run", "x")).toEqual([2, "", expect.stringContaining("--run goes with a pipeline")]);
  expect(await said(address, "--env", "x")).toEqual([2, "", expect.stringContaining("--env goes with a pipeline")]);
});
