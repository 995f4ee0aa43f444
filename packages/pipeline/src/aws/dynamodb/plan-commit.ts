import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { RunCommand } from "@snowmelt/core/engine";
import type { OutboxItem, RunChange } from "../../engine/run-store.ts";
import { recordsOf } from "../../engine/stores/run-records.ts";
import { pipelineError } from "../../pipeline-error.ts";
import type { Item } from "./item-body.ts";
import {
  auditItem,
  commandItem,
  graphItem,
  type PlannedUpdate,
  seenItem,
  spillItem,
  stateItems,
  stateUpdate,
} from "./run-items.ts";

/** Actions of a transaction. The first two are those whose conditions tell what became of it, in the order to be looked at. */
export interface CommitPlan {
  readonly actions: readonly (
    | { readonly put: Item; readonly condition?: string }
    | { readonly update: PlannedUpdate }
  )[];
  readonly outbox: readonly OutboxItem[];
  /** Whether commands are to be unpacked after it. */
  readonly isSpilt: boolean;
}

const maxActions = 100;
const maxBytes = 4_000_000;
/** Commands that get items of their own in the transaction; of more, all are packed in few. */
const inlineCommands = 50;
const inlineBytes = 1_000_000;
const spillCommands = 500;
const spillBytes = 700_000;

const isAbsent = "attribute_not_exists(pk)";

/**
 * One transaction of a change: the event's id, the state with its guard, the audit entry, the commands, and at the beginning the graph.
 * Pure. Throws RUN_TOO_LARGE for what no transaction holds, RangeError for a change that no decision makes.
 */
export function planCommit(change: RunChange, nowMs: number): CommitPlan {
  const { event, before, state, graph } = change;
  const { audit, outbox } = recordsOf(change);
  const { runId } = state;
  const seen = { put: seenItem(runId, event.id, nowMs), condition: isAbsent };
  const commands = commandItems(change, outbox);
  const rest = [auditItem(runId, audit), ...commands.items];
  const actions: CommitPlan["actions"] = before
    ? withUpdate(stateUpdate(graph, before, state), seen, rest)
    : withPut(stateItems(graph, state), seen, [graphItem(runId, graph), ...rest]);
  checkSize(runId, actions);
  return { actions, outbox, isSpilt: commands.isSpilt };
}

type Action = CommitPlan["actions"][number];

const withUpdate = (
  { update, groups }: ReturnType<typeof stateUpdate>,
  seen: Action,
  rest: readonly Item[],
): readonly Action[] => [seen, { update }, ...puts([...groups, ...rest])];

function withPut(items: readonly Item[], seen: Action, rest: readonly Item[]): readonly Action[] {
  const state = items.at(-1);
  if (!state) throw new RangeError("a state has an item");
  return [seen, { put: state, condition: isAbsent }, ...puts([...items.slice(0, -1), ...rest])];
}

const puts = (items: readonly Item[]): Action[] => items.map((put) => ({ put }));

/** For a client. The table is named by whoever sends it. */
export const toTransactItems = ({ actions }: CommitPlan): TransactWriteItem[] =>
  actions.map((action) =>
    "update" in action
      ? { Update: { TableName: undefined, ...action.update } }
      : {
          Put: {
            TableName: undefined,
            Item: action.put,
            ...(action.condition === undefined ? {} : { ConditionExpression: action.condition }),
          },
        },
  );

function commandItems(
  { state, commands }: RunChange,
  outbox: readonly OutboxItem[],
): { items: Item[]; isSpilt: boolean } {
  const bytes = commands.map((command) => Buffer.byteLength(JSON.stringify(command)));
  const total = bytes.reduce((sum, each) => sum + each, 0);
  if (commands.length <= inlineCommands && total <= inlineBytes)
    return { items: outbox.map(commandItem), isSpilt: false };
  const parts: { first: number; commands: RunCommand[]; bytes: number }[] = [];
  commands.forEach((command, index) => {
    const size = bytes[index] ?? 0;
    const last = parts.at(-1);
    if (last && last.commands.length < spillCommands && last.bytes + size <= spillBytes) {
      last.commands.push(command);
      last.bytes += size;
    } else parts.push({ first: index, commands: [command], bytes: size });
  });
  return { items: parts.map((part, index) => spillItem(state, index, part)), isSpilt: true };
}

function checkSize(runId: string, actions: CommitPlan["actions"]): void {
  const bytes = actions.reduce((sum, action) => sum + bytesOf(action), 0);
  if (actions.length <= maxActions && bytes <= maxBytes) return;
  throw pipelineError(
    "RUN_TOO_LARGE",
    `A change of run ${runId} takes ${actions.length} items of ${bytes} bytes; a DynamoDB transaction holds ${maxActions} of ${maxBytes} in all. Cut the run into several with fewer datasets each.`,
    { details: { runId, actions: actions.length, bytes } },
  );
}

const bytesOf = (action: Action): number =>
  Object.values("put" in action ? action.put : (action.update.ExpressionAttributeValues ?? {})).reduce(
    (sum, { S, B, N }) => sum + (B?.byteLength ?? Buffer.byteLength(S ?? N ?? "")),
    100,
  );
