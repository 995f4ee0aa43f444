import type { StageName } from "../engine/index.ts";
import { deadLettersOf } from "./dead-letters.ts";
import { type QueueName, queueNames } from "./effect.ts";
import {
  asksSnowflake,
  carriesOutStages,
  dataFiles,
  deletes,
  forgetsLeftovers,
  puts,
  queue,
  reads,
  readsSecret,
  sends,
  sendsStages,
  stateTable,
  worksOnAttempts,
} from "./effect-groups.ts";
import type { FunctionSpec, QueueSpec } from "./function-spec.ts";

/** Whoever may not put into the log of a table, or among its manifests, cannot commit. */
const deltaLog = "*/*/_delta_log/*";
const plainManifests = "*/*/_snowmelt/*";

const everything = "*";
const oneMinute = { kind: "rate", everyMinutes: 1 } as const;

/**
 * Every function there is, each with its exact types, as the ports of its handler follow from them; that each is a
 * {@link FunctionSpec} is checked below, since a context here would widen them. Its folder in `apps/lambdas/src` has its name.
 */
export const catalogue = {
  trigger: {
    name: "trigger",
    summary: "Makes of a schedule, an object, a run or a person's wish the request for a run",
    triggers: [{ kind: "schedules" }, { kind: "objects" }, { kind: "runs" }, { kind: "people" }],
    stages: [],
    timeoutSeconds: 30,
    memoryMb: 256,
    effects: [...reads("state", "definitions/*"), ...sends("events")],
  },
  orchestrate: {
    name: "orchestrate",
    summary: "Decides what an event makes of a run, and sends the commands",
    triggers: [queue("events", { batchSize: 10 })],
    stages: [],
    timeoutSeconds: 60,
    memoryMb: 512,
    effects: [
      ...reads("state", "definitions/*"),
      ...stateTable,
      ...sendsStages,
      ...sends("events"),
      ...sends("alerts"),
      { effect: "putEvents" },
    ],
  },
  extract: {
    name: "extract",
    summary: "Claims a dataset and submits its query",
    triggers: [queue("extract", { maxConcurrency: 50 })],
    stages: ["claim", "extract"],
    timeoutSeconds: 300,
    memoryMb: 512,
    effects: [
      ...carriesOutStages,
      ...asksSnowflake,
      ...worksOnAttempts,
      ...reads("state", "unloads/*"),
      // The moment that all datasets of a run are read as of.
      ...reads("state", "runs/*"),
      ...puts("state", "runs/*"),
    ],
  },
  land: {
    name: "land",
    summary: "Lands a piece of a query's result, or takes over what Snowflake wrote",
    triggers: [queue("land", { maxConcurrency: 64 })],
    stages: ["land"],
    timeoutSeconds: 900,
    memoryMb: 2048,
    effects: [
      ...carriesOutStages,
      ...asksSnowflake,
      ...worksOnAttempts,
      ...puts("lake", dataFiles),
      // The keys of pieces, once all of them are known to be different.
      ...deletes("state", "attempts/*/keys/*"),
      ...reads("state", "unloads/*"),
      ...puts("state", "unloads/*"),
    ],
  },
  check: {
    name: "check",
    summary: "Stages the write, verifies and judges it, and commits",
    triggers: [queue("check", { maxConcurrency: 50 })],
    stages: ["verify", "check", "commit"],
    timeoutSeconds: 900,
    memoryMb: 2048,
    effects: [
      ...carriesOutStages,
      ...asksSnowflake,
      ...worksOnAttempts,
      ...puts("lake", dataFiles),
      ...puts("lake", deltaLog),
      ...puts("lake", plainManifests),
      // A log is cleaned of what checkpoints hold, a manifest taken back that was put too late.
      ...deletes("lake", deltaLog),
      ...deletes("lake", plainManifests),
    ],
  },
  catalog: {
    name: "catalog",
    summary: "Makes the catalog's table equal to the log",
    triggers: [queue("catalog", { maxConcurrency: 10 })],
    stages: ["catalog"],
    timeoutSeconds: 300,
    memoryMb: 512,
    effects: [
      ...carriesOutStages,
      ...reads("lake", deltaLog),
      ...reads("lake", plainManifests),
      { effect: "glueTable", access: "write" },
    ],
  },
  transform: {
    name: "transform",
    summary: "Starts what is made of landed datasets, and asks how it is",
    triggers: [queue("transform", { maxConcurrency: 10 })],
    stages: ["transform"],
    timeoutSeconds: 300,
    memoryMb: 512,
    effects: [...carriesOutStages, ...reads("lake", everything)],
  },
  publish: {
    name: "publish",
    summary: "Brings together what the stages noted, as the dataset's entry of the run's manifest",
    triggers: [queue("publish", { maxConcurrency: 10 })],
    stages: ["publish"],
    timeoutSeconds: 120,
    memoryMb: 512,
    effects: [
      ...carriesOutStages,
      ...reads("state", "entries/*"),
      ...puts("state", "entries/*"),
      ...reads("state", "published/*"),
      ...puts("state", "published/*"),
    ],
  },
  notify: {
    name: "notify",
    summary: "Sends messages through the alert channels",
    // What was held, to be sent together, is sent by the minute.
    triggers: [queue("alerts", { batchSize: 10, maxConcurrency: 2 }), oneMinute],
    stages: [],
    timeoutSeconds: 50,
    memoryMb: 256,
    effects: [
      // How many messages a pipeline's definition allows.
      ...reads("state", "definitions/*"),
      ...stateTable,
      ...readsSecret("channels"),
      { effect: "publishTopic" },
      { effect: "putEvents" },
      { effect: "httpTo", channels: ["slack", "pagerDuty", "webhook", "custom"] },
    ],
  },
  escalate: {
    name: "escalate",
    summary: "Tells the next level of what nobody acknowledged, and of promises that are not kept",
    triggers: [oneMinute],
    stages: [],
    timeoutSeconds: 50,
    memoryMb: 256,
    reservedConcurrency: 1,
    effects: [
      ...reads("state", "definitions/*"),
      ...reads("state", "published/*"),
      ...puts("state", "published/*"),
      ...stateTable,
      ...sends("alerts"),
    ],
  },
  reconcile: {
    name: "reconcile",
    summary: "Finds what got lost: runs that are overdue, commands that were not carried out",
    triggers: [oneMinute],
    stages: [],
    timeoutSeconds: 50,
    memoryMb: 512,
    // Two do no harm; one is enough, and never starves the functions that work.
    reservedConcurrency: 1,
    effects: [
      ...reads("state", "definitions/*"),
      ...stateTable,
      ...sendsStages,
      ...sends("events"),
      ...sends("alerts"),
      { effect: "putEvents" },
    ],
  },
  forget: {
    name: "forget",
    summary: "Forgets runs that ended long ago, with what their stages left",
    triggers: [{ kind: "rate", everyMinutes: 1440 }],
    stages: [],
    timeoutSeconds: 900,
    memoryMb: 256,
    reservedConcurrency: 1,
    effects: [...stateTable, ...reads("state", "datasets/*"), ...forgetsLeftovers],
  },
  rotate: {
    name: "rotate",
    summary: "Puts a new key in the place of the one that Snowflake knows, step by step",
    triggers: [{ kind: "rotation" }],
    stages: [],
    timeoutSeconds: 300,
    memoryMb: 256,
    reservedConcurrency: 1,
    effects: [
      ...readsSecret("snowflake"),
      { effect: "rotateSecret", of: "snowflake" },
      { effect: "encrypt", key: "secrets" },
      { effect: "snowflakeRole" },
    ],
  },
} as const;

export type FunctionName = keyof typeof catalogue;

/** In the order of the catalogue. */
export const functionNames = Object.keys(catalogue) as readonly FunctionName[];

const specs: readonly FunctionSpec[] = Object.values(catalogue);

/** The queue that a stage's commands go to; undefined for a stage that no function carries out yet. */
export function queueOfStage(stage: StageName): QueueName | undefined {
  const trigger = specs.find(({ stages }) => stages.includes(stage))?.triggers.find(({ kind }) => kind === "queue");
  return trigger?.kind === "queue" ? trigger.queue : undefined;
}

const day = 86_400;

/** The queues, as they follow from the functions that read them. Pure. */
export function planQueues(): readonly QueueSpec[] {
  return queueNames.map((name) => {
    const reader = specs.find(({ triggers }) => triggers.some((each) => each.kind === "queue" && each.queue === name));
    if (!reader) throw new RangeError(`no function reads the queue ${name}`);
    return {
      name,
      deadLetterName: deadLettersOf(name),
      visibilitySeconds: 6 * reader.timeoutSeconds,
      maxReceives: 5,
      retentionSeconds: 4 * day,
      deadLetterRetentionSeconds: 14 * day,
    };
  });
}
