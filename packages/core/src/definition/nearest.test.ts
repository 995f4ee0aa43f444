import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

describe("nearest", () => {
  it.each([
    ["partitonBy", "partitionBy"],
    ["ORIGN", "ORIGIN"],
    ["flight_id", "FLIGHT_ID"],
    ["PU", "UP"],
    ["deev", "dev"],
  ])("takes %s for %s", (typo, meant) => {
    expect(nearest(typo, ["UP", "partitionBy", "ORIGIN", "FLIGHT_ID", "dev"])).toBe(meant);
  });

  it("guesses nothing where nothing is near", () => {
    expect(nearest("colour", ["name", "land", "zone"])).toBeUndefined();
    expect(nearest("", ["ab"])).toBeUndefined();
    expect(nearest("a", [])).toBeUndefined();
  });
});
