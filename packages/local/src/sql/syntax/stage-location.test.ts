import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStatement } from "./statement.ts";

const locationOf = (text: string) => {
  const statement = parseStatement(`LIST ${text}`, "timestamp_ntz");
  return statement.kind === "listFiles" && statement.location.kind === "stage"
    ? [statement.location.stage, statement.location.path]
    : statement;
};

describe("a stage's location", () => {
  it.each([
    ["@stg", [["STG"], ""]],
    ["@db.sch.stg/", [["DB", "SCH", "STG"], ""]],
    ["@db..stg/a", [["DB", "PUBLIC", "STG"], "a"]],
    ['@"My Db"."s/ch"."st""g"/Pa.th-1/run=01e5//x;', [["My Db", "s/ch", 'st"g'], "Pa.th-1/run=01e5//x"]],
    ["'@stg/with spaces/é'", [["STG"], "with spaces/é"]],
    ["@stg/a--b/", [["STG"], "a--b/"]],
    ["@größe/ß", [["GRÖSSE"], "ß"]],
  ])("%s is read as it is written", (text, expected) => {
    expect(locationOf(text)).toEqual(expected);
  });

  it.each(["@~/x", "@%t/x", "@a.b.c.d", "@a./x", "'@'", "'@/x'", "@"])("%s is refused", (text) => {
    expect(() => locationOf(text)).toThrow(/stage|unexpected/);
  });

  it("keeps any path in quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (path) => {
        const quoted = `@stg/${path}`.replaceAll("\\", "\\\\").replaceAll("'", "''");
        expect(locationOf(`'${quoted}'`)).toEqual([["STG"], path]);
      }),
    );
  });
});

it("ends a location that stands in a COPY where the next word begins", () => {
  const statement = parseStatement(
    'COPY INTO @s/a/b=1/ FROM (SELECT 1 AS "x") PARTITION BY (\'p=\' || "x") FILE_FORMAT = (TYPE = PARQUET, COMPRESSION = NONE) HEADER MAX_FILE_SIZE = 5',
    "timestamp_ntz",
  );
  expect(statement).toMatchObject({
    kind: "copyInto",
    location: { stage: ["S"], path: "a/b=1/" },
    partitionBy: { kind: "binary", op: "||" },
    options: [
      { name: "FILE_FORMAT", value: { kind: "group", properties: [{ name: "TYPE" }, { name: "COMPRESSION" }] } },
      { name: "HEADER", value: { text: "TRUE" } },
      { name: "MAX_FILE_SIZE", value: { text: "5" } },
    ],
  });
});

it.each([
  ["GET @s/a 'file:///tmp/with space/' PARALLEL = 4", "/tmp/with space/", null],
  ["GET @s/a file:///tmp/x/ PATTERN = '.*' PARALLEL = 4;", "/tmp/x/", ".*"],
  ["GET @s FILE://~/down", "~/down", null],
])("%s names the client's folder", (sql, target, pattern) => {
  expect(parseStatement(sql, "timestamp_ntz")).toMatchObject({ kind: "getFiles", target, pattern });
});

it.each(["GET @s", "GET @s '/tmp/x'", "GET @s file:///tmp/x NO_SUCH = 1"])("%s is refused", (sql) => {
  expect(() => parseStatement(sql, "timestamp_ntz")).toThrow("unexpected");
});
