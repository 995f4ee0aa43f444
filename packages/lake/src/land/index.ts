export { type DataFile, type LandedFile, toAddFile } from "./landed-file.ts";
export { snapshotMicrosOf } from "./read-times.ts";
export { landBatches, openTableWriter, type TableWriter, type TableWriterOptions } from "./table-writer.ts";
