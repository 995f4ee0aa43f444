import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { zipOf } from "../scripts/bundle/zip.ts";

const folder = mkdtempSync(join(tmpdir(), "snowmelt-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entries = [
  { name: "b/größe.txt", bytes: Buffer.from("x".repeat(100_000)) },
  { name: "a.js", bytes: Buffer.from("exports.handler = () => 1;\n") },
  { name: "empty", bytes: new Uint8Array() },
];

test("a zip is read by others, with the same bytes", () => {
  const path = join(folder, "some.zip");
  writeFileSync(path, zipOf(entries));
  const script = [
    "import json, sys, zipfile",
    "z = zipfile.ZipFile(sys.argv[1])",
    "assert z.testzip() is None",
    "print(json.dumps([[i.filename, z.read(i).decode(), list(i.date_time), oct(i.external_attr >> 16)] for i in z.infolist()]))",
  ].join("\n");
  const read: unknown = JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" }));
  const when = [1980, 1, 1, 0, 0, 0];
  expect(read).toEqual([
    ["a.js", "exports.handler = () => 1;\n", when, "0o100644"],
    ["b/größe.txt", "x".repeat(100_000), when, "0o100644"],
    ["empty", "", when, "0o100644"],
  ]);
});

test("the order in which entries come changes nothing", () => {
  expect(zipOf(entries.toReversed())).toEqual(zipOf(entries));
});
