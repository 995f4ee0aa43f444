export type { DynamoTableOptions } from "./dynamo-table.ts";
export { openDynamoStores } from "./open-dynamo-stores.ts";
export { type EngineTablePlan, planEngineTable } from "./plan-engine-table.ts";
