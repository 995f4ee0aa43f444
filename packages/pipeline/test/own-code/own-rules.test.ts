import { existsSync } from "node:fs";
import { join } from "node:path";
import { custom, type Pipeline } from "@snowmelt/core/definition";
import { planRunGraph, type RunState } from "@snowmelt/core/engine";
import { defineRule, isComplete, type OwnRule } from "@snowmelt/core/quality";
import { openMemoryStores, runToEnd } from "@snowmelt/pipeline/engine";
import type { Extensions } from "@snowmelt/pipeline/extensions";
import { openRuntime } from "@snowmelt/pipeline/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { DatasetResult } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, peoplePipeline } from "../must-hold/people.ts";
import { plausibleAge, varied } from "./plausible.ts";
import { openStageOptions } from "./stage-options.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

type Quality = NonNullable<NonNullable<Parameters<typeof peoplePipeline>[2]>["quality"]>;
const people = (name: string, ...quality: Quality): Pipeline =>
  peoplePipeline(land, name, { quality, extract: { batchRows: 500 } });
const atMost = (max: number, onFail: "block" | "quarantine" | "warn" = "block") =>
  custom("plausibleAge", { max }, { columns: ["AGE"], onFail });
const rules = [plausibleAge, varied];
const place = (root = "") => ({
  environment: "local",
  secrets: land.secrets,
  stateRoot: join(land.directory, root, "state"),
  runsRoot: join(land.directory, root, "runs"),
});

async function run(pipeline: Pipeline, extensions: Extensions = { rules }): Promise<DatasetResult> {
  const { datasets } = await openRuntime({ platform: pipeline.platform, extensions }).run(pipeline, place());
  const [only] = datasets;
  if (!only || datasets.length !== 1) throw new Error("one result was expected");
  return only;
}
const landed = (name: string) => lakeRows(land.lake, `raw/${name}`, "ID, AGE", "ID");

describe("a rule of one's own", () => {
  test("splits off the rows that it refuses, with its own name for why, and the counts add up", async () => {
    await createPeople(land, "OWN_SPLIT", 5);
    await land.sql("UPDATE OWN_SPLIT SET AGE = 200 WHERE ID IN (1, 3)");
    const pipeline = people("OWN_SPLIT", atMost(120, "quarantine"), isComplete("NAME"));
    const first = await run(pipeline);
    expect(first).toMatchObject({
      failure: null,
      counts: { extracted: 5, inserted: 3, quarantined: 2, rowsAfter: 3 },
      rules: [
        {
          rule: 'plausibleAge({"max":120}) of AGE',
          onFail: "quarantine",
          passed: false,
          expected: "at most 120",
          measured: "2 of 5 rows fail",
          rowsFailing: 2,
        },
        { rule: "NAME is complete", passed: true },
      ],
    });
    expect(await landed("own_split")).toEqual([
      ["0", "0"],
      ["2", "2"],
      ["4", "4"],
    ]);
    expect(await lakeRows(land.lake, "quarantine/own_split", "ID, AGE, _snowmelt_rules", "ID")).toEqual([
      ["1", "200", 'plausibleAge({"max":120}) of AGE'],
      ["3", "200", 'plausibleAge({"max":120}) of AGE'],
    ]);
    expect(await run(pipeline)).toMatchObject({ outcome: "empty", counts: { extracted: 0, quarantined: 0 } });
  });

  test("blocks the window, and with it the rows, of which it says what it measured", async () => {
    await createPeople(land, "OWN_BLOCK", 4);
    await land.sql("UPDATE OWN_BLOCK SET AGE = 7");
    const blocked = await run(people("OWN_BLOCK", custom("varied", {}, { columns: ["AGE"] })));
    expect(blocked.failure).toMatchObject({
      code: "QUALITY_BLOCKED",
      stage: "check",
      message: expect.stringContaining("varied of AGE (expected that it holds, measured 4 rows from 7 to 7)"),
    });
    await expect(landed("own_block")).rejects.toThrow("there is no table");
    const warned = await run(people("OWN_BLOCK", custom("varied", {}, { columns: ["AGE"], onFail: "warn" })));
    expect(warned).toMatchObject({ failure: null, counts: { inserted: 4 }, rules: [{ passed: false }] });
  });

  const throwing = (): OwnRule =>
    defineRule({
      name: "plausibleAge",
      scope: "row",
      options: z.looseObject({}),
      needs: { age: ["int32", "int64", "decimal"] },
      check: ({ age }) => (age as unknown as string).startsWith("1"),
    });

  test.each(["block", "quarantine"] as const)(
    "that throws fails the check in clear words (%s), shows nothing, and the window lands once it is mended",
    async (onFail) => {
      const name = `THROWS_${onFail.toUpperCase()}`;
      await createPeople(land, name, 3);
      const pipeline = people(name, atMost(120, onFail));
      const failed = await run(pipeline, { rules: [throwing()] });
      expect(failed).toMatchObject({
        outcome: "failed",
        failure: {
          code: "RULE_FAILED",
          category: "quality",
          stage: "check",
          message: expect.stringMatching(
            /^Rules of throws_\w+ could not be evaluated: plausibleAge\(\{"max":120\}\) of AGE: TypeError: .*\(at row 0\)\. Nothing was committed\./,
          ),
        },
      });
      await expect(landed(name.toLowerCase())).rejects.toThrow("there is no table");
      expect(await run(pipeline)).toMatchObject({ failure: null, counts: { inserted: 3 } });
    },
  );

  test("that only warns warns that it could not be evaluated", async () => {
    await createPeople(land, "THROWS_WARN", 3);
    expect(await run(people("THROWS_WARN", atMost(120, "warn")), { rules: [throwing()] })).toMatchObject({
      failure: null,
      counts: { inserted: 3 },
      rules: [{ passed: false, measured: expect.stringContaining("TypeError") }],
    });
  });

  test("judges alike when the run engine lands the rows in pieces, each by calls with nothing in common", async () => {
    await createPeople(land, "OWN_PIECES", 3_000);
    await land.sql("UPDATE OWN_PIECES SET AGE = 200 WHERE MOD(ID, 1000) = 999");
    const pipeline = people("OWN_PIECES", atMost(120, "quarantine"), custom("varied", {}, { columns: ["AGE"] }));
    const state = await inPieces(pipeline, { rules });
    expect(state.status).toBe("succeeded");
    expect(state.tasks.own_pieces?.results.publish).toMatchObject({ inserted: 2_997, quarantined: 3 });
    expect(state.tasks.own_pieces?.results.check).toMatchObject({ rules: 2, passed: 1 });
  });

  test("that cannot answer in the first of many pieces fails the check of the last, in clear words", async () => {
    await createPeople(land, "BROKEN_PIECES", 3_000);
    let asked = 0;
    const fragile = defineRule({
      name: "plausibleAge",
      scope: "row",
      options: z.looseObject({}),
      needs: { age: ["int32", "int64", "decimal"] },
      check() {
        if (asked++ === 3) throw new RangeError("no fourth row");
        return true;
      },
    });
    const state = await inPieces(people("BROKEN_PIECES", atMost(120, "quarantine")), { rules: [fragile] });
    expect(state.tasks.broken_pieces?.failure).toMatchObject({
      code: "RULE_FAILED",
      message: expect.stringContaining("RangeError: no fourth row (at row 3)"),
    });
    expect(asked).toBe(4);
    await expect(landed("broken_pieces")).rejects.toThrow("there is no table");
  });
});

