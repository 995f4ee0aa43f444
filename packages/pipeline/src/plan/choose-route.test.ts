import { describe, expect, it } from "vitest";
import { chooseRoute, type RouteFacts, unloadWhy } from "./choose-route.ts";

const choose = (facts: Partial<RouteFacts> = {}) =>
  chooseRoute({
    wanted: "auto",
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
    expect(choose()).toEqual({ name: "unload" });
    expect(choose({ guarantee: "statement", verify: "rows" })).toMatchObject({ name: "unload" });
  });

  it.each([
    [{ wanted: "stream" }, "the definition asks for it"],
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
    expect(choose({ wanted: "unload", stage: undefined })).toMatchObject({ name: "impossible" });
    expect(choose({ wanted: "unload", guarantee: "statement" })).toMatchObject({ name: "unload" });
  });
});

describe("unloadWhy", () => {
  const facts = { wanted: "auto", stage: "A.B.LAKE", isInternal: false, tableBytes: 1_250_000_000n } as const;

  it("says that no byte passes through here, or that all do, and how many there may be", () => {
    expect(unloadWhy(facts)).toBe("Snowflake writes through stage A.B.LAKE straight into the lake");
    expect(unloadWhy({ ...facts, isInternal: true })).toBe(
      "Snowflake writes into its internal stage A.B.LAKE; the files' bytes pass through this process on their way into the lake (the whole source takes 1.25 GB there)",
    );
    expect(unloadWhy({ ...facts, wanted: "unload", isInternal: true, tableBytes: undefined })).toBe(
      "Snowflake writes into its internal stage A.B.LAKE, as the definition asks; the files' bytes pass through this process on their way into the lake",
    );
  });
});
