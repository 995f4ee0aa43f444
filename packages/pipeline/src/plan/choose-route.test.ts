import { describe, expect, it } from "vitest";
import { chooseRoute, type RouteFacts } from "./choose-route.ts";

const choose = (facts: Partial<RouteFacts> = {}) =>
  chooseRoute({
    wanted: "auto",
    lakeUri: "s3://lake/tables",
    stage: "A.B.LAKE",
    land: "delta",
    refusals: [],
    lostColumns: [],
    guarantee: "snapshot",
    verify: "full",
    ...facts,
  });

describe("chooseRoute", () => {
  it("unloads where the lake has a stage and nothing speaks against it", () => {
    expect(choose()).toEqual({ name: "unload", why: "Snowflake writes through stage A.B.LAKE straight into the lake" });
    expect(choose({ guarantee: "statement", verify: "rows" })).toMatchObject({ name: "unload" });
  });

  it.each([
    [{ wanted: "stream" }, "the definition asks for it"],
    [{ lakeUri: "file:///lake" }, "the lake is a folder of this machine"],
    [{ land: "parquet" }, "it lands as plain Parquet, whose partition columns may not be in the files"],
    [{ stage: undefined }, "no stage is named for this lake"],
    [{ refusals: [{ column: "D", reason: "r" }, { reason: "s" }] }, "column D: r; s"],
    [{ lostColumns: ["GONE"] }, "column GONE: the source has lost it, and an unload cannot fill it with NULL"],
    [
      { guarantee: "statement" },
      "the source cannot be read again as of the same moment, so unloaded values could not be verified",
    ],
  ] satisfies readonly (readonly [Partial<RouteFacts>, string])[])("streams for %j, and says why", (facts, why) => {
    expect(choose(facts)).toEqual({ name: "stream", why });
  });

  it("refuses an unload that is asked for and impossible, with every reason", () => {
    expect(choose({ wanted: "unload", refusals: [{ column: "D", reason: "r" }], lostColumns: ["G"] })).toEqual({
      name: "impossible",
      reasons: ["column D: r", expect.stringContaining("column G")],
    });
    expect(choose({ wanted: "unload", lakeUri: "file:///lake" })).toMatchObject({ name: "impossible" });
    expect(choose({ wanted: "unload", guarantee: "statement" })).toMatchObject({ name: "unload" });
  });
});
