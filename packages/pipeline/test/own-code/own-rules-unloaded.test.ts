import { custom } from "@snowmelt/core/definition";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createInternalStage, internalStage } from "../internal-stage/inside.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, peoplePipeline } from "../must-hold/people.ts";
import { plausibleAge, varied } from "./plausible.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ unload: { timestampIsUtc: true } }, { stage: internalStage });
  await createInternalStage(land);
});
afterAll(() => land[Symbol.asyncDispose]());

const extensions = { rules: [plausibleAge, varied] };

test("rows that Snowflake unloads are judged by one's own rules over the columns that these need", async () => {
  await createPeople(land, "UNLOADED", 200);
  const quality = [
    custom("plausibleAge", { max: 120 }, { columns: ["AGE"] }),
    custom("varied", {}, { columns: ["AGE"] }),
  ];
  const pipeline = peoplePipeline(land, "UNLOADED", { quality, extract: { route: "unload" } });
  expect((await land.run(pipeline, { extensions })).datasets).toMatchObject([
    {
      failure: null,
      route: "unload",
      counts: { inserted: 200 },
      rules: [{ passed: true }, { passed: true, measured: "200 rows from 0 to 89" }],
    },
  ]);
  await createPeople(land, "TOO_OLD", 200);
  await land.sql("UPDATE TOO_OLD SET AGE = 121 WHERE ID = 7");
  const refused = peoplePipeline(land, "TOO_OLD", { quality, extract: { route: "unload" } });
  expect((await land.run(refused, { extensions })).datasets).toMatchObject([
    { failure: { code: "QUALITY_BLOCKED", message: expect.stringContaining("1 of 200 rows fail") } },
  ]);
});
