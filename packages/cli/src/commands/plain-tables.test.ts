import { expect, test } from "vitest";
import { commandLine } from "../../test/command-line.ts";
import { type Customer, plainLakeWith } from "../../test/lake-table.ts";

const versions: Customer[][] = [
  [
    [1, "bob", "eu"],
    [2, "alice", "us"],
  ],
  [
    [1, "bob", "eu"],
    [3, "carol", "us"],
    [4, "dave", "us"],
  ],
];

test("table shows a plain table's runs, where readers look, partitions and versions", async () => {
  const { address } = await plainLakeWith(versions);
  const { code, out, err } = await commandLine(["table", address]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("customers  version 1, plain Parquet\n");
  expect(out).toMatch(/rows +3\n/);
  expect(out).toMatch(/readers look in +data\/run=attempt-1\/\n/);
  expect(out).toMatch(/attempt-1 +run-1 +1 +3 +2 /);
  expect(out).toMatch(/us +2 +1 +/);
  expect(out).toMatch(/1 +20\S+ +overwrite +2 +2/);
  const first = JSON.parse((await commandLine(["table", address, "--version", "0", "--json"])).out);
  expect(first).toMatchObject({ kind: "plain", version: 0, place: "data/run=attempt-0/", files: { rows: 2 } });
  const moment = await commandLine(["table", address, "--as-of", "2026-01-01"]);
  expect([moment.code, moment.err.replaceAll("\n", " ")]).toEqual([
    2,
    expect.stringContaining("--as-of goes with a Delta table"),
  ]);
});

test("vacuum sweeps versions of a plain table that were replaced, and less than seven days only when that is accepted", async () => {
  const { address } = await plainLakeWith(versions);
  expect((await commandLine(["vacuum", address])).out).toBe(
    "0 files of 0 B and 0 versions deleted.\nVersions from 0 on are kept, with their files.\n",
  );
  const refused = await commandLine(["vacuum", address, "--retain", "0 seconds"]);
  expect([refused.code, refused.err.replaceAll("\n", " ")]).toEqual([2, expect.stringContaining("7 days")]);
  const short = ["vacuum", address, "--retain", "0 seconds", "--accept-short-retention"];
  const dry = await commandLine([...short, "--dry-run"]);
  expect(dry.out).toMatch(/^2 files of .* and 1 version would be deleted\. Nothing was\.\n {2}data\/run=attempt-0\//);
  expect(JSON.parse((await commandLine([...short, "--json"])).out)).toMatchObject({
    dryRun: false,
    versions: [0],
    readableFrom: 1,
  });
  expect((await commandLine(["verify", address, "--deep"])).code).toBe(0);
});

test.each([
  ["compact", []],
  ["restore", ["--version", "0"]],
  ["erase", ["--key", "ID=1"]],
])("%s is refused, for it is done to Delta tables", async (name, more) => {
  const { address } = await plainLakeWith(versions);
  const { code, err } = await commandLine([name, address, ...more]);
  expect(code).toBe(2);
  expect(err.replaceAll("\n", " ")).toContain("is a plain Parquet table, and this is done to Delta tables");
});
