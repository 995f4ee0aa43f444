import {
  catalogue,
  type Effect,
  type FunctionSpec,
  planQueues,
  queueNames,
  queueOfStage,
} from "@snowmelt/core/functions";
import { describe, expect, test } from "vitest";
import { planRunGraph, stageNames } from "../../src/engine/index.ts";
import { parsed } from "../flights.ts";

const specs: readonly FunctionSpec[] = Object.values(catalogue);
const named = (names: readonly FunctionSpec[]): string[] => names.map(({ name }) => name);
const doing = (matches: (effect: Effect) => boolean): string[] =>
  named(specs.filter(({ effects }) => effects.some(matches)));

describe("the catalogue", () => {
  test("calls each function what it is found by", () => {
    expect(Object.entries(catalogue).filter(([key, { name }]) => key !== name)).toEqual([]);
  });

  test("has one function for each stage up to publish, and none yet for those of models", () => {
    const carried = specs.flatMap(({ stages }) => stages);
    expect(new Set(carried).size).toBe(carried.length);
    expect(stageNames.filter((stage) => queueOfStage(stage) === undefined)).toEqual([
      "train",
      "evaluate",
      "deploy",
      "watch",
    ]);
    expect([queueOfStage("claim"), queueOfStage("extract"), queueOfStage("commit")]).toEqual([
      "extract",
      "extract",
      "check",
    ]);
  });

  test("lets whoever orchestrates or reconciles send to every queue of a stage", () => {
    const queues = new Set(stageNames.flatMap((stage) => queueOfStage(stage) ?? []));
    for (const { effects } of [catalogue.orchestrate, catalogue.reconcile]) {
      const sent = effects.flatMap((effect) => (effect.effect === "sendQueue" ? [effect.queue] : []));
      expect(new Set(sent)).toEqual(new Set([...queues, "events", "alerts"]));
    }
  });

  test("lets whoever carries out a stage tell what came of it", () => {
    for (const { name, stages, effects } of specs.filter((each) => each.stages.length > 0)) {
      expect([
        name,
        stages.length > 0 && effects.some((each) => each.effect === "sendQueue" && each.queue === "events"),
      ]).toEqual([name, true]);
    }
  });

  test("stays within what Lambda gives, and within what the engine waits for", () => {
    const longest = Math.max(...specs.map(({ timeoutSeconds }) => timeoutSeconds));
    expect(longest).toBeLessThanOrEqual(900);
    expect(specs.filter(({ memoryMb }) => memoryMb < 128 || memoryMb > 10_240)).toEqual([]);
    const { dispatchMs } = planRunGraph(parsed(), "dev", { work: { kind: "live" } });
    expect(dispatchMs).toBeGreaterThanOrEqual(longest * 1000 + 60_000);
  });

  test("ends what comes every minute before it comes again", () => {
    for (const { name, triggers, timeoutSeconds } of specs) {
      for (const each of triggers) {
        if (each.kind === "rate") expect([name, timeoutSeconds < each.everyMinutes * 60]).toEqual([name, true]);
      }
    }
    expect([catalogue.escalate.reservedConcurrency, catalogue.reconcile.reservedConcurrency]).toEqual([1, 1]);
  });

  test("keeps secrets, commits and messages to those who need them", () => {
    expect(doing((each) => each.effect === "readSecret" && each.of === "channels")).toEqual(["notify"]);
    expect(doing((each) => each.effect === "rotateSecret")).toEqual(["rotate"]);
    expect(doing((each) => each.effect === "putObjects" && each.like.includes("_delta_log"))).toEqual(["check"]);
    const deleting = (place: "lake" | "state", not: string) =>
      doing((each) => each.effect === "deleteObjects" && each.in === place && !each.like.includes(not));
    expect(deleting("lake", "/data/")).toEqual(["check"]);
    expect([deleting("state", "nothing"), deleting("state", "/keys/")]).toEqual([["land", "forget"], ["forget"]]);
    expect(doing((each) => each.effect === "glueTable")).toEqual(["catalog"]);
    expect(doing((each) => each.effect === "httpTo")).toEqual(["notify"]);
    expect(doing((each) => each.effect === "snowflakeRole")).toEqual(["extract", "land", "check", "rotate"]);
  });

  test("lets who reads decrypt, and who puts encrypt, by the key of the place", () => {
    for (const { name, effects } of specs) {
      const has = (effect: "decrypt" | "encrypt", key: string) =>
        effects.some((each) => each.effect === effect && "key" in each && each.key === key);
      for (const each of effects) {
        if (each.effect === "readObjects") expect([name, has("decrypt", each.in)]).toEqual([name, true]);
        if (each.effect === "readSecret") expect([name, has("decrypt", "secrets")]).toEqual([name, true]);
        if (each.effect === "putObjects") {
          expect([name, has("encrypt", each.in), has("decrypt", each.in)]).toEqual([name, true, true]);
        }
      }
    }
  });
});

describe("the queues", () => {
  test("are read by one function each, which sees a message for six times as long as it may take", () => {
    const readers = specs.flatMap(({ triggers }) =>
      triggers.flatMap((each) => (each.kind === "queue" ? [each.queue] : [])),
    );
    expect(readers.toSorted()).toEqual([...queueNames].sort());
    const land = planQueues().find(({ name }) => name === "land");
    expect(land).toEqual({
      name: "land",
      deadLetterName: "land-dead",
      visibilitySeconds: 5400,
      maxReceives: 5,
      retentionSeconds: 345_600,
      deadLetterRetentionSeconds: 1_209_600,
    });
  });

  test("keep within what SQS allows, a dead letter longer than it was alive", () => {
    for (const each of planQueues()) {
      expect(each.visibilitySeconds).toBeLessThanOrEqual(43_200);
      expect(each.deadLetterRetentionSeconds).toBeGreaterThan(each.retentionSeconds);
      expect(each.deadLetterRetentionSeconds).toBeLessThanOrEqual(1_209_600);
    }
  });

  test("have one message at a time where a stage is carried out", () => {
    for (const { triggers } of specs.filter(({ stages }) => stages.length > 0)) {
      expect(triggers).toMatchObject([{ kind: "queue", batchSize: 1 }]);
    }
  });
});