/** By the run engine, 700 rows a call. */
async function inPieces(pipeline: Pipeline, extensions: Extensions): Promise<RunState> {
  let pieces = 0;
  const runtime = openRuntime({ platform: pipeline.platform, extensions });
  const stores = openMemoryStores();
  const options = await openStageOptions(land, { leases: stores.leases, definitions: [pipeline] });
  const state = await runToEnd({
    stores,
    runners: runtime.stageRunners({ ...options, pieces: { maxRows: 700 } }),
    runId: pipeline.datasets.own_pieces ? "pieces" : "broken",
    trigger: { kind: "manual" },
    graph: planRunGraph(pipeline, "local", { work: { kind: "live" } }),
    onEvent: ({ type }) => {
      if (type === "yielded") pieces++;
    },
  });
  expect(pieces).toBeGreaterThan(1);
  return state;
}

describe("code that a definition and its runtime do not agree upon", () => {
  test.each([
    [
      "a name that nobody gave",
      custom("plausibelAge", { max: 1 }, { columns: ["AGE"] }),
      'quality[0].name: there is no rule of your own called "plausibelAge"; did you mean "plausibleAge"?',
    ],
    [
      "options that are not its own",
      custom("plausibleAge", { max: "old" }, { columns: ["AGE"] }),
      'quality[0].options.max: expected a number, got "old"',
    ],
    [
      "a column that it cannot take",
      custom("plausibleAge", { max: 1 }, { columns: ["NAME"] }),
      "quality[0]: plausibleAge: expected int32 or int64 or decimal as age, got NAME, which lands as string",
    ],
  ])("is refused by plan and run, before anything is read or written: %s", async (_, rule, message) => {
    const pipeline = people("NEVER", rule);
    const runtime = openRuntime({ platform: pipeline.platform, extensions: { rules } });
    const nowhere = { ...place("untouched"), connection: { port: 1 } };
    const refused = { code: "PLAN_REFUSED", message: expect.stringContaining(`datasets.never.${message}`) };
    await expect(runtime.plan(pipeline, nowhere)).rejects.toMatchObject(refused);
    await expect(runtime.run(pipeline, nowhere)).rejects.toMatchObject(refused);
    await expect(
      runtime.backfill(pipeline, { ...nowhere, range: { lo: "2026-01-01", hi: "2026-01-02" } as never }),
    ).rejects.toMatchObject(refused);
    await expect(land.run(pipeline)).rejects.toMatchObject({ code: "PLAN_REFUSED" });
    expect(existsSync(join(land.directory, "untouched"))).toBe(false);
  });

  test.each([
    ["two of one name", { rules: [plausibleAge, varied, plausibleAge] }, 'Two rules are called "plausibleAge"'],
    ["what is no extension", { stages: [plausibleAge as never] }, "stages[0] is not what defineStage() gives."],
    ["an unknown kind", { rule: [] } as never, 'There is no kind "rule"; expected { rules, stages, channels }.'],
    ["no list", { channels: {} as never }, "channels is a object, expected a list."],
  ] as [string, Extensions, string][])("is refused when the runtime is opened: %s", (_, extensions, message) => {
    const { platform } = people("NEVER");
    expect(() => openRuntime({ platform, extensions })).toThrow(
      expect.objectContaining({ code: "EXTENSION_INVALID", message: expect.stringContaining(message) }),
    );
  });

  test("is refused where the pipeline is of another platform", () => {
    const pipeline = people("NEVER");
    const runtime = openRuntime({ platform: { ...pipeline.platform, name: "other" } });
    expect(() => runtime.check(pipeline)).toThrow('is of the platform "test", and this runtime of "other"');
  });
});
