import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { type RunCommand, type RunGraph, type RunState, runSchemaVersion } from "@snowmelt/core/engine";
import type { AuditEntry, OutboxItem } from "../../engine/run-store.ts";
import { itemSortKey, parseItemId } from "../../engine/stores/run-records.ts";
import { keyOf } from "./dynamo-table.ts";
import { type Item, number, text, toBody } from "./item-body.ts";
import { dueKeys, runKeys, runListKeys } from "./item-keys.ts";

type Update = NonNullable<TransactWriteItem["Update"]>;
/** A Put or Update without its table, which whoever sends it adds. */
export type PlannedUpdate = Omit<Update, "TableName">;

/** Tasks of a group. A run of more has them in items of their own, of which a change writes those that it touches. */
const groupTasks = 25;
const maxGroups = 40;
/** How long a sender may repeat an event: SQS keeps it 14 days, and again in a dead-letter queue. */
const seenMs = 45 * 24 * 60 * 60 * 1000;

type Tasks = RunState["tasks"];

/** The tasks of a state by groups; one group where they are few. By the graph's order, which never changes. */
export function groupsOf(graph: RunGraph, tasks: Tasks): readonly Tasks[] {
  const size = Math.max(groupTasks, Math.ceil(graph.tasks.length / maxGroups));
  const groups: Tasks[] = [];
  graph.tasks.forEach(({ name }, index) => {
    const group = Math.floor(index / size);
    const task = tasks[name];
    if (task) groups[group] = { ...groups[group], [name]: task };
  });
  return groups;
}

/** The items of a state that is written whole. `STATE` is the last. */
export function stateItems(graph: RunGraph, state: RunState): readonly Item[] {
  const groups = groupsOf(graph, state.tasks);
  const isSplit = groups.length > 1;
  const item: Item = {
    ...keyOf(runKeys.state(state.runId)),
    ...attributesOf(state, isSplit),
    ...indexText(runListKeys(state.runId, state.requestedAtMs)),
    environment: text(state.environment),
    pipeline: text(state.pipeline),
    ...(isSplit
      ? { groups: { M: Object.fromEntries(groups.map((_, index) => [`g${index}`, number(state.version)])) } }
      : {}),
  };
  return isSplit ? [...groups.map((group, index) => groupItem(state, index, group)), item] : [item];
}

/** What makes a stored state the next one: the guard and its attributes, and the groups of tasks that are others by now. */
export function stateUpdate(
  graph: RunGraph,
  before: RunState,
  state: RunState,
): { update: PlannedUpdate; groups: Item[] } {
  const old = groupsOf(graph, before.tasks);
  const groups = groupsOf(graph, state.tasks);
  const isSplit = groups.length > 1;
  const touched = isSplit
    ? groups.flatMap((group, index) => (isSame(group, old[index]) ? [] : [{ group, index }]))
    : [];
  const attributes = attributesOf(state, isSplit);
  const removed = before.endedAtMs !== null && state.endedAtMs === null ? ["endedAtMs"] : [];
  const names = Object.keys(attributes);
  const sets = [
    ...names.map((name) => `#${name} = :${name}`),
    ...touched.map(({ index }) => `groups.g${index} = :version`),
  ];
  return {
    update: {
      Key: keyOf(runKeys.state(state.runId)),
      ConditionExpression: "#version = :before AND #schemaVersion = :schemaVersion",
      UpdateExpression: `SET ${sets.join(", ")}${removed.length > 0 ? ` REMOVE ${removed.join(", ")}` : ""}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
        ":before": number(before.version),
      },
    },
    groups: touched.map(({ group, index }) => groupItem(state, index, group)),
  };
}

export const graphItem = (runId: string, graph: RunGraph): Item => ({
  ...keyOf(runKeys.graph(runId)),
  body: toBody(graph, `The graph of run ${runId}`),
});

export const auditItem = (runId: string, entry: AuditEntry): Item => ({
  ...keyOf(runKeys.audit(runId, entry.version)),
  body: toBody(entry, `What happened to run ${runId} at version ${entry.version}`),
});

export const seenItem = (runId: string, eventId: string, nowMs: number): Item => ({
  ...keyOf(runKeys.seen(runId, eventId)),
  eventId: text(eventId),
  expiresAt: number(Math.ceil((nowMs + seenMs) / 1000)),
});

export function commandItem({ id, runId, command, attempts, notBeforeMs }: OutboxItem): Item {
  const { version, index } = parseItemId(id);
  return {
    ...keyOf(runKeys.command(runId, version, index)),
    ...indexText(commandDue(id, notBeforeMs)),
    schemaVersion: number(runSchemaVersion),
    attempts: number(attempts),
    notBeforeMs: number(notBeforeMs),
    body: toBody(command, `Command ${id}`),
  };
}

export function commandDue(id: string, notBeforeMs: number) {
  const { runId, version, index } = parseItemId(id);
  return dueKeys("CMD", notBeforeMs, `${runId}/${itemSortKey(version, index)}`);
}

/** Commands from `first` on, of a change that has more of them than its transaction takes. */
export const spillItem = (
  run: { readonly runId: string; readonly version: number },
  part: number,
  { first, commands }: { readonly first: number; readonly commands: readonly RunCommand[] },
): Item => ({
  ...keyOf(runKeys.spill(run.runId, run.version, part)),
  ...indexText(dueKeys("CMD", 0, `${run.runId}/${itemSortKey(run.version, first)}`)),
  schemaVersion: number(runSchemaVersion),
  version: number(run.version),
  first: number(first),
  next: number(0),
  body: toBody(commands, `${commands.length} commands of run ${run.runId} at version ${run.version}`),
});

function attributesOf(state: RunState, isSplit: boolean): Item {
  const { runId, version, status, schemaVersion, deadlineAtMs, endedAtMs } = state;
  const due = endedAtMs === null ? dueKeys("RUN", deadlineAtMs ?? 0, runId) : dueKeys("ENDED", endedAtMs, runId);
  return {
    version: number(version),
    schemaVersion: number(schemaVersion),
    status: text(status),
    ...(endedAtMs === null ? {} : { endedAtMs: number(endedAtMs) }),
    ...indexText(due),
    body: toBody(isSplit ? { ...state, tasks: {} } : state, `The state of run ${runId}`),
  };
}

const groupItem = (state: RunState, group: number, tasks: Tasks): Item => ({
  ...keyOf(runKeys.tasks(state.runId, group)),
  version: number(state.version),
  body: toBody(tasks, `Group ${group} of the tasks of run ${state.runId}`),
});

export const indexText = (keys: Readonly<Record<string, string>>): Item =>
  Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, text(value)]));

function isSame(group: Tasks, old: Tasks | undefined): boolean {
  const names = Object.keys(group);
  return names.every((name) => {
    const [now, before] = [group[name], old?.[name]];
    return now === before || JSON.stringify(now) === JSON.stringify(before);
  });
}
