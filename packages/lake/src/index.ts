export { type DeltaTable, landBatches, mergeLanded, openDeltaTable, planTableLayout } from "./delta/index.ts";
export { lakeError } from "./lake-error.ts";
export { openFileStore } from "./store/index.ts";
