import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../test/command-line.ts";
import { type Customer, lakeWith, land } from "../../test/lake-table.ts";
import { quarantineOf } from "../lake-engine.ts";

const windows: Customer[][] = [
  [
    [1, "bob", "eu"],
    [2, "alice", "eu"],
    [3, "carol", "us"],
  ],
  [[4, "dave", "eu"]],
  [[5, "erin", "eu"]],
];
const json = (out: string): unknown => JSON.parse(out);
const dataFiles = (address: string): string[] =>
  readdirSync(join(address, "data"), { recursive: true }).flatMap((name) =>
    String(name).endsWith(".parquet") ? [String(name)] : [],
  );

describe("table", () => {
  test("shows columns, files, partitions, lanes and history; --json is one document", async () => {
    const { address } = await lakeWith(windows);
    const { code, out, err } = await commandLine(["table", address]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("version 2");
    expect(out).toMatch(/rows +5\n/);
    expect(out).toMatch(/ZONE +string +partition/);
    expect(out).toMatch(/eu +4 +3 +/);
    expect(out).toMatch(/snowmelt\/local\/shop\/customers\/live +3 +1767225780000000/);
    expect(out).toMatch(/2 +20\S+ +MERGE +1 +0/);
    const described = json((await commandLine(["table", address, "--json", "--version", "0"])).out);
    expect(described).toMatchObject({ version: 0, files: { files: 2, rows: 3 }, partitions: { count: 2 } });
  });

  test.each([
    [["table", "nowhere"], 7, "There is no Delta table at"],
    [["table", "nowhere", "--version", "x"], 2, "Expected a whole number"],
    [["table", "nowhere", "--as-of", "yesterday"], 2, "Expected a moment such as"],
    [["table", "ftp://nowhere"], 2, "is no place for a lake"],
    [["restore", "nowhere"], 2, "Say which state to restore"],
    [["erase", "nowhere"], 2, "Say which rows to erase"],
    [["erase", "nowhere", "--key", "ID"], 2, "Expected NAME=value"],
    [["erase", "nowhere", "--key", "ID=1", "--key", "ID=2"], 2, "ID is given twice"],
    [["vacuum", "nowhere", "--retain", "soon"], 2, "Expected a duration"],
    [["compact", "nowhere", "--target", "big"], 2, "Expected a size"],
  ])("%j is one paragraph and an exit code", async (argv, expected, message) => {
    const { code, out, err } = await commandLine(argv);
    expect([code, out]).toEqual([expected, ""]);
    expect(err.replaceAll("\n", " ")).toContain(message);
  });
});

test("compact puts small files together, and a dry run says so", async () => {
  const { address } = await lakeWith(windows);
  const dry = await commandLine(["compact", address, "--dry-run"]);
  expect(dry.out).toMatch(/^3 files of .* would become 1\. Nothing was written\.\n$/);
  expect((await commandLine(["compact", address, "--partition", "ZONE=us"])).out).toBe(
    "No small files to put together.\n",
  );
  const done = json((await commandLine(["compact", address, "--json"])).out);
  expect(done).toMatchObject({ commits: [{ version: 3, filesBefore: 3, filesAfter: 1, rows: 4 }], conflicts: [] });
  expect((await commandLine(["compact", address])).out).toBe("No small files to put together.\n");
});

test("vacuum takes what is past retention, and less than the table says only when that is accepted", async () => {
  const { address } = await lakeWith(windows);
  await commandLine(["compact", address]);
  expect((await commandLine(["vacuum", address])).out).toContain(
    "0 files of 0 B deleted.\nKept for the retained versions, from 0 on: 3 removed files.",
  );
  const refused = await commandLine(["vacuum", address, "--retain", "0 seconds"]);
  expect([refused.code, refused.err.replaceAll("\n", " ")]).toEqual([2, expect.stringContaining("168 hours")]);
  const dry = await commandLine(["vacuum", address, "--retain", "0 seconds", "--accept-short-retention", "--dry-run"]);
  expect(dry.out).toMatch(/^3 files of .* would be deleted\. Nothing was\.\n {2}data\/run=/);
  expect(dataFiles(address)).toHaveLength(5);
  await commandLine(["vacuum", address, "--retain", "0 seconds", "--accept-short-retention"]);
  expect(dataFiles(address)).toHaveLength(2);
});

test("restore says what will be read again, and writes only with --yes", async () => {
  const { address } = await lakeWith(windows);
  const planned = await commandLine(["restore", address, "--version", "0"]);
  expect(planned.out).toContain(
    "Version 0 would be restored: 0 files back, 2 gone. Nothing was written; --yes does it.",
  );
  expect(planned.out).toContain(
    "reads again what came from 1767225660000000 (2026-01-01T00:01:00.000Z) to 1767225780000000",
  );
  const done = json((await commandLine(["restore", address, "--version", "0", "--yes", "--json"])).out);
  expect(done).toMatchObject({
    status: "restored",
    version: 3,
    lanes: [{ n: 4, hi: "1767225660000000", effect: "readAgain" }],
  });
  expect((await commandLine(["restore", address, "--version", "3", "--yes"])).out).toContain("Nothing was written");
});

describe("erase", () => {
  test("changes nothing without --yes, then erases, deletes, lists and proves", async () => {
    const { lake, address } = await lakeWith(windows);
    await land(lake, [[2, "alice", "eu"]], 1, "quarantine/customers");
    const planned = await commandLine(["erase", address, "--key", "NAME=alice"]);
    expect(planned.out).toContain("1 row in 1 file would be erased. Nothing was changed; --yes does it.");
    expect(planned.out).toContain("Not looked into: records of runs");
    const { code, out } = await commandLine(["erase", address, "--key", "NAME=alice", "--yes"]);
    expect(code).toBe(0);
    expect(out).toContain("Version 3: 1 row in 1 file erased.\n1 old file of");
    expect(out).toContain("The log remembers them by a salted digest of their key");
    expect(out).toContain(": 1 row set aside");
    expect(out).toContain("Proven: 4 rows of 4 files of version 3 read again, none is left.");
    expect(out).not.toContain("alice");
    const again = json((await commandLine(["erase", address, "--key", "NAME=alice", "--yes", "--json"])).out);
    expect(again).toMatchObject({ status: "notFound", version: null, proof: { found: 0 } });
  });

  test("keeps no digest of the key where --no-record says so", async () => {
    const { address } = await lakeWith(windows);
    const { out } = await commandLine(["erase", address, "--key", "ID=2", "--no-record", "--yes", "--json"]);
    expect(json(out)).toMatchObject({ status: "erased", isRecorded: false });
  });

  test.each([
    ["/data/lake/raw/orders", "/data/lake/quarantine/orders"],
    ["s3://acme/prod/raw/orders", "s3://acme/prod/quarantine/orders"],
    ["s3://acme/raw/orders", "s3://acme/quarantine/orders"],
    ["s3://acme/orders", undefined],
    ["/data/lake/quarantine/orders", undefined],
  ])("of %s looks for quarantined rows in %s", (place, expected) => {
    expect(quarantineOf(place)).toBe(expected);
  });
});
