import { planRunMetrics } from "@snowmelt/core/alerts";
import { RunGraph, type RunState } from "@snowmelt/core/engine";
import { expect, test } from "vitest";
import { type Conversation, openConversation } from "../engine/conversation.ts";
import { flightsGraph } from "../engine/flights-graph.ts";

const minute = 60_000;
const graph = flightsGraph();

/** The metrics of each thing that is told, without those of other tasks. */
function listen(run: Conversation, of = graph) {
  const recorded: string[] = [];
  const tell = (event: Parameters<Conversation["tell"]>[0]): void => {
    const before: RunState = run.state;
    const atMs = event.atMs ?? 0;
    run.tell(event);
    for (const { name, value, dimensions } of planRunMetrics(of, before, run.state, atMs)) {
      recorded.push(`${name} ${value} ${Object.values(dimensions ?? {}).join("/")}`);
    }
  };
  return { recorded, tell };
}

test("a try after the first, and the end of a stage from its first try on, are counted once", () => {
  const run = openConversation(graph).through("flights", "claim");
  const { recorded, tell } = listen(run);
  const failure = { code: "TIMED_OUT", message: "no answer", retryable: true };
  const began = run.state.tasks.flights?.active?.beganAtMs ?? 0;
  tell({ type: "failed", key: run.key("flights"), failure, atMs: began + minute });
  expect(recorded).toEqual([]);
  tell({ type: "ticked", atMs: began + 10 * minute });
  expect(recorded).toEqual(["StageRetries 1 dev/flights/flights/extract"]);
  tell({ type: "succeeded", key: run.key("flights"), result: {}, atMs: began + 11 * minute });
  expect(recorded.slice(1)).toEqual([`StageDuration ${11 * minute} dev/flights/flights/extract`]);
});

test("a run's end is counted once, as what it is, and a task that failed too", () => {
  const run = openConversation(graph);
  const { recorded, tell } = listen(run);
  const failure = { code: "QUERY_FAILED", message: "no", retryable: false };
  for (const task of ["flights", "airports"]) {
    tell({ type: "failed", key: run.key(task), failure, atMs: run.state.requestedAtMs + minute });
  }
  tell({ type: "ticked", atMs: 90 * minute });
  expect(run.state.status).toBe("failed");
  expect(recorded.filter((line) => !line.startsWith("Stage"))).toEqual([
    "DatasetsFailed 1 dev/flights/flights",
    "DatasetsFailed 1 dev/flights/airports",
    "RunsSucceeded 0 dev/flights",
    "RunsFailed 1 dev/flights",
    `RunDuration ${minute} dev/flights`,
  ]);
});

test("a slice of a backfill is of its dataset", () => {
  const work = { kind: "dataset", dataset: "flights", purpose: { kind: "live" } };
  const [task] = graph.tasks;
  const sliced = RunGraph.parse({ ...graph, tasks: [{ ...task, name: "flights.b1.1", work }] });
  const run = openConversation(sliced);
  const { recorded, tell } = listen(run, sliced);
  tell({ type: "succeeded", key: run.key("flights.b1.1"), result: {}, fence: 1, atMs: 61_000 });
  expect(recorded).toEqual([expect.stringMatching(/^StageDuration \d+ dev\/flights\/flights\/claim$/)]);
});
