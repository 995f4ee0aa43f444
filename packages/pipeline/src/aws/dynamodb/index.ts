export type { DynamoTableOptions } from "./dynamo-table.ts";
export { openDynamoNotifyStores } from "./open-dynamo-notify-stores.ts";
export { openDynamoStarts } from "./open-dynamo-starts.ts";
export { openDynamoStores } from "./open-dynamo-stores.ts";
export { type EngineTablePlan, planEngineTable } from "./plan-engine-table.ts";
