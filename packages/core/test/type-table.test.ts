import { readFile } from "node:fs/promises";
import { type LandTarget, type LandType, planLanding, type SnowflakeType } from "@snowmelt/core/types";
import { expect, it } from "vitest";

/** A spelling of each Snowflake type for the table, with what a reader has to know; the compiler asks for every kind. */
const rows: Readonly<Record<SnowflakeType["kind"], readonly (readonly [type: string, note: string])[]>> = {
  number: [
    ["NUMBER(18,0)", "up to 18 digits without a fraction"],
    ["NUMBER(38,0)", "`integer()` narrows it to 64 bits, and a value that does not fit fails the run"],
    ["NUMBER(10,2)", ""],
  ],
  float: [["FLOAT", "the same 64 bits, NaN and infinities too"]],
  decfloat: [["DECFLOAT", "its digits; `decimal(p, s)` where they fit"]],
  text: [["VARCHAR(20)", ""]],
  binary: [["BINARY(20)", ""]],
  boolean: [["BOOLEAN", ""]],
  date: [["DATE", ""]],
  time: [
    [
      "TIME(9)",
      "in Delta, which has no time of day, as `13:45:00.123456789`; in Parquet, digits below the microsecond fail the run",
    ],
  ],
  timestamp_ntz: [
    [
      "TIMESTAMP_NTZ(9)",
      "in Delta an instant, its wall clock read as UTC; digits below the microsecond as `timestamp()` says",
    ],
  ],
  timestamp_ltz: [["TIMESTAMP_LTZ(9)", "digits below the microsecond as `timestamp()` says"]],
  timestamp_tz: [
    [
      "TIMESTAMP_TZ(9)",
      "the instant; its offset in minutes in a column of its own, unless `timestamp()` says otherwise",
    ],
  ],
  variant: [["VARIANT", "JSON"]],
  object: [["OBJECT", "JSON"]],
  array: [["ARRAY", "JSON"]],
  map: [["MAP(VARCHAR, NUMBER(38,0))", "JSON"]],
  vector: [["VECTOR(FLOAT, 3)", "JSON"]],
  geography: [["GEOGRAPHY", "GeoJSON"]],
  geometry: [["GEOMETRY", "GeoJSON"]],
};

function landText(type: LandType, target: LandTarget): string {
  switch (type.kind) {
    case "int32":
      return target === "delta" ? "integer" : "INT32";
    case "int64":
      return target === "delta" ? "long" : "INT64";
    case "float64":
      return target === "delta" ? "double" : "DOUBLE";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "time":
      return "TIME, microseconds";
    case "timestamp":
      if (target === "delta") return type.utc ? "timestamp" : "timestamp_ntz";
      return `TIMESTAMP, microseconds, ${type.utc ? "UTC" : "no zone"}`;
    default:
      return target === "delta" ? type.kind : type.kind.toUpperCase();
  }
}

const landed = (type: string, target: LandTarget): string =>
  planLanding([["C", type]], {}, target)
    .map(
      ({ field }) => (field.name === "C" ? "" : `\`${field.name.replace(/^C/, "…")}\` `) + landText(field.type, target),
    )
    .join(", ");

it("docs/definition.md says how each type of Snowflake lands", async () => {
  const table = [
    "| Snowflake | Delta | plain Parquet | |",
    "|---|---|---|---|",
    ...Object.values(rows)
      .flat()
      .map(([type, note]) => `| ${type} | ${landed(type, "delta")} | ${landed(type, "parquet")} | ${note} |`),
  ];
  const guide = await readFile(new URL("../../../docs/definition.md", import.meta.url), "utf8");
  const start = guide.indexOf(table[0] ?? "");
  expect(guide.slice(start).split("\n").slice(0, table.length)).toEqual(table);
});
