import { expect, it } from "vitest";
import { parseLogName, toCommitPath, toTableKey } from "./log-path.ts";

it.each([
  ["00000000000000000000.json", { kind: "commit", version: 0 }],
  ["00000000000000000042.json", { kind: "commit", version: 42 }],
  ["00000000000000000010.checkpoint.parquet", { kind: "checkpoint", version: 10, part: 1, parts: 1 }],
  [
    "00000000000000000010.checkpoint.0000000001.0000000002.parquet",
    { kind: "checkpoint", version: 10, part: 1, parts: 2 },
  ],
  ["00000000000000000010.checkpoint.0000000003.0000000002.parquet", { kind: "other" }],
  [
    "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
    { kind: "uuidCheckpoint", version: 10 },
  ],
  ["_last_checkpoint", { kind: "lastCheckpoint" }],
  ["00000000000000000042.crc", { kind: "companion", version: 42 }],
  ["00000000000000000004.00000000000000000006.compacted.json", { kind: "companion", version: 6 }],
  ["42.json", { kind: "other" }],
  ["00000000000000000042.json.tmp", { kind: "other" }],
  ["99999999999999999999.json", { kind: "other" }],
  ["_commits/00000000000000000042.80a083e8-7026-4e79-81be-64bd76c43a11.json", { kind: "other" }],
])("parses %s", (name, expected) => {
  expect(parseLogName(name)).toEqual(expected);
});

it("names what it parses", () => {
  expect(toTableKey("raw/t", toCommitPath(7))).toBe("raw/t/_delta_log/00000000000000000007.json");
  expect(toTableKey("", toCommitPath(7))).toBe("_delta_log/00000000000000000007.json");
});
