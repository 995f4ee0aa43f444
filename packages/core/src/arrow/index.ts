export { toArrowSchema, toArrowTable, toRecordBatch } from "./record-batch.ts";
