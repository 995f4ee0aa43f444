/**
 * The run engine: how long a decision takes, how long an event takes in memory, what a run without faults asks of its stores and
 * queues, and what that costs on AWS by the price table beside it.
 *
 *     npm run bench -- engine [rounds]
 *
 * Sizes are of what is stored, as JSON; a DynamoDB item has names and keys on top. Functions, storage and streams are not counted.
 */
import { decide, type RunEvent, RunGraph, type RunState, type StageName } from "@snowmelt/core/engine";
import { type Bench, type BenchCase, median } from "./bench.ts";
import { countOperations, type RunOperations } from "./engine/count-operations.ts";
import { prices } from "./engine/prices.ts";

const stages = ["claim", "extract", "land", "verify", "check", "commit", "catalog", "publish"] as const;

export const bench: Bench = async ([rounds = "200"]) => {
  const cases: BenchCase[] = [];
  const add = (what: string, metric: string, value: number): void => {
    cases.push({ case: what, subject: "snowmelt", metric, value });
  };
  for (const tasks of [1, 10, 100, 1000]) {
    add(`decide, ${tasks} datasets`, "µs", decisionMicros(graphOf(tasks), Number(rounds)));
  }
  for (const tasks of [1, 10]) {
    const graph = graphOf(tasks);
    const found: RunOperations[] = [];
    for (let round = 0; round < Number(rounds) / 10; round++) found.push(await countOperations(graph));
    const run = found[0];
    if (!run) throw new Error("expected one round at least");
    const what = `run of ${tasks} datasets, ${stages.length} stages each`;
    add(what, "µs an event, in memory", median(found.flatMap(({ handleMicros }) => handleMicros)));
    add(what, "events", run.events);
    add(what, "commands", run.commands);
    for (const [name, times] of Object.entries(run.calls)) add(what, name, times);
    add(
      what,
      "DynamoDB requests",
      Object.values(run.calls).reduce((sum, times) => sum + times, run.commands),
    );
    add(what, "DynamoDB write units", run.writeUnits);
    add(what, "DynamoDB read units", run.readUnits);
    add(what, "SQS requests", run.messages * 3);
    add(what, "$ per 1,000 runs", dollars(run) * 1000);
  }
  return { versions: { prices: `${prices.dynamoDb.page}, ${prices.dynamoDb.asOf}` }, cases };
};

/** Sent, received and deleted: three requests a message. */
function dollars({ writeUnits, readUnits, messages }: RunOperations): number {
  const { dynamoDb, sqs } = prices;
  const units = writeUnits * dynamoDb.perMillionWriteUnits + readUnits * dynamoDb.perMillionReadUnits;
  return (units + messages * 3 * sqs.perMillionRequests) / 1e6;
}

function decisionMicros(graph: RunGraph, rounds: number): number {
  const begun = decide(graph, undefined, { id: "r", type: "requested", runId: "run", atMs: 1, trigger: {} }).state;
  const micros: number[] = [];
  let state: RunState = begun;
  for (let round = 0; round < rounds; round++) {
    const key = Object.values(state.tasks).find(({ active }) => active)?.active?.key;
    if (key === undefined) state = begun;
    const event: RunEvent = {
      id: `e${round}`,
      type: "succeeded",
      runId: "run",
      atMs: round,
      key: key ?? "",
      result: {},
    };
    const began = performance.now();
    const decision = decide(graph, state, event);
    micros.push((performance.now() - began) * 1000);
    state = decision.state;
  }
  return median(micros);
}

function graphOf(tasks: number): RunGraph {
  const stage = (name: StageName) => ({
    name,
    retry: { attempts: 4, baseDelayMs: 1000, maxDelayMs: 60_000 },
    timeoutMs: 600_000,
    pollMs: 60_000,
    giveUpMs: 3_600_000,
    isStoppable: name !== "commit",
  });
  return RunGraph.parse({
    pipeline: "flights",
    environment: "prod",
    definitionHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    maxActive: tasks,
    dispatchMs: 960_000,
    pauseReminderMs: 3_600_000,
    tasks: Array.from({ length: tasks }, (_, index) => ({
      name: `dataset${index}`,
      after: [],
      resource: `prod/flights/dataset${index}`,
      stages: stages.map(stage),
    })),
  });
}
