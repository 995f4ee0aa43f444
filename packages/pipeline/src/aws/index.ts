export { type DynamoTableOptions, type EngineTablePlan, openDynamoStores, planEngineTable } from "./dynamodb/index.ts";
