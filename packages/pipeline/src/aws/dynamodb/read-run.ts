import type { RunGraph, RunState } from "@snowmelt/core/engine";
import type { OutboxItem, StoredRun } from "../../engine/run-store.ts";
import { checkSchemaVersion, parseCommand, parseRunGraph, parseRunState } from "../../engine/stores/stored-run.ts";
import { pipelineError } from "../../pipeline-error.ts";
import { type DynamoTable, itemKeyOf } from "./dynamo-table.ts";
import { bodyOf, type Item, numberOf, textOf } from "./item-body.ts";
import { commandIdOf, runIdOf, runPk } from "./item-keys.ts";

/** A run that is being forgotten: its other items go first. */
export const forgottenVersion = 0;
/** A state in several items may be written between two of them being read. */
const readAttempts = 10;

/** As of now. Undefined where there is none, or it is being forgotten. Throws RUN_STATE_NEWER, RUN_STATE_INVALID. */
export async function readRun(table: DynamoTable, runId: string): Promise<StoredRun | undefined> {
  for (let attempt = 0; attempt < readAttempts; attempt++) {
    const items = new Map<string, Item>();
    const query = table.query({
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":pk": { S: runPk(runId) }, ":from": { S: "GRAPH" }, ":to": { S: "STATE~" } },
    });
    for await (const item of query) items.set(textOf(item, "sk") ?? "", item);
    const state = items.get("STATE");
    if (!state || numberOf(state, "version") === forgottenVersion) return undefined;
    checkSchemaVersion(runId, numberOf(state, "schemaVersion"));
    const groups = [...items].filter(([sk]) => sk.startsWith("STATE#")).map(([, item]) => item);
    if (!isWhole(state, groups)) continue;
    return {
      state: toRunState(runId, state, groups),
      graph: toGraph(runId, items.get("GRAPH")),
    };
  }
  throw pipelineError(
    "ENGINE_STORE_FAILED",
    `Run ${runId} changed each of the ${readAttempts} times that it was read. Read it again.`,
    { retryable: true, details: { runId } },
  );
}

/** Whether each group of tasks is of the version that the state has of it. */
function isWhole(state: Item, groups: readonly Item[]): boolean {
  const versions = Object.values(state.groups?.M ?? {});
  return (
    versions.length === groups.length &&
    groups.every((group) => {
      const name = `g${Number(textOf(group, "sk")?.slice("STATE#".length))}`;
      return state.groups?.M?.[name]?.N === group.version?.N;
    })
  );
}

function toRunState(runId: string, item: Item, groups: readonly Item[]): RunState {
  const json = bodyOf(item);
  const tasks = Object.assign({}, ...groups.map(bodyOf));
  const whole = groups.length > 0 && typeof json === "object" ? { ...json, tasks } : json;
  return parseRunState(whole, `The item ${runPk(runId)} STATE`);
}

const toGraph = (runId: string, item: Item | undefined): RunGraph =>
  parseRunGraph(item && bodyOf(item), `The item ${runPk(runId)} GRAPH`);

/** Throws RUN_STATE_INVALID for an item that does not hold one. */
export function toOutboxItem(item: Item): OutboxItem {
  const key = itemKeyOf(item);
  return {
    id: commandIdOf(key),
    runId: runIdOf(key.pk),
    command: parseCommand(bodyOf(item), `The item ${key.pk} ${key.sk}`),
    attempts: numberOf(item, "attempts") ?? 0,
    notBeforeMs: numberOf(item, "notBeforeMs") ?? 0,
  };
}
